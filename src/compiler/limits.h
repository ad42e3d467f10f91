// What one compilation may cost. LLVM takes time in the square of the length of some hostile code
// (a basic block of 400,000 additions, 100,000 divisions by one value), where ordinary modules take
// 15 s of CPU time per MiB.
#pragma once

#include <cstdint>

namespace wherry::compiler::limits {

constexpr uint64_t kCpuSeconds = 120;
constexpr uint64_t kCpuSecondsPerMebibyte = 120;  // of the module
// Of wall-clock time for each second of CPU time: for machines on which others work as well. The
// threads of a large module use up their CPU time sooner.
constexpr uint64_t kSecondsPerCpuSecond = 4;
// Of all tables that become part of the artifact, where each takes 8 bytes: CPython has 6,000.
constexpr uint64_t kConstantTableEntries = 65536;
constexpr uint64_t kMemoryBytes = 4ull << 30;
constexpr uint64_t kMemoryBytesPerThread = 128 << 20;  // with its stack

}  // namespace wherry::compiler::limits
