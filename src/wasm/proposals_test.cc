#include "wasm/proposals.h"

#include <gtest/gtest.h>

#include "wasm/binary_for_tests.h"
#include "wasm/decoder.h"

namespace wherry::wasm {
namespace {

using binary::list;
using binary::module;
using binary::section;
using binary::sized;
using binary::operator""_b;

using Proposals = std::vector<Proposal>;

Proposals used(const std::string& bytes) {
  auto decoded = decode_module(as_bytes(bytes));
  if (!decoded) {
    ADD_FAILURE() << decoded.error().message;
    return {};
  }
  auto proposals = proposals_used(*decoded);
  EXPECT_TRUE(proposals) << proposals.error().message;
  return proposals.value_or(Proposals{});
}

// A function of type [] -> [] with this body.
std::string with_body(const std::string& code) {
  return module({section(1, list({"\x60\x00\x00"_b})), section(3, list({"\x00"_b})),
                 section(10, list({sized("\x00"_b + code + "\x0b"_b)}))});
}

TEST(Proposals, NoneInVersionOne) {
  EXPECT_EQ(used(module({})), Proposals());
  EXPECT_EQ(used(with_body("\x41\x01\x1a"_b)), Proposals());
}

TEST(Proposals, KnowsInstructions) {
  struct Case {
    const char* name;
    std::string code;
    Proposals proposals;
  };
  const Case cases[] = {
      {"i32.extend8_s", "\x41\x01\xc0\x1a"_b, {Proposal::SignExtension}},
      {"i32.trunc_sat_f32_s", "\x43\0\0\0\0\xfc\x00\x1a"_b, {Proposal::NontrappingConversion}},
      {"memory.fill", "\x41\0\x41\0\x41\0\xfc\x0b\x00"_b, {Proposal::BulkMemory}},
      {"table.size", "\xfc\x10\x00\x1a"_b, {Proposal::ReferenceTypes}},
      {"ref.null", "\xd0\x70\x1a"_b, {Proposal::ReferenceTypes}},
      {"i8x16.splat", "\x41\0\xfd\x0f\x1a"_b, {Proposal::Simd}},
      {"atomic.fence", "\xfe\x03\x00"_b, {Proposal::Threads}},
      {"block of a type", "\x02\x00\x0b"_b, {Proposal::MultiValue}},
  };
  for (const Case& item : cases) EXPECT_EQ(used(with_body(item.code)), item.proposals) << item.name;
}

TEST(Proposals, KnowsTypesAndEntities) {
  struct Case {
    const char* name;
    std::string section;
    Proposals proposals;
  };
  const Case cases[] = {
      {"two results", section(1, list({"\x60\x00\x02\x7f\x7f"_b})), {Proposal::MultiValue}},
      {"v128 parameter", section(1, list({"\x60\x01\x7b\x00"_b})), {Proposal::Simd}},
      {"externref table", section(4, list({"\x6f\x00\x01"_b})), {Proposal::ReferenceTypes}},
      {"two memories", section(5, list({"\x00\x01"_b, "\x00\x01"_b})), {Proposal::MultiMemory}},
      {"64-bit memory", section(5, list({"\x04\x01"_b})), {Proposal::Memory64}},
      {"shared memory", section(5, list({"\x03\x01\x02"_b})), {Proposal::Threads}},
      {"imported mutable global",
       section(2, list({"\x01m\x01g\x03\x7f\x01"_b})),
       {Proposal::MutableGlobals}},
      {"i32.add in a global",
       section(6, list({"\x7f\x00\x41\x01\x41\x01\x6a\x0b"_b})),
       {Proposal::ExtendedConst}},
  };
  for (const Case& item : cases)
    EXPECT_EQ(used(module({item.section})), item.proposals) << item.name;
}

}  // namespace
}  // namespace wherry::wasm
