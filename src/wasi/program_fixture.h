// For tests: a program's state and a piece of memory, so that functions are called as a guest
// would, without a guest.
#pragma once

#include "wasi/functions.h"
#include "wasi/test_folder.h"

namespace wherry::wasi {

using policy::kReadOnly;
using policy::kReadWrite;

constexpr uint32_t kResult = 8;       // where results are asked for
constexpr uint32_t kFirstPath = 256;  // where paths are put
constexpr uint32_t kSecondPath = 512;
constexpr uint32_t kBuffer = 1024;

class ProgramTest : public testing::Test {
 protected:
  void start(ProgramOptions options) {
    state = std::make_unique<ProgramState>(std::move(options));
    Result<> opened = state->open_directories();
    ASSERT_TRUE(opened) << opened.error().message;
  }

  void start_with_folder(policy::FileRights access) {
    ProgramOptions options;
    options.directories.push_back({folder.path(), "/data", access});
    options.shows_empty_root = true;
    options.on_denial = [this](const Denial& denial) {
      denials.push_back(denial.resource + "; " + denial.way_out);
    };
    start(std::move(options));
  }

  uint32_t put(uint32_t address, std::string_view text) {
    std::memcpy(bytes.data() + address, text.data(), text.size());
    return static_cast<uint32_t>(text.size());
  }
  std::string text(uint32_t address, size_t size_bytes) {
    return std::string(as_text(ByteSpan(bytes).subspan(address, size_bytes)));
  }
  uint32_t result() { return memory.read<uint32_t>(kResult).value(); }

  struct Opening {
    Rights base = rights::fd_read;
    uint32_t open_flags = 0;
    uint32_t fd = 3;
  };
  ErrnoOr<> open_path(std::string_view path, const Opening& opening) {
    return path_open(*state, memory, opening.fd, lookupflags::symlink_follow, kFirstPath,
                     put(kFirstPath, path), opening.open_flags, opening.base, 0, 0, kResult);
  }
  void write_iovec(uint32_t address, uint32_t size_bytes) {
    ASSERT_TRUE(memory.write(0, Iovec{.buf = address, .buf_len = size_bytes}));
  }

  std::vector<std::byte> bytes = std::vector<std::byte>(65536);
  GuestMemory memory{bytes};
  TestFolder folder;
  std::unique_ptr<ProgramState> state;
  std::vector<std::string> denials;
};

inline Errno errno_of(const ErrnoOr<>& outcome) {
  return outcome ? Errno::success : outcome.error();
}

}  // namespace wherry::wasi
