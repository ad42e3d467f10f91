#include "abi/cpu_features.h"

#include <cpuid.h>

#include <cstdint>

namespace wherry::abi {

namespace {

enum class Register : uint8_t { Ebx, Ecx };

struct Feature {
  const char* name;
  uint32_t leaf;
  Register reg;
  uint8_t bit;
  bool needs_avx_state;
};

constexpr Feature kFeatures[] = {
    {"sse3", 1, Register::Ecx, 0, false},
    {"ssse3", 1, Register::Ecx, 9, false},
    {"cx16", 1, Register::Ecx, 13, false},
    {"sse4.1", 1, Register::Ecx, 19, false},
    {"sse4.2", 1, Register::Ecx, 20, false},
    {"movbe", 1, Register::Ecx, 22, false},
    {"popcnt", 1, Register::Ecx, 23, false},
    {"avx", 1, Register::Ecx, 28, true},
    {"fma", 1, Register::Ecx, 12, true},
    {"bmi", 7, Register::Ebx, 3, false},
    {"avx2", 7, Register::Ebx, 5, true},
    {"bmi2", 7, Register::Ebx, 8, false},
    {"lzcnt", 0x8000'0001, Register::Ecx, 5, false},
};

constexpr uint32_t kOsxsaveBit = 1u << 27;  // leaf 1, ECX
constexpr uint32_t kAvxState = 0b110;       // XCR0: the system saves XMM and YMM registers

struct Leaf {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Leaf read_leaf(uint32_t number) {
  Leaf leaf;
  // Gives 0, and leaves zeros, for a leaf that the CPU does not have.
  __get_cpuid_count(number, 0, &leaf.eax, &leaf.ebx, &leaf.ecx, &leaf.edx);
  return leaf;
}

bool system_saves_avx_state(const Leaf& leaf1) {
  if ((leaf1.ecx & kOsxsaveBit) == 0) return false;
  uint32_t low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & kAvxState) == kAvxState;
}

}  // namespace

std::vector<const char*> cpu_features() {
  const Leaf leaf1 = read_leaf(1), leaf7 = read_leaf(7), extended = read_leaf(0x8000'0001);
  const bool avx_state = system_saves_avx_state(leaf1);
  std::vector<const char*> names;
  for (const Feature& feature : kFeatures) {
    const Leaf& leaf = feature.leaf == 1 ? leaf1 : feature.leaf == 7 ? leaf7 : extended;
    uint32_t bits = feature.reg == Register::Ebx ? leaf.ebx : leaf.ecx;
    if ((bits >> feature.bit & 1) == 0 || (feature.needs_avx_state && !avx_state)) continue;
    names.push_back(feature.name);
  }
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
