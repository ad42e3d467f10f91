#include "compiler/unwind_tables.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "abi/artifact.h"

namespace wherry::compiler {

namespace {

// DWARF's numbers of x86-64's registers: System V ABI, AMD64 supplement 1.0, figure 3.36.
constexpr uint64_t kRsp = 7;
constexpr uint64_t kRbp = 6;
constexpr uint64_t kReturnAddress = 16;
constexpr uint64_t kSaved[abi::kSavedRegisters] = {3, kRbp, 12, 13, 14, 15};

constexpr uint8_t kPcRelative4 = 0x1b;  // DW_EH_PE_pcrel | DW_EH_PE_sdata4
constexpr uint8_t kOmitted = 0xff;      // DW_EH_PE_omit
constexpr uint8_t kUleb128 = 0x01;      // DW_EH_PE_uleb128
constexpr int64_t kCodeAlignment = 1;
constexpr int64_t kDataAlignment = -8;
constexpr uint32_t kWordBytes = 8;

// DWARF 4 §7.23.
enum class Rule : uint8_t {
  Nop = 0x00,
  AdvanceLoc1 = 0x02,
  AdvanceLoc2 = 0x03,
  AdvanceLoc4 = 0x04,
  RememberState = 0x0a,
  RestoreState = 0x0b,
  DefCfa = 0x0c,
  DefCfaRegister = 0x0d,
  DefCfaOffset = 0x0e,
  // These hold an operand in their low six bits.
  AdvanceLoc = 0x40,
  Offset = 0x80,
  Restore = 0xc0,
};
constexpr uint8_t kRuleWithOperand = 0xc0;

std::unexpected<Error> defect(const char* what) {
  return fail(ErrorCode::Invalid, "internal error: compiled code's unwind information has {}",
              what);
}

// A cursor over bytes of our own making; beyond the end there are zeros.
struct Cursor {
  ByteSpan bytes;
  uint64_t position;

  uint8_t byte() {
    return position < bytes.size() ? static_cast<uint8_t>(bytes[position++]) : uint8_t{0};
  }
  uint32_t word() {
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) value |= uint32_t{byte()} << shift;
    return value;
  }
  // A distance from its own place.
  uint64_t relative() {
    uint64_t place = position;
    return place + static_cast<uint64_t>(int64_t{static_cast<int32_t>(word())});
  }
  uint64_t unsigned_leb() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      uint8_t next = byte();
      value |= uint64_t{next & 0x7fu} << shift;
      if (next < 0x80) break;
    }
    return value;
  }
  int64_t signed_leb() {
    uint64_t begin = position, value = unsigned_leb();
    uint64_t bits = 7 * (position - begin);
    if (bits < 64 && (value >> (bits - 1)) != 0) value |= ~uint64_t{0} << bits;
    return static_cast<int64_t>(value);
  }
  std::string text() {
    std::string characters;
    while (uint8_t next = byte()) characters += static_cast<char>(next);
    return characters;
  }
};

// A function's frame as its rules build it up.
struct FrameRules {
  abi::FrameShape shape{.cfa_offset = kWordBytes, .is_rbp_based = 0, .saved = {}};

  // The frame that calls see is the largest one that rsp points to, or the one that rbp does: what
  // comes before and after it is prologue and epilogue. So places do not matter.
  void set_cfa_offset(uint64_t offset, bool is_rbp_based) {
    auto bytes = static_cast<uint32_t>(offset);
    if (is_rbp_based)
      shape.cfa_offset = bytes;
    else if (shape.is_rbp_based == 0)
      shape.cfa_offset = std::max(shape.cfa_offset, bytes);
    if (is_rbp_based) shape.is_rbp_based = 1;
  }

  Result<> set_saved(uint64_t dwarf_register, uint64_t words) {
    auto found = std::ranges::find(kSaved, dwarf_register);
    if (found == std::end(kSaved)) return defect("a register that is not saved");
    uint16_t& place = shape.saved[found - std::begin(kSaved)];
    if (words > UINT16_MAX || (place != 0 && place != words))
      return defect("a register saved in two places");
    place = static_cast<uint16_t>(words);
    return {};
  }
};

Result<> read_rule(Cursor& cursor, FrameRules& rules, uint64_t& cfa_register) {
  uint8_t code = cursor.byte();
  uint8_t operand = code & static_cast<uint8_t>(~kRuleWithOperand);
  bool has_operand = (code & kRuleWithOperand) != 0;
  switch (static_cast<Rule>(has_operand ? code & kRuleWithOperand : code)) {
    case Rule::Nop:
    case Rule::AdvanceLoc:
    case Rule::RememberState:
    case Rule::RestoreState:
    case Rule::Restore:
      return {};
    case Rule::AdvanceLoc1:
      cursor.position += 1;
      return {};
    case Rule::AdvanceLoc2:
      cursor.position += 2;
      return {};
    case Rule::AdvanceLoc4:
      cursor.position += 4;
      return {};
    case Rule::DefCfa:
      cfa_register = cursor.unsigned_leb();
      rules.set_cfa_offset(cursor.unsigned_leb(), cfa_register == kRbp);
      break;
    case Rule::DefCfaRegister:
      cfa_register = cursor.unsigned_leb();
      if (cfa_register == kRbp) rules.set_cfa_offset(rules.shape.cfa_offset, true);
      break;
    case Rule::DefCfaOffset:
      rules.set_cfa_offset(cursor.unsigned_leb(), cfa_register == kRbp);
      break;
    case Rule::Offset:
      return rules.set_saved(operand, cursor.unsigned_leb());
    default:
      return fail(ErrorCode::Invalid,
                  "internal error: compiled code's unwind information has rule {:#04x}", code);
  }
  if (cfa_register != kRsp && cfa_register != kRbp) return defect("another base register");
  return {};
}

class FrameReader {
 public:
  FrameReader(const UnwindSource& source, UnwindTables& tables)
      : source_(source), tables_(tables) {}

  Result<> run();

 private:
  Result<bool> read_common(uint64_t place) const;
  Result<> read_frame(uint64_t place, uint64_t end);
  Result<abi::FrameShape> read_rules(Cursor cursor, uint64_t end) const;
  Result<> read_landing_pads(Cursor cursor, uint32_t function);
  uint32_t add_shape(const abi::FrameShape& shape);

  const UnwindSource& source_;
  UnwindTables& tables_;
};

// Entries: [length, 4][0 of a common entry, or the distance back to one, 4][…]
Result<> FrameReader::run() {
  size_t first_frame = tables_.frames.size(), first_pad = tables_.landing_pads.size();
  const uint64_t end = source_.eh_frame + source_.eh_frame_bytes;
  for (Cursor cursor{source_.linked, source_.eh_frame}; cursor.position < end;) {
    uint32_t length = cursor.word();
    if (length == 0) break;
    uint64_t place = cursor.position, next = place + length;
    if (next > end) return defect("an entry beyond its end");
    if (cursor.word() != 0) TRY(read_frame(place, next));
    cursor.position = next;
  }
  auto frames = std::span(tables_.frames).subspan(first_frame);
  std::ranges::sort(frames, {}, &abi::FrameRecord::code);
  auto pads = std::span(tables_.landing_pads).subspan(first_pad);
  std::ranges::sort(pads, {}, &abi::LandingPadRecord::begin);
  tables_.frames.push_back({static_cast<uint32_t>(source_.code_end), abi::kNone});
  return {};
}

// Whether frames that refer to it have landing pads. At `place`: [length, 4][0, 4][version]
//   [augmentation][code alignment][data alignment][return address][augmentation data]
//   [rules of all functions]
Result<bool> FrameReader::read_common(uint64_t place) const {
  Cursor cursor{source_.linked, place + 2 * sizeof(uint32_t)};
  uint8_t version = cursor.byte();
  std::string augmentation = cursor.text();
  bool is_known = version == 1 && cursor.unsigned_leb() == kCodeAlignment &&
                  cursor.signed_leb() == kDataAlignment && cursor.unsigned_leb() == kReturnAddress;
  cursor.unsigned_leb();  // the size of the augmentation's data
  bool has_landing_pads = augmentation == "zPLR";
  if (has_landing_pads) {
    cursor.position += 1 + 4;  // the personality, which nobody calls: encoding and reference
    is_known = is_known && cursor.byte() == kPcRelative4;
  }
  if (!is_known || cursor.byte() != kPcRelative4 || (!has_landing_pads && augmentation != "zR"))
    return defect("another form");
  return has_landing_pads;
}

// At `place`: [distance back to the common entry, 4][function][size of its code, 4][augmentation
// data][rules]
Result<> FrameReader::read_frame(uint64_t place, uint64_t end) {
  Cursor cursor{source_.linked, place};
  bool has_landing_pads = TRY(read_common(place - cursor.word()));
  auto function = static_cast<uint32_t>(cursor.relative());
  cursor.word();
  uint64_t rules = cursor.unsigned_leb();
  rules += cursor.position;
  if (has_landing_pads) TRY(read_landing_pads({source_.linked, cursor.relative()}, function));
  abi::FrameShape shape = TRY(read_rules({source_.linked, rules}, end));
  tables_.frames.push_back({function, add_shape(shape)});
  return {};
}

Result<abi::FrameShape> FrameReader::read_rules(Cursor cursor, uint64_t end) const {
  FrameRules rules;
  uint64_t cfa_register = kRsp;
  while (cursor.position < end) TRY(read_rule(cursor, rules, cfa_register));
  return rules.shape;
}

// [encoding of the pads' base][encoding of types][size up to the types, where there are]
//   [encoding of calls][size of calls]([begin][size][pad, 0: none][action])…
Result<> FrameReader::read_landing_pads(Cursor cursor, uint32_t function) {
  if (cursor.byte() != kOmitted) return defect("another base of landing pads");
  if (cursor.byte() != kOmitted) cursor.unsigned_leb();
  if (cursor.byte() != kUleb128) return defect("another encoding of calls");
  uint64_t size = cursor.unsigned_leb();
  for (uint64_t end = cursor.position + size; cursor.position < end;) {
    auto begin = static_cast<uint32_t>(function + cursor.unsigned_leb());
    auto bytes = static_cast<uint32_t>(cursor.unsigned_leb());
    uint64_t pad = cursor.unsigned_leb();
    cursor.unsigned_leb();  // the action: all pads catch everything
    if (pad == 0) continue;
    tables_.landing_pads.push_back({begin, begin + bytes, static_cast<uint32_t>(function + pad)});
  }
  return {};
}

// Modules have few shapes, and functions that follow each other often share one.
uint32_t FrameReader::add_shape(const abi::FrameShape& shape) {
  std::string key(reinterpret_cast<const char*>(&shape), sizeof shape);
  auto [place, is_new] = tables_.shape_indices.try_emplace(
      std::move(key), static_cast<uint32_t>(tables_.shapes.size()));
  if (is_new) tables_.shapes.push_back(shape);
  return place->second;
}

}  // namespace

Result<> append_unwind_tables(const UnwindSource& source, UnwindTables& tables) {
  return FrameReader(source, tables).run();
}

}  // namespace wherry::compiler
