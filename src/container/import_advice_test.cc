#include "container/import_advice.h"

#include <gtest/gtest.h>

namespace wherry::container {
namespace {

constexpr const char* kAny = "function [i32] -> [i32]";

std::string describe(std::vector<runtime::MissingImport> missing) {
  return describe_missing(missing);
}

TEST(ImportAdvice, NamesAllImportsInGroups) {
  EXPECT_EQ(describe({{"wasi:cli/environment@0.2.3", "get-environment", kAny, ""},
                      {"env", "emscripten_resize_heap", kAny, ""},
                      {"wasi:cli/environment@0.2.3", "get-arguments", kAny, ""}}),
            "it imports what is not offered, 3 in all:\n"
            "  wasi:cli/environment@0.2.3: get-environment, get-arguments: WASI 0.2.3, which is "
            "for components; build it for WASI preview 1 (clang --target=wasm32-wasip1, rustc "
            "--target wasm32-wasip1, GOOS=wasip1)\n"
            "  env: emscripten_resize_heap: a JavaScript host (Emscripten); build it with "
            "-sSTANDALONE_WASM and without JavaScript libraries, or with wasi-sdk");
}

TEST(ImportAdvice, SaysWhereWherryHasTheSame) {
  for (const char* module : {"env", "wasi_snapshot_preview0", "wasi"})
    EXPECT_NE(describe({{module, "fd_write", kAny, ""}})
                  .find("Wherry has it as wasi_snapshot_preview1.fd_write"),
              std::string::npos)
        << module;
  EXPECT_NE(describe({{"wasi_unstable", "sock_accept", kAny, ""}})
                .find("Wherry has it as wasi_snapshot_preview1.sock_accept"),
            std::string::npos);
}

TEST(ImportAdvice, SaysBothTypesWhereOnlyTheTypeDiffers) {
  EXPECT_NE(
      describe({{"wasi_snapshot_preview1", "fd_seek", kAny, "function [i32 i64 i32 i32] -> [i32]"}})
          .find("wanted as function [i32] -> [i32], offered as function [i32 i64 i32 i32] -> "
                "[i32]"),
      std::string::npos);
}

TEST(ImportAdvice, KnowsOtherHosts) {
  struct {
    const char *module, *name, *says;
  } cases[] = {
      {"wasi_snapshot_preview2", "x", "a draft of WASI 0.2"},
      {"wasi_ephemeral_nn", "load", "wasi-nn"},
      {"wasix_32v1", "proc_fork", "WASIX"},
      {"wasi_snapshot_preview1", "fd_frobnicate", "no function of WASI preview 1"},
      {"env", "abort", "AssemblyScript"},
      {"env", "__stack_pointer", "dynamic linker"},
      {"env", "my_function", "not found when it was linked"},
      {"gojs", "runtime.wasmExit", "GOOS=wasip1"},
      {"wbg", "__wbg_log_1", "wasm-bindgen"},
      {"something", "else", "an interface of its own"},
  };
  for (const auto& each : cases)
    EXPECT_NE(describe({{each.module, each.name, kAny, ""}}).find(each.says), std::string::npos)
        << each.module << '.' << each.name;
}

TEST(ImportAdvice, EscapesNames) {
  EXPECT_EQ(describe({{"a\n", "b\x1b", kAny, ""}}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace wherry::container
