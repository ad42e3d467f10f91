#include "compiler/object_linker.h"

#include <llvm/Object/ELFObjectFile.h>

#include <cstring>
#include <limits>

#include "compiler/chunk.h"

namespace wherry::compiler {

using namespace llvm;
using object::ELF64LEObjectFile;

namespace {

// The longest reach of a 32-bit PC-relative reference, and so the most code that there can be.
constexpr uint64_t kCodeBytesMax = std::numeric_limits<int32_t>::max();
constexpr uint64_t kFunctionAlignment = 16;

std::unexpected<Error> defect(const char* what, StringRef detail) {
  return fail(ErrorCode::Invalid, "internal error: compiled code has {} {}", what, detail.str());
}

template <class T>
Result<T> value_of(Expected<T> expected) {
  if (!expected)
    return fail(ErrorCode::Invalid, "reading compiled code: {}", toString(expected.takeError()));
  return std::move(*expected);
}

enum class Part : uint8_t { Code, Constants, Unwind };

// Frames with landing pads name a personality function, in the form of a pointer to it. Nobody
// calls it.
constexpr const char* kPersonalitySection = ".data.DW.ref.";
constexpr const char* kPersonalitySymbol = "DW.ref.";

bool is_unwind_section(StringRef name) {
  return name == ".eh_frame" || name == ".gcc_except_table";
}

class Linker {
 public:
  Result<LinkedCode> run(const std::vector<ObjectCode>& objects, const ConstantTables& tables) {
    for (const ObjectCode& object : objects) TRY(open(object));
    for (Part part : {Part::Code, Part::Constants})
      for (Input& input : inputs_) TRY(place(input, part));
    TRY(place(tables));
    const size_t code_bytes = linked_.code.size();
    for (Input& input : inputs_) TRY(place(input, Part::Unwind));
    for (Input& input : inputs_) TRY(collect_symbols(input));
    for (Input& input : inputs_) TRY(relocate(input));
    fill(tables);
    for (size_t index = 0; index < objects.size(); ++index) {
      append_lines(inputs_[index], objects[index]);
      TRY(append_unwind(inputs_[index]));
    }
    linked_.code.resize(code_bytes);
    return std::move(linked_);
  }

 private:
  // In the linked bytes.
  struct Range {
    uint64_t begin = 0;
    uint64_t end = 0;
  };
  struct Input {
    std::unique_ptr<ELF64LEObjectFile> object;
    std::vector<uint64_t> places;  // by section index: its offset in the code, or kUnplaced
    Range text;
    Range eh_frame;  // behind all code
  };
  static constexpr uint64_t kUnplaced = ~uint64_t{0};

  Result<> open(const ObjectCode& object);
  Result<> place(Input& input, Part part);
  Result<> place(const ConstantTables& tables);
  void fill(const ConstantTables& tables);
  Result<uint64_t> reserve(uint64_t bytes, uint64_t alignment);
  Result<> append(Input& input, const object::ELFSectionRef& section, StringRef name);
  Result<> collect_symbols(Input& input);
  Result<> relocate(Input& input);
  Result<> relocate(Input& input, uint64_t section, const object::ELFRelocationRef& relocation);
  static Result<bool> is_personality(const object::ELFRelocationRef& relocation);
  Result<uint64_t> find_target(Input& input, const object::ELFRelocationRef& relocation);
  void append_lines(const Input& input, const ObjectCode& object);
  Result<> append_unwind(const Input& input);

  std::vector<Input> inputs_;
  LinkedCode linked_;
};

Result<> Linker::open(const ObjectCode& code) {
  StringRef bytes(reinterpret_cast<const char*>(code.elf.data()), code.elf.size());
  ELF64LEObjectFile object =
      TRY(value_of(ELF64LEObjectFile::create(MemoryBufferRef(bytes, "chunk"))));
  Input input{std::make_unique<ELF64LEObjectFile>(std::move(object)), {}, {}, {}};
  size_t count = 0;
  for (const object::SectionRef& section : input.object->sections())
    count = std::max<size_t>(count, section.getIndex() + 1);
  input.places.assign(count, kUnplaced);
  inputs_.push_back(std::move(input));
  return {};
}

Result<> Linker::place(Input& input, Part part) {
  for (const object::ELFSectionRef section : input.object->sections()) {
    uint64_t flags = section.getFlags();
    if ((flags & ELF::SHF_ALLOC) == 0 || section.getSize() == 0) continue;
    StringRef name = TRY(value_of(section.getName()));
    if (name.starts_with(kPersonalitySection)) continue;
    bool is_unwind = is_unwind_section(name);
    if ((flags & ELF::SHF_WRITE) != 0 || (section.getType() != ELF::SHT_PROGBITS && !is_unwind))
      return defect("an unexpected section", name);
    Part own = is_unwind                           ? Part::Unwind
               : (flags & ELF::SHF_EXECINSTR) != 0 ? Part::Code
                                                   : Part::Constants;
    if (own == part) TRY(append(input, section, name));
  }
  return {};
}

Result<> Linker::append(Input& input, const object::ELFSectionRef& section, StringRef name) {
  StringRef contents = TRY(value_of(section.getContents()));
  uint64_t begin = TRY(reserve(contents.size(), section.getAlignment().value()));
  if (name == ".text") input.text = {begin, begin + contents.size()};
  if (name == ".eh_frame") input.eh_frame = {begin, begin + contents.size()};
  input.places[section.getIndex()] = begin;
  std::memcpy(linked_.code.data() + begin, contents.data(), contents.size());
  return {};
}

// Where the bytes begin, behind all that is there.
Result<uint64_t> Linker::reserve(uint64_t bytes, uint64_t alignment) {
  alignment = std::max(alignment, kFunctionAlignment);
  uint64_t begin = (linked_.code.size() + alignment - 1) & ~(alignment - 1);
  if (begin + bytes > kCodeBytesMax)
    return fail(ErrorCode::Invalid, "the module's code exceeds 2 GiB");
  linked_.code.resize(begin + bytes);
  return begin;
}

Result<> Linker::place(const ConstantTables& tables) {
  for (uint32_t index = 0; index < tables.tables.size(); ++index)
    if (const auto& table = tables.tables[index])
      linked_.symbols[constant_table_symbol(index)] = static_cast<uint32_t>(
          TRY(reserve(table->entries.size() * sizeof(ConstantTableEntry), kFunctionAlignment)));
  return {};
}

void Linker::fill(const ConstantTables& tables) {
  for (uint32_t index = 0; index < tables.tables.size(); ++index) {
    if (!tables.tables[index]) continue;
    const uint32_t begin = linked_.symbols.at(constant_table_symbol(index));
    std::byte* place = linked_.code.data() + begin;
    for (ConstantTable::Entry function : tables.tables[index]->entries) {
      ConstantTableEntry entry{0, function.type};
      if (entry.type != 0)
        entry.code =
            static_cast<int32_t>(linked_.symbols.at(function_symbol(function.function)) - begin);
      std::memcpy(place, &entry, sizeof entry);
      place += sizeof entry;
    }
  }
}

Result<> Linker::collect_symbols(Input& input) {
  for (const object::ELFSymbolRef symbol : input.object->symbols()) {
    if (symbol.getELFType() != ELF::STT_FUNC) continue;
    object::section_iterator section = TRY(value_of(symbol.getSection()));
    if (section == input.object->section_end()) continue;
    StringRef name = TRY(value_of(symbol.getName()));
    uint64_t offset = input.places[section->getIndex()] + TRY(value_of(symbol.getValue()));
    linked_.symbols[name.str()] = static_cast<uint32_t>(offset);
  }
  return {};
}

Result<> Linker::relocate(Input& input) {
  for (const object::ELFSectionRef section : input.object->sections()) {
    object::section_iterator target = TRY(value_of(section.getRelocatedSection()));
    if (target == input.object->section_end() || input.places[target->getIndex()] == kUnplaced)
      continue;
    for (const object::ELFRelocationRef relocation : section.relocations())
      TRY(relocate(input, target->getIndex(), relocation));
  }
  return {};
}

// S + A - P; a PLT32 is the same where there is no PLT.
Result<> Linker::relocate(Input& input, uint64_t section,
                          const object::ELFRelocationRef& relocation) {
  if (relocation.getType() != ELF::R_X86_64_PC32 && relocation.getType() != ELF::R_X86_64_PLT32) {
    SmallString<32> name;
    relocation.getTypeName(name);
    return defect("an unexpected relocation,", name);
  }
  if (TRY(is_personality(relocation))) return {};
  uint64_t target = TRY(find_target(input, relocation));
  int64_t addend = TRY(value_of(relocation.getAddend()));
  uint64_t place = input.places[section] + relocation.getOffset();
  int64_t distance = static_cast<int64_t>(target) + addend - static_cast<int64_t>(place);
  auto field = static_cast<int32_t>(distance);  // fits: the code is below 2 GiB
  WHERRY_ASSERT(place + sizeof field <= linked_.code.size());
  std::memcpy(linked_.code.data() + place, &field, sizeof field);
  return {};
}

Result<bool> Linker::is_personality(const object::ELFRelocationRef& relocation) {
  return TRY(value_of(relocation.getSymbol()->getName())).starts_with(kPersonalitySymbol);
}

Result<uint64_t> Linker::find_target(Input& input, const object::ELFRelocationRef& relocation) {
  const object::ELFSymbolRef symbol = *relocation.getSymbol();
  object::section_iterator section = TRY(value_of(symbol.getSection()));
  if (section != input.object->section_end()) {
    uint64_t place = input.places[section->getIndex()];
    if (place == kUnplaced)
      return defect("a reference into section", TRY(value_of(section->getName())));
    return place + TRY(value_of(symbol.getValue()));
  }
  StringRef name = TRY(value_of(symbol.getName()));
  auto found = linked_.symbols.find(name.str());
  if (found == linked_.symbols.end()) return defect("a reference to", name);
  return found->second;
}

void Linker::append_lines(const Input& input, const ObjectCode& object) {
  for (abi::LineRow row : object.lines)
    linked_.lines.push_back({static_cast<uint32_t>(row.code + input.text.begin), row.wasm_offset});
}

Result<> Linker::append_unwind(const Input& input) {
  UnwindSource source{.linked = linked_.code,
                      .eh_frame = input.eh_frame.begin,
                      .eh_frame_bytes = input.eh_frame.end - input.eh_frame.begin,
                      .code_end = input.text.end};
  return append_unwind_tables(source, linked_.unwind);
}

}  // namespace

Result<LinkedCode> link_objects(const std::vector<ObjectCode>& objects,
                                const ConstantTables& tables) {
  return Linker().run(objects, tables);
}

}  // namespace wherry::compiler
