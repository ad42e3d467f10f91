#include "builder/detect.h"

#include <gtest/gtest.h>

#include "builder/temporary_folder.h"

namespace wherry::builder {
namespace {

using policy::BuildSection;
using policy::Language;
using Files = std::vector<std::pair<std::string, std::string>>;

const std::string kWasm("\0asm\1\0\0\0", 8);

class DetectTest : public testing::Test {
 protected:
  Result<Detected> detect_in(const Files& files, const BuildSection& section = {}) {
    fs::remove_all(folder());
    fs::create_directory(folder());
    for (const auto& [path, content] : files) {
      fs::create_directories((folder() / path).parent_path());
      EXPECT_TRUE(write_file_atomic(folder() / path, as_bytes(content)));
    }
    return detect(*SourceTree::open(folder()), section);
  }

  fs::path folder() const { return temporary_.path() / "app"; }

  // The message, with the folder's name shortened.
  std::string message(const Files& files, const BuildSection& section = {}) {
    auto detected = detect_in(files, section);
    if (detected) return "";
    std::string text = detected.error().message;
    if (text.starts_with(folder().string())) text.replace(0, folder().string().size(), "app");
    return text;
  }

  TemporaryFolder temporary_ = std::move(*TemporaryFolder::create());
};

TEST_F(DetectTest, GoesByNameAndContent) {
  struct Case {
    const char* name;
    Files files;
    Language language;
    std::vector<std::string> sources;
  };
  const Case cases[] = {
      {"C, all of it, sorted",
       {{"z.c", "int z;"}, {"main.c", "int x;"}, {"src/a.c", "int a;"}, {"a.h", ""}},
       Language::C,
       {"main.c", "src/a.c", "z.c"}},
      {"an empty C file", {{"main.c", ""}}, Language::C, {"main.c"}},
      {"text", {{"app.wat", "(module)"}}, Language::Wat, {"app.wat"}},
      {"text after comments",
       {{"app.wat", " ;; one\n(; two (; three ;) ;)\n(module)"}},
       Language::Wat,
       {"app.wat"}},
      {"text after a very long comment",
       {{"app.wat", ";;" + std::string(9000, 'x') + "\n(module)"}},
       Language::Wat,
       {"app.wat"}},
      {"a module", {{"app.wasm", kWasm}}, Language::Wasm, {"app.wasm"}},
      {"a module by another name",
       {{"program", kWasm}, {"README.md", "text"}},
       Language::Wasm,
       {"program"}},
      {"a module that is called C", {{"app.c", kWasm}}, Language::Wasm, {"app.c"}},
  };
  for (const Case& c : cases) {
    auto detected = detect_in(c.files);
    ASSERT_TRUE(detected) << c.name << ": " << detected.error().message;
    EXPECT_EQ(detected->toolchain->language, c.language) << c.name;
    EXPECT_EQ(detected->sources, c.sources) << c.name;
  }
}

TEST_F(DetectTest, FindsNothing) {
  EXPECT_EQ(
      message({}),
      "app: nothing to build (known: *.c (C), *.wat (WebAssembly text), *.wasm (a ready module))");
  EXPECT_EQ(
      message({{"main.rs", "fn main() {}"}}),
      "app: nothing to build (known: *.c (C), *.wat (WebAssembly text), *.wasm (a ready module))");
  EXPECT_EQ(
      message({{"app.wat", "module"}}),
      "app: nothing to build: 'app.wat' is named like WebAssembly text, but its content is not");
  EXPECT_EQ(
      message({{"app.wasm",
                "\x7f"
                "ELF"}}),
      "app: nothing to build: 'app.wasm' is named like a ready module, but its content is not");
  EXPECT_EQ(
      message({{"app.wasm", ""}}),
      "app: nothing to build: 'app.wasm' is named like a ready module, but its content is not");
  EXPECT_EQ(message({{"app.c", std::string("a\0b", 3)}}),
            "app: nothing to build: 'app.c' is named like C, but its content is not");
  EXPECT_EQ(
      message({{"main.c", "int x;"}}, {.language = Language::Wat, .sources = {}, .flags = {}}),
      "app: nothing to build: no file is WebAssembly text (*.wat), which wherry.toml says it is");
}

TEST_F(DetectTest, NeverGuesses) {
  EXPECT_EQ(message({{"main.c", "int x;"}, {"app.wat", "(module)"}, {"b.wasm", kWasm}}),
            "app: ambiguous: C ('main.c') or WebAssembly text ('app.wat') or a ready module "
            "('b.wasm') (set "
            "language in [build] of wherry.toml to \"c\" or \"wat\" or \"wasm\")");
  EXPECT_EQ(
      message({{"a.wasm", kWasm}, {"b.wasm", kWasm}}),
      "app: ambiguous: several modules, 'a.wasm', 'b.wasm' (name one in sources of [build] in "
      "wherry.toml)");
  Files many;
  for (char c = 'a'; c < 'h'; c++) many.push_back({std::string(1, c) + ".wat", "(module)"});
  EXPECT_EQ(message(many),
            "app: ambiguous: several modules, 'a.wat', 'b.wat', 'c.wat', 'd.wat', 'e.wat' and 2 "
            "more (name one "
            "in sources of [build] in wherry.toml)");
}

TEST_F(DetectTest, DoesWhatTheFileSays) {
  const Files files = {{"main.c", "int x;"}, {"other.c", "int y;"}, {"app.wat", "(module)"}};
  auto by_language = detect_in(files, {.language = Language::Wat, .sources = {}, .flags = {}});
  ASSERT_TRUE(by_language);
  EXPECT_EQ(by_language->sources, std::vector<std::string>{"app.wat"});
  auto by_sources =
      detect_in(files, {.language = {}, .sources = {"other.c", "main.c"}, .flags = {}});
  ASSERT_TRUE(by_sources);
  EXPECT_EQ(by_sources->toolchain->language, Language::C);
  EXPECT_EQ(by_sources->sources, (std::vector<std::string>{"other.c", "main.c"}));
  EXPECT_EQ(message({{"main.c", "int x;"}, {"x.h", "int y;"}},
                    {.language = {}, .sources = {"main.c", "x.h"}, .flags = {}}),
            "source 'x.h' is not C (take it out of sources in wherry.toml)");
}

TEST_F(DetectTest, RefusesSourcesThatLeadOut) {
  ASSERT_TRUE(write_file_atomic(temporary_.path() / "secret.c", as_bytes("int x;")));
  fs::create_directory(folder());
  fs::create_symlink("../secret.c", folder() / "main.c");
  auto detected = detect(*SourceTree::open(folder()), {});
  ASSERT_FALSE(detected);
  EXPECT_EQ(detected.error().message,
            "source 'main.c' is a symbolic link that leads out of the folder, or nowhere (copy the "
            "file into "
            "it)");
}

TEST_F(DetectTest, LeavesOtherLinksAlone) {
  fs::create_directory(folder());
  fs::create_symlink("/", folder() / "everything");
  ASSERT_TRUE(write_file_atomic(folder() / "main.c", as_bytes("int x;")));
  EXPECT_TRUE(detect(*SourceTree::open(folder()), {}));
}

}  // namespace
}  // namespace wherry::builder
