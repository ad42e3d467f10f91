#include "container/module_description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/binary_for_tests.h"

namespace wherry::container {
namespace {

using testing::HasSubstr;
using wasm::binary::list;
using wasm::binary::module;
using wasm::binary::section;
using wasm::binary::sized;
using wasm::binary::operator""_b;

OrderedJson describe(const std::string& bytes) { return describe_module(as_bytes(bytes)); }

const std::string kTypes = section(1, list({"\x60\x00\x00"_b, "\x60\x01\x7f\x00"_b}));
const std::string kCode = section(10, list({"\x02\x00\x0b"_b}));

std::string import(const std::string& from, const std::string& name, char type) {
  return sized(from) + sized(name) + '\0' + type;
}
// A module that imports functions, with one of its own under this name.
std::string program(std::initializer_list<std::string> imports, const std::string& name) {
  auto index = static_cast<char>(imports.size());
  return module({kTypes, section(2, list(imports)), section(3, list({"\x00"_b})),
                 section(7, list({sized(name) + '\0' + index})), kCode});
}
// One that starts threads, with this type of the memory that it imports.
std::string threaded(const std::string& memory) {
  return module({section(1, list({"\x60\x01\x7f\x01\x7f"_b, "\x60\x00\x00"_b})),
                 section(2, list({import("wasi", "thread-spawn", 0),
                                  sized("env") + sized("memory") + "\x02"_b + memory})),
                 section(3, list({"\x01"_b})), section(7, list({sized("_start") + "\x00\x01"_b})),
                 kCode});
}
std::string custom(const std::string& name) { return section(0, sized(name)); }

TEST(ModuleDescription, NamesTheInterface) {
  const std::string exit = import("wasi_snapshot_preview1", "proc_exit", 1);
  struct Case {
    const char* id;
    bool runs;
    std::string bytes;
  };
  const Case cases[] = {
      {"wasi-preview1-command", true, program({exit}, "_start")},
      {"wasi-preview1-reactor", true, program({exit}, "_initialize")},
      {"wasi-unstable", true, program({import("wasi_unstable", "proc_exit", 1)}, "_start")},
      {"plain-command", true, program({}, "_start")},
      {"plain-library", true, program({}, "add")},
      {"wasi-preview1-extended", false,
       program({exit, import("wasi_snapshot_preview1", "sock_open", 0)}, "_start")},
      {"wasi-threads", true, threaded("\x03\x01\x02"_b)},
      {"unknown", false, threaded("\x01\x01\x02"_b)},  // a memory that is not shared
      {"component-core", false, program({import("wasi:cli/exit@0.2.0", "exit", 1)}, "run")},
      {"wapc", false, program({import("wapc", "__guest_request", 0)}, "__guest_call")},
      {"proxy-wasm", false, program({import("env", "proxy_log", 0)}, "proxy_abi_version_0_2_1")},
      {"go-js", false, program({import("gojs", "runtime.wasmExit", 1)}, "run")},
      {"wasm-bindgen", false, program({import("wbg", "__wbindgen_throw", 0)}, "add")},
      {"emscripten", false, program({import("env", "emscripten_memcpy_js", 0)}, "main")},
      {"assemblyscript", false, program({import("env", "abort", 0)}, "add")},
      {"unknown", false, program({import("game", "draw", 0)}, "tick")},
      {"object-file", false, module({custom("linking")})},
      {"shared-library", false, module({custom("dylink.0")})},
      {"component", false, "\0asm\x0d\0\1\0"_b},
  };
  for (const Case& item : cases) {
    OrderedJson json = describe(item.bytes);
    EXPECT_EQ(json["interface"]["id"], item.id);
    EXPECT_EQ(json["runs"], item.runs) << item.id;
    EXPECT_EQ(json.contains("reason"), !item.runs) << item.id;
  }
}

TEST(ModuleDescription, SaysWhatIsMissing) {
  OrderedJson json = describe(program({import("game", "draw", 0)}, "tick"));
  EXPECT_EQ(json["reason"], "it imports what is not offered: game.draw");
  EXPECT_EQ(json["imports"][0]["offered"], false);
  // Of the right name, and of another type.
  json = describe(program({import("wasi_snapshot_preview1", "proc_exit", 0)}, "_start"));
  EXPECT_EQ(json["runs"], false);
}

TEST(ModuleDescription, ListsContents) {
  OrderedJson json = describe(
      module({kTypes, section(3, list({"\x00"_b})), section(4, list({"\x70\x01\x01\x02"_b})),
              section(5, list({"\x00\x03"_b})), section(6, list({"\x7e\x01\x42\x00\x0b"_b})),
              section(7, list({sized("m") + "\x02\x00"_b, sized("g") + "\x03\x00"_b})), kCode,
              section(0, sized("producers") +
                             list({sized("language") + list({sized("C11") + sized("")})})),
              section(0, sized("target_features") + list({"+" + sized("sign-ext")}))}));
  EXPECT_EQ(json["kind"], "core module");
  EXPECT_EQ(json["functions"], 1);
  EXPECT_EQ(json["types"]["function"], 2);
  EXPECT_EQ(json["exports"][0]["type"], "3 pages or more");
  EXPECT_EQ(json["exports"][1]["type"], "mutable i64");
  EXPECT_EQ(json["memories"][0], (OrderedJson{{"min", 3}}));
  EXPECT_EQ(json["tables"][0], (OrderedJson{{"min", 1}, {"max", 2}, {"element", "funcref"}}));
  EXPECT_EQ(json["features"], OrderedJson({"mutable globals"}));
  EXPECT_EQ(json["producers"]["language"], OrderedJson({"C11"}));
  EXPECT_EQ(json["target_features"], OrderedJson({"+sign-ext"}));
  EXPECT_THAT(to_text(json), HasSubstr("built with  +sign-ext\n"));
}

TEST(ModuleDescription, ToleratesBadCustomSections) {
  OrderedJson json = describe(module({section(0, sized("producers") + "\xff\xff\xff\xff\x0f"_b),
                                      section(0, sized("target_features") + "\x01*"_b),
                                      section(0, sized("name") + "\x00\x7f"_b)}));
  EXPECT_EQ(json["runs"], true);
  EXPECT_TRUE(json["producers"].empty() && json["target_features"].empty());
}

TEST(ModuleDescription, SaysWhyWhatItCannotReadIsNone) {
  OrderedJson json = describe("no module");
  EXPECT_EQ(json["kind"], "unreadable");
  EXPECT_EQ(json["runs"], false);
  EXPECT_THAT(json["reason"].get<std::string>(), HasSubstr("magic"));
  // A body that ends without a value for its type.
  json = describe(
      module({section(1, list({"\x60\x00\x01\x7f"_b})), section(3, list({"\x00"_b})), kCode}));
  EXPECT_EQ(json["runs"], false);
  EXPECT_THAT(json["reason"].get<std::string>(), HasSubstr("offset"));
}

// Names go to a terminal, which obeys what it reads.
TEST(ModuleDescription, EscapesNamesInText) {
  std::string text = to_text(describe(program({}, "\x1b[2Jgone\n")));
  EXPECT_THAT(text, HasSubstr(R"("\u001b[2Jgone\n")"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace wherry::container
