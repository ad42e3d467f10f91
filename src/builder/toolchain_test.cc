#include "builder/toolchain.h"

#include <gtest/gtest.h>

#include "builder/toolchain_c_flags.h"

namespace wherry::builder {
namespace {

TEST(Toolchain, EveryLanguageHasOne) {
  for (auto language : {policy::Language::C, policy::Language::Wat, policy::Language::Wasm})
    EXPECT_EQ(toolchain_of(language).language, language);
}

TEST(Toolchain, NoSourceIsTakenForAnOption) {
  EXPECT_EQ(source_argument("main.c"), "main.c");
  EXPECT_EQ(source_argument("-o.c"), "./-o.c");
  EXPECT_EQ(source_argument("@args.c"), "./@args.c");
}

TEST(CFlags, AllowsChoicesOfTheCompiler) {
  for (const char* flag : {"-O",
                           "-O3",
                           "-Os",
                           "-DN=1",
                           "-DPATH=\"/a/b\"",
                           "-UNDEBUG",
                           "-std=c17",
                           "-Wall",
                           "-Werror",
                           "-Wno-unused",
                           "-w",
                           "-fno-exceptions",
                           "-ffast-math",
                           "-msimd128",
                           "-mexec-model=reactor",
                           "-mbulk-memory",
                           "-lm",
                           "-g",
                           "-Iinclude",
                           "-I.",
                           "-Isrc/include",
                           "-nostdlib",
                           "-Wl,-z,stack-size=1048576",
                           "-Wl,--initial-memory=131072",
                           "-Wl,--export=run,--no-entry",
                           "-Wl,--stack-first",
                           "-pedantic"})
    EXPECT_TRUE(check_c_flag(flag)) << flag;
}

TEST(CFlags, RefusesWhatReachesOut) {
  for (const char* flag : {"",
                           "-",
                           "main.c",
                           "@args",
                           "-o",
                           "-o/tmp/x",
                           "-fplugin=x.so",
                           "-fpass-plugin=x.so",
                           "-Xclang",
                           "-mllvm",
                           "-B.",
                           "-include",
                           "/etc/passwd",
                           "-I",
                           "-I/usr/include",
                           "-I../x",
                           "-isystem",
                           "-Wl,-o,x",
                           "-Wl,--reproduce=x",
                           "-Wl,-Map=x",
                           "-Wl,--export=a,-o",
                           "-Wl,",
                           "-Wl,@x",
                           "-Wp,-MD,x",
                           "-Wa,-x",
                           "-fprofile-instr-generate=x",
                           "-ftime-trace=x",
                           "-fcrash-diagnostics-dir=x",
                           "-fsave-optimization-record",
                           "-l/etc/x",
                           "-D",
                           "-U",
                           "-f",
                           "-m",
                           "-l",
                           "--target=x86_64",
                           "-S",
                           "-c",
                           "-E",
                           "-MD",
                           "-save-temps",
                           "-fuse-ld=/bin/sh",
                           "--sysroot=/",
                           "-Ofoo/../x"})
    EXPECT_FALSE(check_c_flag(flag)) << flag;
}

TEST(CFlags, SaysWhatIsAllowed) {
  EXPECT_EQ(check_c_flag("-fplugin=x.so").error().message,
            "flags of [build] in wherry.toml: '-fplugin=x.so' is not allowed for C (allowed, each "
            "in one word: -D "
            "-U -O -std= -W -f -m -g -l, -IFOLDER inside the source, -Wl, with memory, stack and "
            "export flags)");
}

}  // namespace
}  // namespace wherry::builder
