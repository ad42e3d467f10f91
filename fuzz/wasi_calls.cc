// Every function of WASI with whatever arguments, one after the other, on a memory of one page in
// an almost empty folder: no call reaches outside of the memory or the folder, and no descriptor of
// the host's is left over.
//
// An input is [how much of it is memory u8][memory …][calls …]; a call is [function u8] and for
// each parameter [kind u8][value …], see Calls::argument.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "policy/network.h"
#include "wasi/guest_memory.h"
#include "wasi/program_state.h"
#include "wasi/socket.h"

namespace wherry::wasi {
namespace {

constexpr size_t kMemoryBytes = 65536;
constexpr size_t kCallsMax = 64;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

// The folder that the guest has, and beside it one file that it must not reach.
class Ground {
 public:
  Ground() {
    std::string pattern = (fs::temp_directory_path() / "wherry-fuzz-XXXXXX").string();
    require(mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    std::ofstream(root_ / "secret") << "secret";
    fs::create_directory(granted());
  }
  ~Ground() { fs::remove_all(root_); }

  fs::path granted() const { return root_ / "granted"; }

  void reset() const {
    // A guest may have taken rights away from its own folders' contents, but not from the folder.
    for (const auto& entry : fs::directory_iterator(granted())) fs::remove_all(entry.path());
    std::ofstream(granted() / "a") << "contents";
    fs::create_directory(granted() / "d");
    std::error_code ignored;
    fs::create_symlink("../secret", granted() / "l", ignored);
  }

  void check() const {
    char text[16] = {};
    Fd secret(open((root_ / "secret").c_str(), O_RDONLY | O_CLOEXEC));
    require(read(secret.get(), text, sizeof text) == 6 && std::memcmp(text, "secret", 6) == 0);
    int entries = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(root_)) ++entries;
    require(entries == 2);
  }

 private:
  fs::path root_;
};

// Takes calls from the input.
class Calls {
 public:
  explicit Calls(std::span<const uint8_t> input) : rest_(input) {}

  bool done() const { return rest_.empty(); }

  uint64_t bytes(size_t count) {
    uint64_t value = 0;
    for (size_t index = 0; index < count && !rest_.empty(); ++index) {
      value = value << 8 | rest_.front();
      rest_ = rest_.subspan(1);
    }
    return value;
  }

  // Small numbers are descriptors, flags and lengths; the rest are addresses, and worse.
  uint64_t argument() {
    const uint64_t kind = bytes(1);
    switch (kind >> 5) {
      case 0:
      case 1:
      case 2:
        return kind & 0x1f;
      case 3:
        return (kind & 0x1f) << 3;
      case 4:
        return bytes(2);
      case 5:
        return kMemoryBytes - (kind & 0x1f);
      case 6:
        return bytes(4);
      default:
        return kind & 1 ? ~uint64_t{0} - bytes(1) : bytes(8);
    }
  }

 private:
  std::span<const uint8_t> rest_;
};

class Discard final : public OutputStream {
 public:
  bool write(ByteSpan) override { return true; }
};
class Zeros final : public InputStream {
 public:
  size_t read(std::span<std::byte> buffer) override {
    const size_t size = std::min<size_t>(buffer.size(), 100);
    if (size > 0) std::memset(buffer.data(), 0, size);
    return size;
  }
};

// One end of a pair, as a connection that the guest has accepted; the other end holds some bytes.
Fd add_connection(ProgramState& state) {
  int ends[2];
  require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  Fd ours(ends[0]);
  require(write(ours.get(), "some bytes", 10) == 10);
  require(state.descriptors.add(connection_descriptor(Fd(ends[1]), rights::kAll)).has_value());
  return ours;
}

void call_all(ProgramState& state, std::span<const uint8_t> input) {
  Fd other_end = add_connection(state);
  // Exactly as large as its page: one byte further is the sanitizer's.
  std::vector<std::byte> bytes(kMemoryBytes);
  const size_t given = std::min<size_t>(input.size() - 1, size_t{input[0]} * 8);
  std::memcpy(bytes.data(), input.data() + 1, given);
  GuestMemory memory(bytes);
  Calls calls(input.subspan(1 + given));
  auto first = preview1_functions(), second = unstable_functions();
  for (size_t count = 0; count < kCallsMax && !calls.done(); ++count) {
    const size_t number = calls.bytes(1) % (first.size() + second.size());
    const FunctionEntry& entry =
        number < first.size() ? first[number] : second[number - first.size()];
    uint64_t slots[9] = {};
    const auto& type = entry.definition(entry.name)->type;
    for (size_t index = 0; index < type.params.size(); ++index) {
      slots[index] = calls.argument();
      if (type.params[index] == wasm::ValueType::i32()) slots[index] &= 0xffff'ffff;
    }
    (void)entry.call_on(state, memory, slots);
  }
}

// What blocks is interrupted, and files stay small.
void bound_calls() {
  // Not SIGALRM, by which the fuzzer itself finds calls that hang.
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(SIGRTMIN, &action, nullptr);  // without SA_RESTART
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGRTMIN;
  static timer_t timer;
  require(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  const itimerspec often{.it_interval = {0, 2'000'000}, .it_value = {0, 2'000'000}};
  timer_settime(timer, 0, &often, nullptr);
  // The search for leaks at the end does not bear signals.
  std::atexit([] { timer_delete(timer); });
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit file_size{1 << 20, 1 << 20};
  setrlimit(RLIMIT_FSIZE, &file_size);
}

int lowest_free_descriptor() {
  Fd probe(dup(STDERR_FILENO));
  return probe.get();
}

}  // namespace
}  // namespace wherry::wasi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wherry;
  using namespace wherry::wasi;
  static const Ground ground;
  static const bool bounded = (bound_calls(), true);
  if (!bounded || size < 2) return 0;
  ground.reset();
  const int free_before = lowest_free_descriptor();
  {
    Zeros zeros;
    Discard discard;
    ProgramOptions options;
    options.arguments = {"app", "argument"};
    options.environment = {{"NAME", "value"}};
    options.directories.push_back({ground.granted(), "/data"});
    // Only to be bound: nothing of this machine is connected to.
    options.network.listen.push_back(*policy::parse_listen_rule("tcp://127.0.0.1:*"));
    options.network.listen.push_back(*policy::parse_listen_rule("udp://127.0.0.1:*"));
    options.standard_input.input = &zeros;
    options.standard_output.output = &discard;
    options.standard_error.output = &discard;
    ProgramState state(std::move(options));
    require(state.open_directories().has_value());
    call_all(state, {data, size});
  }
  require(lowest_free_descriptor() == free_before);
  ground.check();
  return 0;
}
