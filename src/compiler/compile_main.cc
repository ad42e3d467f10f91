// wherry-compile [flags] INPUT.wasm OUTPUT: the compiler as a program of its own, since loading
// LLVM costs more than starting a guest, and since the module it reads may be hostile.
//
//   --memory-max BYTES   --seconds-max N   limits; without the flags $WHERRY_COMPILE_MEMORY_MIB and
//                                          $WHERRY_COMPILE_SECONDS, else limits.h
//   --low-priority                         yields to everything else
//   --digest sha256:HEX                    what the module must be, else nothing is compiled
//   --check-bounds   --count-fuel          abi::CodeMode
//   --parent PID                           ends when its parent, which must be PID, ends
//   --emit artifact|ir|asm                 for reading: LLVM's IR as optimised, or assembly
//
// Exit status 0: the output is there, whole. 1: nothing was written, and standard error has one
// line "CODE: message", CODE being one of error_code_name()'s words. 2: wrong usage.
#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>

#include "compiler/compile.h"
#include "compiler/confinement.h"
#include "compiler/limits.h"
#include "compiler/listing.h"
#include "support/digest.h"
#include "support/file.h"
#include "trust/claims.h"
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
// Memory that a thread should have for itself.
constexpr uint64_t kThreadShareBytes = 256 << 20;

struct Flags {
  uint64_t memory_bytes_max = 0;  // 0: by default
  uint64_t seconds_max = 0;
  uint64_t parent = 0;
  bool low_priority = false;
  abi::CodeMode mode;
  std::optional<Digest> digest;
  std::string_view emit = "artifact";
  std::string_view input, output;
};

// False: wrong usage.
bool parse_number(const char* text, uint64_t& value) {
  if (text == nullptr) return false;
  const char* end = text + std::strlen(text);
  return std::from_chars(text, end, value).ptr == end && value != 0;
}

// nullptr: one that takes a value, or none of ours.
bool* find_switch(std::string_view name, Flags& flags) {
  return name == "--low-priority"   ? &flags.low_priority
         : name == "--check-bounds" ? &flags.mode.checks_bounds
         : name == "--count-fuel"   ? &flags.mode.counts_fuel
                                    : nullptr;
}

bool read_digest(const char* text, std::optional<Digest>& digest) {
  if (text == nullptr) return false;
  Result<Digest> parsed = parse_digest(text);
  if (parsed) digest = *parsed;
  return parsed.has_value();
}

bool parse_flags(int argc, char** argv, Flags& flags) {
  int index = 1;
  for (; index < argc && argv[index][0] == '-'; ++index) {
    std::string_view name = argv[index];
    const char* value = index + 1 < argc ? argv[index + 1] : nullptr;
    if (bool* flag = find_switch(name, flags)) {
      *flag = true;
      continue;
    }
    bool good = name == "--memory-max"    ? parse_number(value, flags.memory_bytes_max)
                : name == "--seconds-max" ? parse_number(value, flags.seconds_max)
                : name == "--parent"      ? parse_number(value, flags.parent)
                : name == "--digest"      ? read_digest(value, flags.digest)
                                          : name == "--emit" && value != nullptr;
    if (!good) return false;
    if (name == "--emit") flags.emit = value;
    ++index;
  }
  if (argc - index != 2) return false;
  flags.input = argv[index];
  flags.output = argv[index + 1];
  return flags.emit == "artifact" || flags.emit == "ir" || flags.emit == "asm";
}

// A variable that is no number counts as not set.
uint64_t from_environment(const char* name, uint64_t unit) {
  uint64_t value = 0;
  return parse_number(std::getenv(name), value) ? value * unit : 0;
}

uint64_t first_given(uint64_t flag, uint64_t variable, uint64_t standard) {
  return flag != 0 ? flag : variable != 0 ? variable : standard;
}

compiler::Confinement confinement(const Flags& flags, uint64_t module_bytes) {
  const uint64_t threads = std::max(1u, std::thread::hardware_concurrency());
  const uint64_t cpu_seconds =
      limits::kCpuSeconds + limits::kCpuSecondsPerMebibyte * (module_bytes >> 20);
  return {
      .memory_bytes_max = first_given(
          flags.memory_bytes_max, from_environment("WHERRY_COMPILE_MEMORY_MIB", 1 << 20),
          limits::kMemoryBytes + limits::kMemoryBytesPerThread * threads),
      .cpu_seconds_max = cpu_seconds,
      .seconds_max = first_given(flags.seconds_max, from_environment("WHERRY_COMPILE_SECONDS", 1),
                                 cpu_seconds * limits::kSecondsPerCpuSecond),
      .low_priority = flags.low_priority,
      .parent = static_cast<pid_t>(flags.parent),
  };
}

void enlarge_thread_stacks() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

unsigned threads_for(uint64_t memory_bytes_max) {
  uint64_t machine = std::max(1u, std::thread::hardware_concurrency());
  return static_cast<unsigned>(
      std::clamp<uint64_t>(memory_bytes_max / kThreadShareBytes, 1, machine));
}

// A module that claims something must claim it rightly; what it does not say holds always.
Result<abi::Validity> verify_claims(ByteSpan binary) {
  const auto claims = TRY(trust::read_claims(binary));
  abi::Validity validity;
  if (!claims) return validity;
  validity.from_s = claims->not_before_s.value_or(validity.from_s);
  validity.until_s = claims->expires_s.value_or(validity.until_s);
  return validity;
}

Result<Bytes> compile(const Flags& flags, ByteSpan binary, unsigned threads) {
  wasm::Module module = TRY(wasm::decode_module(binary));
  TRY(wasm::validate_module(module));
  if (flags.emit == "artifact")
    return compiler::compile_module(
        module, binary,
        {.threads_max = threads, .mode = flags.mode, .validity = TRY(verify_claims(binary))});
  std::string text = TRY(compiler::list_module(
      module, flags.emit == "ir" ? compiler::Listing::Ir : compiler::Listing::Assembly,
      flags.mode));
  ByteSpan bytes = as_bytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

// A copy of our own: what is hashed, validated and compiled is the same, whatever others write into
// the file meanwhile.
Result<Bytes> read_module(const Flags& flags) {
  Bytes binary = TRY(read_file(flags.input, {.size_bytes_max = wasm::limits::kModuleBytes}));
  if (flags.digest && sha256(binary) != *flags.digest)
    return fail(ErrorCode::Malformed,
                "its content has another digest than {}: it is damaged, or was changed meanwhile "
                "(wherry fsck checks the images' modules)",
                flags.digest->to_string());
  return binary;
}

Result<> compile_file(const Flags& flags) {
  std::error_code ignored;  // what cannot be examined cannot be mapped below
  uint64_t size = fs::file_size(flags.input, ignored);
  const compiler::Confinement limits = confinement(flags, ignored ? 0 : size);
  compiler::confine(limits);
  enlarge_thread_stacks();
  const Bytes binary = TRY(read_module(flags));
  const unsigned threads = threads_for(limits.memory_bytes_max);
  TRY(with_context(compiler::confine_to_output(flags.output), "writing {}", flags.output));
  Bytes output;
  try {
    output = TRY(compile(flags, binary, threads));
  } catch (const std::system_error&) {  // std::thread's: there is no room for its stack
    compiler::end_out_of_memory();
  }
  compiler::lift_time_limits();  // or the temporary file would be left behind
  return write_file_atomic(flags.output, output, kArtifactMode);
}

}  // namespace
}  // namespace wherry

int main(int argc, char** argv) {
  wherry::Flags flags;
  if (!wherry::parse_flags(argc, argv, flags)) {
    std::fputs(
        "usage: wherry-compile [--memory-max BYTES] [--seconds-max N] [--low-priority]\n"
        "         [--check-bounds] [--count-fuel] [--parent PID] [--digest sha256:HEX]\n"
        "         [--emit artifact|ir|asm] INPUT.wasm OUTPUT\n",
        stderr);
    return 2;
  }
  wherry::Result<> result = wherry::compile_file(flags);
  if (result) return 0;
  std::fprintf(stderr, "%s: %s\n", wherry::error_code_name(result.error().code),
               result.error().message.c_str());
  return 1;
}
