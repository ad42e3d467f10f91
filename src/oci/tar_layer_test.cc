#include "oci/tar_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "oci/test_tar.h"

namespace wherry::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TarLayerTest : public ::testing::Test {
 protected:
  TarLayerTest() {
    std::string pattern = (fs::temp_directory_path() / "wherry-tar.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~TarLayerTest() override { fs::remove_all(folder_); }

  fs::path put(const std::string& content, const std::string& name = "layer") {
    std::ofstream(folder_ / name) << content;
    return folder_ / name;
  }

  // "path" of a folder, "path=content" of a file, "path->target" of a link, each in turn; or the
  // error.
  static Result<std::vector<std::string>> list(const fs::path& file,
                                               const TarReaderOptions& options = {}) {
    TarReader reader = TRY(TarReader::open(file, options));
    std::vector<std::string> entries;
    while (auto entry = TRY(reader.next())) {
      std::string text = entry->path;
      if (entry->kind == TarEntry::Kind::File)
        text += "=" + std::string(as_text(TRY(reader.read_all(1 << 20))));
      if (entry->kind == TarEntry::Kind::SymbolicLink) text += "->" + entry->target;
      entries.push_back(std::move(text));
    }
    return entries;
  }
  Result<std::vector<std::string>> list_of(const std::string& archive,
                                           const TarReaderOptions& options = {}) {
    return list(put(archive), options);
  }

  fs::path folder_;
};

// The archive of a few calls, and the digest that finish() gave.
struct Written {
  std::string bytes;
  Digest plain;
};
Written write(Compression compression, uint64_t modified_s = 0) {
  Written written;
  auto sink = [&](ByteSpan bytes) -> Result<> {
    written.bytes += as_text(bytes);
    return {};
  };
  TarWriter writer =
      TarWriter::create(sink, {.compression = compression, .modified_s = modified_s}).value();
  EXPECT_TRUE(writer.add_file("app.wasm", as_bytes(std::string_view("\0asm", 4))));
  EXPECT_TRUE(writer.add_folder("static"));
  EXPECT_TRUE(writer.add_file("static/caf\xc3\xa9.txt", as_bytes("hot")));
  EXPECT_TRUE(writer.add_file("static/" + std::string(180, 'x'), as_bytes("long")));
  written.plain = writer.finish().value();
  return written;
}

TEST_F(TarLayerTest, ReadsWhatItWrites) {
  for (Compression compression : {Compression::None, Compression::Gzip}) {
    auto entries = list_of(write(compression).bytes);
    ASSERT_TRUE(entries) << entries.error().message;
    EXPECT_THAT(*entries, ElementsAre(std::string("app.wasm=\0asm", 13), "static",
                                      "static/caf\xc3\xa9.txt=hot",
                                      "static/" + std::string(180, 'x') + "=long"));
  }
}

TEST_F(TarLayerTest, DigestIsOfTheArchiveBeforeCompression) {
  Written plain = write(Compression::None), packed = write(Compression::Gzip);
  EXPECT_EQ(plain.plain, sha256(as_bytes(plain.bytes)));
  EXPECT_EQ(packed.plain, plain.plain);
  EXPECT_LT(packed.bytes.size(), plain.bytes.size());
}

TEST_F(TarLayerTest, WritesTheSameBytesWhateverTheUmaskAndTheTime) {
  const Written first = write(Compression::Gzip);
  const mode_t before = ::umask(0077);
  ::sleep(1);
  const Written second = write(Compression::Gzip);
  ::umask(before);
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_NE(first.bytes, write(Compression::Gzip, 1).bytes);
}

TEST_F(TarLayerTest, SinkEndsTheWriting) {
  size_t taken = 0;
  auto sink = [&](ByteSpan bytes) -> Result<> {
    taken += bytes.size();
    return fail(ErrorCode::Io, "disk full");
  };
  auto writer = TarWriter::create(sink, {.compression = Compression::None});
  ASSERT_TRUE(writer);
  Bytes content(1 << 20);
  Result<> added = writer->add_file("a", content);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "disk full");
}

TEST_F(TarLayerTest, MakesNamesNormal) {
  auto entries = list_of(test_tar(
      {{.name = "./"}, {.name = "./a//b/", .type = '5'}, {.name = "a/./b/c", .content = "1"}}));
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_THAT(*entries, ElementsAre("a/b", "a/b/c=1"));
}

TEST_F(TarLayerTest, RefusesWhatALayerMustNotHold) {
  struct Case {
    TestTarEntry entry;
    const char* message;
  };
  const Case cases[] = {
      {{.name = "../evil"}, "entry '../evil': a path leads out by '..'"},
      {{.name = "a/../../evil"}, "a path leads out by '..'"},
      {{.name = "/etc/passwd"}, "entry '/etc/passwd': '/etc/passwd' is an absolute path"},
      {{.name = "s", .type = '2', .target = "b"}, "entry 's': is a symbolic link"},
      {{.name = "h", .type = '1', .target = "b"}, "entry 'h': is a hard link"},
      {{.name = "c", .type = '3'}, "entry 'c': is a device"},
      {{.name = "d", .type = '4'}, "entry 'd': is a device"},
      {{.name = "p", .type = '6'}, "entry 'p': is a named pipe"},
      {{.name = ".", .content = "x"}, "an entry stands in place of the archive's root"},
  };
  for (const Case& bad : cases) {
    auto entries = list_of(test_tar({{.name = "b", .content = "1"}, bad.entry}));
    ASSERT_FALSE(entries) << bad.message;
    EXPECT_THAT(entries.error().message, HasSubstr(bad.message));
  }
}

TEST_F(TarLayerTest, RefusesAFileThatIsThereTwice) {
  auto entries = list_of(test_tar({{.name = "a", .content = "1"}, {.name = "./a"}}));
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().message, "entry 'a' is there twice");
}

TEST_F(TarLayerTest, GivesSymbolicLinksOnlyWhereAsked) {
  const std::string archive = test_tar({{.name = "s", .type = '2', .target = "/etc"}});
  EXPECT_FALSE(list_of(archive));
  auto entries = list_of(archive, {.allow_symbolic_links = true});
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_THAT(*entries, ElementsAre("s->/etc"));
}

TEST_F(TarLayerTest, RefusesDeepAndLongNames) {
  std::string deep;
  for (int i = 0; i < 40; i++) deep += "d/";
  // As a pax header's path, which has no bound of its own.
  std::string deeper = deep + deep + "f", longer = std::string(300, 'n');
  EXPECT_THAT(list_of(test_tar({{.name = deeper}})).error().message, HasSubstr("nested deeper"));
  EXPECT_THAT(list_of(test_tar({{.name = longer}})).error().message, HasSubstr("too long a name"));
  std::string path;
  while (path.size() < 5000) path += std::string(200, 'n') + "/";
  EXPECT_THAT(list_of(test_tar({{.name = path}})).error().message, HasSubstr("too long a path"));
}

TEST_F(TarLayerTest, HoldsToItsLimits) {
  const std::string archive =
      test_tar({{.name = "a", .content = "12345"}, {.name = "b", .content = "67890"}});
  EXPECT_TRUE(list_of(archive, {.content_bytes_max = 10, .entries_max = 2}));
  EXPECT_THAT(list_of(archive, {.content_bytes_max = 9}).error().message,
              HasSubstr("entry 'b' of 5 bytes: all unpacked, the limit is 9 bytes"));
  EXPECT_THAT(list_of(archive, {.entries_max = 1}).error().message,
              HasSubstr("more than 1 entries"));
}

TEST_F(TarLayerTest, RefusesABomb) {
  fs::path file = folder_ / "bomb";
  std::ofstream out(file, std::ios::binary);
  auto sink = [&](ByteSpan bytes) -> Result<> {
    out << as_text(bytes);
    return {};
  };
  auto writer = TarWriter::create(sink).value();
  const Bytes zeros(1 << 20);
  ASSERT_TRUE(writer.begin_file("zeros", 100 * zeros.size()));
  for (int i = 0; i < 100; i++) ASSERT_TRUE(writer.write(zeros));
  ASSERT_TRUE(writer.finish());
  out.close();
  TarReader reader = TarReader::open(file).value();
  ASSERT_TRUE(reader.next());
  Result<size_t> count = 1;
  Bytes block(1 << 16);
  while (count && *count > 0) count = reader.read(block);
  ASSERT_FALSE(count);
  EXPECT_THAT(count.error().message, HasSubstr("a decompression bomb"));
}

TEST_F(TarLayerTest, RefusesWhatIsCutOff) {
  const std::string plain = test_tar({{.name = "a", .content = std::string(3000, 'x')}});
  EXPECT_THAT(list_of(plain.substr(0, 1500)).error().message, HasSubstr("entry 'a' is not whole"));
  const std::string packed = write(Compression::Gzip).bytes;
  for (size_t cut : {packed.size() / 2, packed.size() - 9, size_t{12}})
    EXPECT_FALSE(list_of(packed.substr(0, cut))) << cut;
}

TEST_F(TarLayerTest, RefusesWhatIsNoArchive) {
  EXPECT_THAT(list_of("no archive at all").error().message,
              HasSubstr("Unrecognized archive format"));
  EXPECT_THAT(list_of("\x1f\x8b garbage").error().message,
              HasSubstr("Unrecognized archive format"));
  EXPECT_EQ(TarReader::open(folder_ / "none").error().code, ErrorCode::NotFound);
}

TEST_F(TarLayerTest, DecompressesWhatIsNoTar) {
  auto first = [&](const std::string& content) -> std::string {
    auto file = DecompressedFile::open(put(content), 1 << 20);
    if (!file) return file.error().message;
    Bytes bytes(4);
    auto count = file->read(bytes);
    return count ? std::string(as_text(ByteSpan(bytes).first(*count))) : count.error().message;
  };
  EXPECT_EQ(first(""), "");
  EXPECT_EQ(first("ab"), "ab");
  EXPECT_EQ(first(std::string("\0asm\1\0\0\0", 8)), std::string("\0asm", 4));
  EXPECT_EQ(first(write(Compression::Gzip).bytes), "app.");
}

TEST_F(TarLayerTest, RefusesCompressionInCompression) {
  // gzip of gzip, made by hand: a stored block (RFC 1951 §3.2.4) that holds the inner stream.
  const std::string inner = write(Compression::Gzip).bytes;
  auto length = static_cast<uint16_t>(inner.size());
  auto inverse = static_cast<uint16_t>(~length);
  std::string outer("\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11);
  outer.append(reinterpret_cast<const char*>(&length), 2);
  outer.append(reinterpret_cast<const char*>(&inverse), 2);
  outer += inner + std::string(8, '\0');
  EXPECT_EQ(TarReader::open(put(outer)).error().message, "it is compressed more than once");
}

}  // namespace
}  // namespace wherry::oci
