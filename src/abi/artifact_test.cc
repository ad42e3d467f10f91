#include "abi/artifact.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

namespace wherry::abi {
namespace {

// A small artifact as it lies in a file: one type, one function "f" that is exported, a page of
// code. uint64_t storage gives the alignment that a mapping has.
struct TestFile {
  static constexpr uint64_t kCodeOffset = kArtifactPageBytes;
  static constexpr uint64_t kFileBytes = 2 * kArtifactPageBytes;

  std::vector<uint64_t> words = std::vector<uint64_t>(kFileBytes / 8);
  uint64_t end = sizeof(Header);

  TestFile() {
    Header& head = header();
    std::memcpy(head.magic, kArtifactMagic, sizeof kArtifactMagic);
    head.version = kArtifactVersion;
    head.header_size = sizeof(Header);
    head.file_size = kFileBytes;
    head.start_function = kNone;
    head.types = add(TypeRecord{.first = 0, .params = 1, .results = 1, .entry_thunk = 16});
    head.values = add(wasm::ValueType::i32());
    add(wasm::ValueType::i64());
    head.values.count = 2;
    head.functions = add(FunctionRecord{.type = 0,
                                        .code = 0,
                                        .reference_slot = 0,
                                        .body_offset = 30,
                                        .body_size = 4,
                                        .name = {0, 1}});
    head.exports = add(ExportRecord{.name = {0, 1}, .kind = 0, .index = 0});
    head.strings = add('f');
    head.counts.referenced_functions = 1;
    head.code = {kCodeOffset, kArtifactPageBytes};
    sign();
  }

  Header& header() { return *reinterpret_cast<Header*>(words.data()); }
  std::byte* bytes() { return reinterpret_cast<std::byte*>(words.data()); }
  ByteSpan span() { return {bytes(), kFileBytes}; }
  template <class Record>
  Record& record(Section section) {
    return *reinterpret_cast<Record*>(bytes() + section.offset);
  }

  template <class Record>
  Section add(const Record& value) {
    Section section{end, 1};
    std::memcpy(bytes() + end, &value, sizeof value);
    end = (end + sizeof value + 7) & ~uint64_t{7};
    return section;
  }

  void sign() { sign_artifact({bytes(), kFileBytes}); }
};

TEST(Artifact, ReadsBackRecordsAndNames) {
  TestFile file;
  Result<ArtifactView> view = parse_artifact(file.span());
  ASSERT_TRUE(view) << view.error().message;
  ASSERT_EQ(view->functions.size(), 1u);
  EXPECT_EQ(view->string(view->functions[0].name), "f");
  EXPECT_EQ(view->function_type(0),
            (wasm::FunctionType{{wasm::ValueType::i32()}, {wasm::ValueType::i64()}}));
  EXPECT_EQ(view->code.data(), file.bytes() + TestFile::kCodeOffset);
}

TEST(Artifact, RefusesWhatIsNone) {
  EXPECT_EQ(parse_artifact({}).error().code, ErrorCode::Malformed);
  EXPECT_EQ(parse_artifact(as_bytes("WHERRYA\n")).error().code, ErrorCode::Malformed);
  TestFile file;
  file.header().magic[0] = 'X';
  EXPECT_EQ(parse_artifact(file.span()).error().code, ErrorCode::Malformed);
}

TEST(Artifact, RefusesEveryTruncation) {
  TestFile file;
  for (size_t size = 0; size < TestFile::kFileBytes; size += size < 2 * sizeof(Header) ? 1 : 97)
    EXPECT_EQ(parse_artifact(file.span().first(size)).error().code, ErrorCode::Malformed) << size;
}

TEST(Artifact, RefusesAnotherVersion) {
  TestFile file;
  file.header().version = kArtifactVersion + 1;
  EXPECT_EQ(parse_artifact(file.span()).error().code, ErrorCode::Unsupported);
}

TEST(Artifact, RefusesChangedRecords) {
  TestFile file;
  file.record<FunctionRecord>(file.header().functions).body_size = 5;
  Result<ArtifactView> view = parse_artifact(file.span());
  ASSERT_FALSE(view);
  EXPECT_NE(view.error().message.find("digest"), std::string::npos) << view.error().message;
}

TEST(Artifact, RefusesEveryFlippedBitOfTheHeader) {
  TestFile file;
  for (size_t bit = 0; bit < sizeof(Header) * 8; ++bit) {
    file.bytes()[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_FALSE(parse_artifact(file.span())) << "bit " << bit;
    file.bytes()[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  }
  EXPECT_TRUE(parse_artifact(file.span()));
}

TEST(Artifact, FindsChangedCodeWhenAsked) {
  TestFile file;
  EXPECT_TRUE(check_contents(*parse_artifact(file.span())));
  file.bytes()[TestFile::kCodeOffset] ^= std::byte{1};
  Result<ArtifactView> view = parse_artifact(file.span());
  ASSERT_TRUE(view) << view.error().message;
  Result<> checked = check_contents(*view);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::Malformed);
}

// Each change is signed again, so that the range checks alone can find it.
TEST(Artifact, RefusesRangesOutsideTheFile) {
  struct Case {
    const char* name;
    std::function<void(TestFile&)> damage;
  };
  const Case cases[] = {
      {"section beyond the end", [](TestFile& f) { f.header().functions.count = 1u << 20; }},
      {"section offset wraps", [](TestFile& f) { f.header().line_blocks = {~uint64_t{7}, 2}; }},
      {"section not aligned", [](TestFile& f) { f.header().strings.offset += 1; }},
      {"code not on a page", [](TestFile& f) { f.header().code.offset -= 8; }},
      {"count wraps", [](TestFile& f) { f.header().types.count = ~uint64_t{0} / 8; }},
      {"name", [](TestFile& f) { f.record<FunctionRecord>(f.header().functions).name.size = 9; }},
      {"code offset",
       [](TestFile& f) { f.record<FunctionRecord>(f.header().functions).code = 4096; }},
      {"entry thunk",
       [](TestFile& f) { f.record<TypeRecord>(f.header().types).entry_thunk = 4096; }},
      {"type values", [](TestFile& f) { f.record<TypeRecord>(f.header().types).params = kNone; }},
      {"slot",
       [](TestFile& f) { f.record<FunctionRecord>(f.header().functions).reference_slot = 1; }},
      {"export index", [](TestFile& f) { f.record<ExportRecord>(f.header().exports).index = 1; }},
      {"export kind", [](TestFile& f) { f.record<ExportRecord>(f.header().exports).kind = 9; }},
      {"start function", [](TestFile& f) { f.header().start_function = 1; }},
      {"value type", [](TestFile& f) { f.record<uint8_t>(f.header().values) = 1; }},
      {"counts", [](TestFile& f) { f.header().counts.memories = 1; }},
  };
  for (const Case& test : cases) {
    TestFile file;
    test.damage(file);
    file.sign();
    Result<ArtifactView> view = parse_artifact(file.span());
    ASSERT_FALSE(view) << test.name;
    EXPECT_EQ(view.error().code, ErrorCode::Malformed) << test.name;
  }
}

}  // namespace
}  // namespace wherry::abi
