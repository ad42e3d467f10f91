// What one compilation may cost. LLVM takes time in the square of the length of some hostile code
// (a basic block of 400,000 additions, 100,000 divisions by one value), where ordinary modules take
// 15 s of CPU time per MiB.
#pragma once

#include <cstdint>

namespace wherry::compiler::limits {

constexpr uint64_t kCpuSeconds = 120;
constexpr uint64_t kCpuSecondsPerMebibyte = 120;  // of the module
constexpr uint64_t kMemoryBytes = 4ull << 30;
constexpr uint64_t kMemoryBytesPerThread = 128 << 20;

}  // namespace wherry::compiler::limits
