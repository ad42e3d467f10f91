// The CPU features that compiled code may use: those of a fixed list that this machine has.
// Follows Intel's Software Developer's Manual, volume 2A, CPUID; AVX's need the operating system's
// consent too (XGETBV), since it has to save their registers.
//
// AVX-512 is left out on purpose: guests have no wide vectors, and on several generations its mere
// use lowers the clock.
#pragma once

#include <string>
#include <vector>

namespace wherry::abi {

// LLVM's names of the features, in a fixed order: "sse3", "avx2". Costs a handful of CPUID
// instructions.
std::vector<const char*> cpu_features();

// The same as LLVM's feature string: "+sse3,+avx2".
std::string cpu_feature_string();

}  // namespace wherry::abi
