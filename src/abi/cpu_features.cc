#include "abi/cpu_features.h"

// glibc's header says _Bool, which clang has in C alone (and g++ in C++ as well).
#ifdef __clang__
#define _Bool bool
#endif
#include <sys/platform/x86.h>

#include <cstdint>

namespace wherry::abi {

namespace {

struct Feature {
  const char* name;
  uint32_t glibc_index;
};

constexpr Feature kFeatures[] = {
    {"sse3", x86_cpu_SSE3},     {"ssse3", x86_cpu_SSSE3},   {"cx16", x86_cpu_CMPXCHG16B},
    {"sse4.1", x86_cpu_SSE4_1}, {"sse4.2", x86_cpu_SSE4_2}, {"movbe", x86_cpu_MOVBE},
    {"popcnt", x86_cpu_POPCNT}, {"avx", x86_cpu_AVX},       {"fma", x86_cpu_FMA},
    {"bmi", x86_cpu_BMI1},      {"avx2", x86_cpu_AVX2},     {"bmi2", x86_cpu_BMI2},
    {"lzcnt", x86_cpu_LZCNT},
};

}  // namespace

std::vector<const char*> cpu_features() {
  std::vector<const char*> names;
  for (const Feature& feature : kFeatures)
    if (x86_cpu_active(feature.glibc_index)) names.push_back(feature.name);
  return names;
}

std::string cpu_feature_string() {
  std::string text;
  for (const char* name : cpu_features()) {
    if (!text.empty()) text += ',';
    text += '+';
    text += name;
  }
  return text;
}

}  // namespace wherry::abi
