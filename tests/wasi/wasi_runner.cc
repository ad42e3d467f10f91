// Runs one WASI command with nothing but the engine and src/wasi: what the WASI tests stand on.
//
//   wasi_runner [-v] [--preopen] [--dir HOST:GUEST[:ro|:rw]]... [--env NAME=VALUE]... [--listen
//   RULE]...
//     [--connect RULE]... MODULE.wasm [ARGUMENT]...
//
// The module is compiled into $WHERRY_CACHE. Standard streams are passed on. The exit code is the
// guest's; 134 and a line on standard error for a trap, 125 for an error of our own. With -v,
// refused accesses are told on standard error. With --preopen, the sockets of the rules for
// listening are opened and handed over, and told on standard error.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "runtime/artifact_cache.h"
#include "runtime/instance.h"
#include "support/install_paths.h"
#include "wasi/listeners.h"
#include "wasi/wasi.h"

namespace wherry {
namespace {

constexpr int kTrapExitCode = 134;
constexpr int kErrorExitCode = 125;
constexpr uint64_t kModuleBytesMax = 1 << 30;

struct CommandLine {
  bool preopen = false;
  fs::path module;
  wasi::ProgramOptions program;
};

void tell_denial(const wasi::Denial& denial) {
  fmt::print(stderr, "denied: {}; {}\n", denial.resource, denial.way_out);
}

// One flag of `words`, taken off its front. False at the module.
Result<bool> take_flag(std::span<char* const>& words, CommandLine& line) {
  wasi::ProgramOptions& program = line.program;
  std::string_view flag = words.empty() ? std::string_view() : words.front();
  if (flag == "-v") {
    program.on_denial = tell_denial;
    program.shows_empty_root = true;
    words = words.subspan(1);
    return true;
  }
  if (flag == "--preopen") {
    line.preopen = true;
    words = words.subspan(1);
    return true;
  }
  if (words.size() < 2) return false;
  if (flag == "--dir")
    program.directories.push_back(TRY(policy::parse_directory_grant(words[1])));
  else if (flag == "--env")
    program.environment.push_back(TRY(policy::parse_environment_grant(words[1])));
  else if (flag == "--listen")
    program.network.listen.push_back(TRY(policy::parse_listen_rule(words[1])));
  else if (flag == "--connect")
    program.network.connect.push_back(TRY(policy::parse_connect_rule(words[1])));
  else
    return false;
  words = words.subspan(2);
  return true;
}

Result<CommandLine> parse_command_line(std::span<char* const> words) {
  CommandLine line;
  words = words.subspan(1);
  while (TRY(take_flag(words, line))) continue;
  if (words.empty())
    return fail(ErrorCode::Invalid,
                "usage: wasi_runner [-v] [--preopen] [--dir D]... [--env E]... [--listen R]... "
                "[--connect R]... MODULE [ARGUMENT]...");
  line.module = words.front();
  line.program.arguments.push_back(line.module.filename());
  for (const char* argument : words.subspan(1)) line.program.arguments.push_back(argument);
  line.program.standard_input.fd = STDIN_FILENO;
  line.program.standard_output.fd = STDOUT_FILENO;
  line.program.standard_error.fd = STDERR_FILENO;
  return line;
}

Result<> open_listeners(wasi::ProgramOptions& program) {
  for (wasi::Listener& listener : TRY(wasi::open_listeners(program.network))) {
    fmt::print(stderr, "listening on {}\n", to_string(listener.endpoint));
    program.listeners.push_back(std::move(listener.socket));
  }
  return {};
}

std::expected<void, abi::Trap> start(runtime::Instance& instance) {
  auto initialized = instance.initialize();
  const abi::FunctionReference* entry = instance.find_function("_start");
  if (!initialized || !entry) return initialized;
  return runtime::Instance::call(*entry, {});
}

Result<int> run(std::span<char* const> words) {
  CommandLine line = TRY(parse_command_line(words));
  Mapping bytes = TRY(map_file(line.module, {.size_bytes_max = kModuleBytesMax}));
  auto cache = TRY(runtime::ArtifactCache::open(TRY(artifact_cache_path())));
  auto loaded = TRY(cache.load_or_compile(sha256(bytes.bytes()), line.module));
  if (line.preopen) TRY(open_listeners(line.program));
  auto program = TRY(wasi::Program::create(std::move(line.program)));
  runtime::Linker linker;
  for (runtime::HostModule* module : program->modules()) linker.add(*module);
  auto instance = TRY(runtime::Instance::create(loaded.artifact, linker, {}));
  auto outcome = start(*instance);
  if (outcome) return 0;
  const abi::Trap& trap = outcome.error();
  if (trap.code == abi::TrapCode::Exit) return static_cast<int>(trap.exit_status);
  fmt::print(stderr, "trap: {} in function {} {}\n", abi::trap_message(trap.code), trap.function,
             trap.function_name);
  return kTrapExitCode;
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
