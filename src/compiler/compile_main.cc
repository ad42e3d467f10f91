// wherry-compile INPUT.wasm OUTPUT.artifact: the compiler as a program of its own, since loading
// LLVM costs more than starting a guest, and since the module it reads may be hostile.
//
// Exit status 0: the artifact is at OUTPUT, whole. 1: nothing was written, and standard error has
// one line "CODE: message", CODE being one of error_code_name()'s words. 2: wrong usage.
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <new>
#include <thread>

#include "compiler/compile.h"
#include "compiler/limits.h"
#include "support/file.h"
#include "wasm/decoder.h"
#include "wasm/limits.h"
#include "wasm/validator.h"

namespace wherry {
namespace {

namespace limits = compiler::limits;

// LLVM walks some structures recursively; deeply nested modules need more than a thread's usual 8
// MiB.
constexpr size_t kThreadStackBytes = 64 << 20;
// An artifact is code that will be executed: nobody else's business, and nobody else's to change.
constexpr unsigned kArtifactMode = 0600;

void enlarge_thread_stacks() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

// Ends the program with one line. Called by a signal's handler, and where no memory is left.
template <size_t size>
[[noreturn]] void give_up(const char (&line)[size]) {
  ssize_t written = ::write(STDERR_FILENO, line, size - 1);
  ::_exit(written < 0 ? 3 : 1);
}

void limit_memory() {
#ifndef __SANITIZE_ADDRESS__  // its shadow memory alone is beyond any limit
  std::set_new_handler(
      [] { give_up("unavailable: compiling needs more memory than the limit\n"); });
  rlim_t bytes =
      limits::kMemoryBytes + limits::kMemoryBytesPerThread * std::thread::hardware_concurrency();
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_DATA, &limit);
#endif
}

// The handler may not format anything, and so has the figures in its text.
static_assert(limits::kCpuSeconds == 120 && limits::kCpuSecondsPerMebibyte == 120);

void limit_cpu_time(uint64_t module_bytes) {
  std::signal(SIGXCPU, [](int) {
    give_up(
        "unsupported: compiling exceeds the limit of 120 s of CPU time and 120 s more per MiB\n");
  });
  rlim_t seconds = limits::kCpuSeconds + limits::kCpuSecondsPerMebibyte * (module_bytes >> 20);
  const rlimit limit{seconds, RLIM_INFINITY};
  ::setrlimit(RLIMIT_CPU, &limit);
}

Result<> compile_file(const fs::path& input, const fs::path& output) {
  Mapping binary = TRY(map_file(input, {.size_bytes_max = wasm::limits::kModuleBytes}));
  limit_cpu_time(binary.size_bytes());
  wasm::Module module = TRY(wasm::decode_module(binary.bytes()));
  TRY(wasm::validate_module(module));
  Bytes artifact = TRY(compiler::compile_module(module, binary.bytes()));
  std::signal(SIGXCPU, SIG_IGN);  // or the temporary file would be left behind
  return write_file_atomic(output, artifact, kArtifactMode);
}

}  // namespace
}  // namespace wherry

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: wherry-compile INPUT.wasm OUTPUT.artifact\n", stderr);
    return 2;
  }
  wherry::enlarge_thread_stacks();
  wherry::limit_memory();
  wherry::Result<> result = wherry::compile_file(argv[1], argv[2]);
  if (result) return 0;
  std::fprintf(stderr, "%s: %s\n", wherry::error_code_name(result.error().code),
               result.error().message.c_str());
  return 1;
}
