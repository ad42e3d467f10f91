#include "support/process.h"

#include <gtest/gtest.h>

namespace wherry {

TEST(RunProcess, GivesOutputsAndExitCode) {
  auto output = run_process({"sh", "-c", "echo out; echo err >&2; exit 3"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output, "out\n");
  EXPECT_EQ(output->standard_error, "err\n");
  EXPECT_EQ(output->exit_code, 3);
}

TEST(RunProcess, SaysWhichSignalEndedIt) {
  EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"})->exit_code, 128 + 9);
}

TEST(RunProcess, BoundsWhatItKeeps) {
  auto output = run_process({"sh", "-c", "head -c 100000 /dev/zero"}, {.output_bytes_max = 1000});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output.size(), 1000u);
  EXPECT_EQ(output->exit_code, 0);
}

TEST(RunProcess, SetsFolderAndEnvironment) {
  auto output = run_process({"sh", "-c", "echo $PWD $X"},
                            {.working_directory = "/usr", .environment = {"X=1", "PWD=/none"}});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output, "/usr 1\n");
}

TEST(RunProcess, GivesInput) {
  const std::string text(kPipeBytes, 'x');
  auto output = run_process({"wc", "-c"}, {.standard_input = text});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->standard_output, "65536\n");
  EXPECT_TRUE(run_process({"true"}, {.standard_input = text}));  // reads none of it
  const std::string more = text + "x";
  EXPECT_EQ(run_process({"true"}, {.standard_input = more}).error().code, ErrorCode::Invalid);
}

TEST(RunProcess, KillsWhatTakesTooLong) {
  auto output = run_process({"sleep", "60"}, {.timeout_ms = 50});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::Unavailable);
  // A child of the program's own, which keeps the pipes open, is not waited for.
  EXPECT_FALSE(run_process({"sh", "-c", "sleep 5 & sleep 60"}, {.timeout_ms = 50}));
}

TEST(RunProcess, NamesAMissingProgram) {
  auto output = run_process({"wherry-no-such-program"});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::NotFound);
  EXPECT_EQ(output.error().message, "program 'wherry-no-such-program' is not in PATH");
}

}  // namespace wherry
