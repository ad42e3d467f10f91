// For tests of the whole engine: modules in the text format, made binary by wabt's wat2wasm, and
// instances of them.
#pragma once

#include <gtest/gtest.h>

#include "runtime/instance.h"
#include "spec/engine.h"
#include "support/file.h"
#include "support/process.h"

namespace wherry::spec {

class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/wherry-engine-test.XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // The binary, also at module_file().
  Bytes assemble(std::string_view text) {
    EXPECT_TRUE(write_file_atomic(folder_ / "module.wat", as_bytes(text)).has_value());
    std::vector<std::string> command = {"wat2wasm",
                                        "--debug-names",
                                        "--enable-memory64",
                                        "--enable-threads",
                                        (folder_ / "module.wat").string(),
                                        "-o",
                                        module_file().string()};
    command.insert(command.end(), wat_flags_.begin(), wat_flags_.end());
    auto output = run_process(command);
    EXPECT_TRUE(output.has_value() && output->exit_code == 0)
        << (output ? output->standard_error : "");
    return read_file(module_file(), {.size_bytes_max = 1 << 20}).value_or(Bytes());
  }
  fs::path module_file() const { return folder_ / "module.wasm"; }

  std::unique_ptr<runtime::Instance> instantiate(std::string_view text,
                                                 const runtime::Linker& linker = {},
                                                 const runtime::Limits& limits = {
                                                     .stack_bytes = 1024 * 1024}) {
    auto artifact = compile(assemble(text));
    EXPECT_TRUE(artifact.has_value()) << artifact.error().message;
    auto instance = runtime::Instance::create(*artifact, linker, {.limits = limits});
    EXPECT_TRUE(instance.has_value()) << instance.error().message;
    EXPECT_TRUE((*instance)->initialize().has_value());
    return *std::move(instance);
  }

  static std::expected<void, runtime::Trap> call(runtime::Instance& instance, std::string_view name,
                                                 std::vector<uint64_t> slots = {}) {
    return runtime::Instance::call(*instance.find_function(name), slots);
  }
  // The same, with the results in `slots`.
  static std::expected<void, runtime::Trap> call_into(runtime::Instance& instance,
                                                      std::string_view name,
                                                      std::vector<uint64_t>& slots) {
    return runtime::Instance::call(*instance.find_function(name), slots);
  }

  fs::path folder_;
  std::vector<std::string> wat_flags_;
};

}  // namespace wherry::spec
