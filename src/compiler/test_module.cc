#include "compiler/test_module.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "compiler/compile.h"
#include "support/file.h"
#include "support/process.h"
#include "wasm/decoder.h"
#include "wasm/validator.h"

namespace wherry::compiler {

template <class T>
static T expect(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    std::abort();
  }
  return *std::move(result);
}

TestModule module_of(const std::string& wat) {
  std::string folder = testing::TempDir() + "wherry_compiler_XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) std::abort();
  fs::path text = fs::path(folder) / "module.wat", binary = fs::path(folder) / "module.wasm";
  if (!write_file_atomic(text, as_bytes(wat))) std::abort();
  ProcessOutput output =
      expect(run_process({"wat2wasm", "--debug-names", "--enable-memory64", "--enable-threads",
                          text.string(), "-o", binary.string()}));
  EXPECT_EQ(output.exit_code, 0) << output.standard_error;
  TestModule result;
  result.binary = expect(read_file(binary, {.size_bytes_max = 1 << 24}));
  fs::remove_all(folder);
  result.module = expect(
      wasm::decode_module(result.binary));  // a vector's bytes stay where they are when it moves
  Result<> valid = wasm::validate_module(result.module);
  EXPECT_TRUE(valid) << valid.error().message;
  return result;
}

Bytes compile_wat(const std::string& wat) {
  TestModule test = module_of(wat);
  return expect(compile_module(test.module, test.binary));
}

}  // namespace wherry::compiler
