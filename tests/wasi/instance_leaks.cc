// Many instances in one process, one after the other, of a program that leaves open what it opened
// and ends in all the ways there are: descriptors and memory of the process must not grow.
//
//   instance_leaks MODULE.wasm FOLDER COUNT
//
// The program sees FOLDER as /data and a listening socket, which it may connect to, and may have
// threads; it exits with 99 where a call fails that
// must not. Prints figures; the exit code is 1 where something grew.
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "policy/network.h"
#include "runtime/artifact_cache.h"
#include "runtime/instance.h"
#include "support/install_paths.h"
#include "wasi/threads.h"
#include "wasi/wasi.h"

namespace wherry {
namespace {

constexpr uint64_t kModuleBytesMax = 1 << 20;
constexpr uint32_t kCallFailed = 99;
// Allocators keep what they had once; a leak of one page in a hundred instances is twelve times
// this.
constexpr long kGrowthKibibytesMax = 3 * 1024;

struct Figures {
  size_t descriptors;
  long resident_kibibytes;
};

Figures measure() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
  std::ifstream statm("/proc/self/statm");
  long total = 0, resident = 0;
  statm >> total >> resident;
  return {count, resident * (sysconf(_SC_PAGESIZE) / 1024)};
}

Result<wasi::ProgramOptions> make_options(const fs::path& folder) {
  wasi::ProgramOptions options;
  options.arguments = {"app"};
  options.directories.push_back({.host = folder, .guest = "/data"});
  options.network.listen.push_back(TRY(policy::parse_listen_rule("tcp://127.0.0.1:*")));
  options.network.connect.push_back(TRY(policy::parse_connect_rule("tcp://127.0.0.1:*")));
  Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener.valid() || listen(listener.get(), 1) != 0)
    return fail(ErrorCode::Io, "no listening socket");
  options.listeners.push_back(std::move(listener));
  return options;
}

// How the run ended, in a word.
Result<std::string> run_once(const std::shared_ptr<const runtime::Artifact>& artifact,
                             const fs::path& folder) {
  auto program = TRY(wasi::Program::create(TRY(make_options(folder))));
  runtime::Linker linker;
  for (runtime::HostModule* module : program->modules()) linker.add(*module);
  std::unique_ptr<wasi::Threads> threads;
  runtime::InstanceOptions options;
  if (wasi::Threads::are_wanted_by(*artifact)) {
    threads = TRY(wasi::Threads::create({.artifact = artifact, .limits = {}}, linker));
    program->allow_threads();
    options = threads->instance_options();
  }
  auto instance = TRY(runtime::Instance::create(artifact, linker, options));
  if (threads) threads->begin(*instance);
  auto outcome = instance->initialize();
  if (outcome) outcome = runtime::Instance::call(*instance->find_function("_start"), {});
  if (threads) outcome = threads->end(std::move(outcome));
  if (outcome) return std::string("returned");
  const abi::Trap& trap = outcome.error();
  if (trap.code != abi::TrapCode::Exit) return std::string(abi::trap_message(trap.code));
  if (trap.exit_status == kCallFailed) return fail(ErrorCode::Io, "a call of the program's failed");
  return std::string("exited");
}

Result<bool> run(const fs::path& module, const fs::path& folder, int count) {
  Mapping bytes = TRY(map_file(module, {.size_bytes_max = kModuleBytesMax}));
  auto cache = TRY(runtime::ArtifactCache::open(TRY(artifact_cache_path())));
  auto loaded = TRY(cache.load_or_compile(sha256(bytes.bytes()), module));
  std::map<std::string, int> endings;
  Figures before{};
  auto begin = std::chrono::steady_clock::now();
  for (int number = 0; number < count; ++number) {
    if (number == count / 10) before = measure();
    ++endings[TRY(run_once(loaded.artifact, folder))];
  }
  const Figures after = measure();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  fmt::print("{} instances in {:.1f} s; descriptors {} -> {}; resident {} -> {} KiB\n", count,
             seconds.count(), before.descriptors, after.descriptors, before.resident_kibibytes,
             after.resident_kibibytes);
  for (const auto& [ending, number] : endings) fmt::print("  {} {}\n", number, ending);
  return after.descriptors == before.descriptors &&
         after.resident_kibibytes - before.resident_kibibytes <= kGrowthKibibytesMax;
}

}  // namespace
}  // namespace wherry

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  if (argc != 4) return 2;
  auto steady = wherry::run(argv[1], argv[2], std::stoi(argv[3]));
  if (!steady) fmt::print(stderr, "error: {}\n", steady.error().message);
  return steady && *steady ? 0 : 1;
}
