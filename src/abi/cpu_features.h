// The CPU features that compiled code may use: those of a fixed list that this machine has and the
// system supports, as glibc found them when the process began (sys/platform/x86.h). They are not
// asked of the CPU again, because under a hypervisor every CPUID leaves the virtual machine: 7 to
// 20 us each, where a whole start takes 600.
//
// AVX-512 is left out on purpose: guests have no wide vectors, and on several generations its mere
// use lowers the clock.
#pragma once

#include <string>
#include <vector>

namespace wherry::abi {

// LLVM's names of the features, in a fixed order: "sse3", "avx2".
std::vector<const char*> cpu_features();

// The same as LLVM's feature string: "+sse3,+avx2".
std::string cpu_feature_string();

}  // namespace wherry::abi
