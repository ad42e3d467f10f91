// Runs a WASI command whose first wall has fallen: beside WASI, it imports from "fallen" a function
// that makes any system call it likes, and one that tells where its memory is. What a guest can do
// that has come to run code of its own in our process, it can do; the second wall stands, or with
// --no-wall does not.
//
//   fallen_wall [--no-wall] [--dir HOST:GUEST] [--connect RULE] MODULE.wasm [ARGUMENT]...
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>

#include "container/confinement.h"
#include "runtime/artifact_cache.h"
#include "runtime/instance.h"
#include "runtime/memory.h"
#include "support/install_paths.h"
#include "wasi/wasi.h"

namespace wherry {
namespace {

constexpr uint64_t kModuleBytesMax = 1 << 30;
constexpr int kErrorExitCode = 125;

// system_call(number, six arguments) -> what the kernel answers: a value, or minus an error number.
runtime::HostResult system_call(void*, runtime::Caller&, std::span<uint64_t> slots) {
  const long result = ::syscall(static_cast<long>(slots[0]), slots[1], slots[2], slots[3], slots[4],
                                slots[5], slots[6]);
  slots[0] = static_cast<uint64_t>(result < 0 ? -errno : result);
  return {};
}

// host_address(guest address) -> ours.
runtime::HostResult host_address(void*, runtime::Caller& caller, std::span<uint64_t> slots) {
  slots[0] += reinterpret_cast<uint64_t>(caller.memory()->bytes().data());
  return {};
}

class FallenWall final : public runtime::HostModule {
 public:
  std::string_view name() const override { return "fallen"; }
  const runtime::HostFunctionDefinition* find_function(std::string_view field) const override {
    for (const auto& function : functions_)
      if (function.name == field) return &function;
    return nullptr;
  }
  void* self() override { return nullptr; }

 private:
  static constexpr auto kI64 = wasm::ValueType::i64();
  const std::array<runtime::HostFunctionDefinition, 2> functions_{
      {{"system_call", {{kI64, kI64, kI64, kI64, kI64, kI64, kI64}, {kI64}}, system_call},
       {"host_address", {{kI64}, {kI64}}, host_address}}};
};

struct CommandLine {
  bool has_wall = true;
  policy::Effective effective = {};
  fs::path module = {};
  std::vector<std::string> arguments = {};
};

Result<CommandLine> parse_command_line(std::span<char* const> words) {
  CommandLine line;
  size_t at = 1;
  for (; at < words.size() && words[at][0] == '-'; ++at) {
    const std::string flag = words[at];
    if (flag == "--no-wall") {
      line.has_wall = false;
    } else if (flag == "--dir" && at + 1 < words.size()) {
      line.effective.directories.push_back(TRY(policy::parse_directory_grant(words[++at])));
    } else if (flag == "--connect" && at + 1 < words.size()) {
      line.effective.network.connect.push_back(TRY(policy::parse_connect_rule(words[++at])));
    } else {
      return fail(ErrorCode::Invalid, "{}: no such flag", flag);
    }
  }
  if (at == words.size()) return fail(ErrorCode::Invalid, "no module");
  line.module = words[at];
  line.arguments.assign(words.begin() + static_cast<ptrdiff_t>(at), words.end());
  return line;
}

Result<int> run(std::span<char* const> words) {
  CommandLine line = TRY(parse_command_line(words));
  Mapping bytes = TRY(map_file(line.module, {.size_bytes_max = kModuleBytesMax}));
  auto cache = TRY(runtime::ArtifactCache::open(TRY(artifact_cache_path())));
  auto loaded = TRY(cache.load_or_compile(sha256(bytes.bytes()), line.module));
  auto program = TRY(wasi::Program::create({.arguments = line.arguments,
                                            .environment = {},
                                            .directories = line.effective.directories,
                                            .standard_input = {.fd = STDIN_FILENO},
                                            .standard_output = {.fd = STDOUT_FILENO},
                                            .standard_error = {.fd = STDERR_FILENO}}));
  FallenWall fallen;
  runtime::Linker linker;
  linker.add(fallen);
  for (runtime::HostModule* module : program->modules()) linker.add(*module);
  auto instance = TRY(runtime::Instance::create(loaded.artifact, linker, {}));
  if (line.has_wall)
    TRY(sandbox::confine(container::openings_for(line.effective),
                         TRY(sandbox::parse_selection({}, {}))));
  auto outcome = instance->initialize();
  if (outcome) outcome = runtime::Instance::call(*instance->find_function("_start"), {});
  if (outcome) return 0;
  if (outcome.error().code != abi::TrapCode::Exit)
    return fail(ErrorCode::Invalid, "{}", container::describe(outcome.error()));
  return static_cast<int>(outcome.error().exit_status);
}

}  // namespace
}  // namespace wherry

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  auto status = wherry::run({argv, static_cast<size_t>(argc)});
  if (status) return *status;
  fmt::print(stderr, "error: {}\n", status.error().message);
  return wherry::kErrorExitCode;
}
