// Runs the official WebAssembly suite straight from its JSON: spec_runner [-jN] [--check-bounds]
// [--count-fuel] KNOWN_FAILURES ROOT [PATH...]. The flags are abi::CodeMode's. ROOT is the folder
// of the suite ("…/conformance/core"), PATHs are scripts or folders below it; all of it without
// them. Exit code 0: all is as expected; 1: it is not; 77: there is no data.
//
// Each script runs in a process of its own, so that a crash is one script's failure; what it found
// comes back in memory that the processes share.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "spec/known_failures.h"
#include "spec/script.h"

namespace wherry::spec {
namespace {

constexpr int kSkipped = 77;  // as CTest's SKIP_RETURN_CODE has it
constexpr unsigned kScriptSecondsMax = 240;

struct Counts {
  uint32_t passed, failed, skipped, known;
  bool finished;
};

struct Options {
  unsigned processes_max = 1;
  abi::CodeMode mode;
  fs::path known_failures;
  fs::path root;
  std::vector<fs::path> paths;
};

// "core/br" for ROOT/core/br/br.json, "proposals/x/y" likewise.
std::string script_name(const fs::path& root, const fs::path& json_file) {
  return fs::relative(json_file.parent_path(), root).string();
}

// Compares what happened with what was expected; the text names what differs.
Counts judge(const std::string& name, const std::vector<Outcome>& outcomes,
             const KnownFailures& left, std::string& text) {
  Counts counts{};
  std::map<const KnownFailures::Entry*, uint32_t> failures;
  for (const Outcome& outcome : outcomes) {
    const KnownFailures::Entry* entry = left.find(name, outcome.line);
    if (outcome.kind == Outcome::Kind::Skipped) {
      ++counts.skipped;
    } else if (outcome.kind == Outcome::Kind::Failed && entry) {
      ++failures[entry];
      ++counts.known;
    } else if (outcome.kind == Outcome::Kind::Failed) {
      ++counts.failed;
      text += fmt::format("{}:{}: {}\n", name, outcome.line, outcome.reason);
    } else if (entry && !entry->is_whole_script()) {
      ++counts.failed;
      text += fmt::format("{}:{}: passes, but is a known failure ({})\n", name, outcome.line,
                          entry->reason);
    } else {
      ++counts.passed;
    }
  }
  for (const KnownFailures::Entry* entry : left.entries_of(name)) {
    if (failures[entry] > 0) continue;
    ++counts.failed;
    text += fmt::format("{}: nothing fails of what is a known failure ({})\n", name, entry->reason);
  }
  return counts;
}

// The whole life of a script's process.
Counts run_one(const std::string& name, const fs::path& json_file, abi::CodeMode mode,
               const KnownFailures& left) {
  alarm(kScriptSecondsMax);
  std::string text;
  Counts counts{};
  if (auto outcomes = run_script(json_file, mode)) {
    counts = judge(name, *outcomes, left, text);
  } else {
    counts.failed = 1;
    text = fmt::format("{}: {}\n", name, outcomes.error().message);
  }
  counts.finished = true;
  text += fmt::format("{}: {} passed, {} failed, {} skipped (text format), {} known failures\n",
                      name, counts.passed, counts.failed, counts.skipped, counts.known);
  // One write, so that scripts' lines do not mix.
  WHERRY_ASSERT(write_all(STDOUT_FILENO, as_bytes(text)).has_value());
  return counts;
}

class Runner {
 public:
  Runner(std::vector<fs::path> scripts, const Options& options, const KnownFailures& left)
      : scripts_(std::move(scripts)), options_(options), left_(left) {
    size_t bytes = std::max<size_t>(scripts_.size(), 1) * sizeof(Counts);
    void* base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    WHERRY_ASSERT(base != MAP_FAILED);
    shared_ = Mapping(static_cast<std::byte*>(base), bytes);
  }

  bool run() {
    for (size_t index = 0; index < scripts_.size(); ++index) {
      if (running_.size() >= options_.processes_max) wait_for_one();
      start(index);
    }
    while (!running_.empty()) wait_for_one();
    Counts sum{};
    for (size_t index = 0; index < scripts_.size(); ++index) {
      sum.passed += counts(index).passed;
      sum.failed += counts(index).failed;
      sum.skipped += counts(index).skipped;
      sum.known += counts(index).known;
    }
    fmt::print("{} scripts: {} passed, {} failed, {} skipped (text format), {} known failures\n",
               scripts_.size(), sum.passed, sum.failed, sum.skipped, sum.known);
    return sum.failed == 0;
  }

 private:
  // The mapping begins at a page and has room for all; Counts is plain data.
  Counts& counts(size_t index) { return reinterpret_cast<Counts*>(shared_.base())[index]; }

  void start(size_t index) {
    std::fflush(stdout);
    pid_t child = fork();
    WHERRY_ASSERT(child >= 0);
    if (child == 0) {
      counts(index) = run_one(script_name(options_.root, scripts_[index]), scripts_[index],
                              options_.mode, left_);
      _exit(0);
    }
    running_[child] = index;
  }

  void wait_for_one() {
    int status = 0;
    pid_t child = wait(&status);
    WHERRY_ASSERT(running_.contains(child));
    size_t index = running_[child];
    running_.erase(child);
    if (counts(index).finished) return;
    counts(index) = {.passed = 0, .failed = 1, .skipped = 0, .known = 0, .finished = true};
    fmt::print("{}: did not finish (signal {})\n", script_name(options_.root, scripts_[index]),
               WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  }

  std::vector<fs::path> scripts_;
  const Options& options_;
  const KnownFailures& left_;
  Mapping shared_;
  std::map<pid_t, size_t> running_;
};

std::vector<fs::path> find_scripts(const Options& options) {
  std::vector<fs::path> scripts;
  for (const fs::path& path : options.paths) {
    if (fs::is_regular_file(path)) scripts.push_back(path);
    if (!fs::is_directory(path)) continue;
    for (const auto& file : fs::recursive_directory_iterator(path))
      if (file.path().extension() == ".json") scripts.push_back(file.path());
  }
  std::ranges::sort(scripts);
  return scripts;
}

bool parse_options(std::span<char* const> arguments, Options& options) {
  if (!arguments.empty() && std::string_view(arguments[0]).starts_with("-j")) {
    std::string_view number = std::string_view(arguments[0]).substr(2);
    auto parsed =
        std::from_chars(number.data(), number.data() + number.size(), options.processes_max);
    if (parsed.ec != std::errc() || options.processes_max == 0) return false;
    arguments = arguments.subspan(1);
  }
  for (; !arguments.empty() && arguments[0][0] == '-'; arguments = arguments.subspan(1)) {
    std::string_view flag = arguments[0];
    if (flag != "--check-bounds" && flag != "--count-fuel") return false;
    (flag == "--check-bounds" ? options.mode.checks_bounds : options.mode.counts_fuel) = true;
  }
  if (arguments.size() < 2) return false;
  options.known_failures = arguments[0];
  options.root = arguments[1];
  for (char* path : arguments.subspan(2)) options.paths.push_back(options.root / path);
  if (options.paths.empty()) options.paths.push_back(options.root);
  return true;
}

int main(std::span<char* const> arguments) {
  Options options;
  if (!parse_options(arguments, options)) {
    fmt::print(
        stderr,
        "usage: spec_runner [-jN] [--check-bounds] [--count-fuel] KNOWN_FAILURES ROOT [PATH...]\n");
    return 2;
  }
  if (!fs::is_directory(options.root)) {
    fmt::print("skipped, no data: {} (set WHERRY_CONFORMANCE when configuring)\n",
               options.root.string());
    return kSkipped;
  }
  auto left = KnownFailures::load(options.known_failures);
  if (!left) {
    fmt::print(stderr, "{}\n", left.error().message);
    return 2;
  }
  std::vector<fs::path> scripts = find_scripts(options);
  if (scripts.empty()) {
    fmt::print(stderr, "no scripts in {}\n", options.paths.front().string());
    return 2;
  }
  return Runner(std::move(scripts), options, *left).run() ? 0 : 1;
}

}  // namespace
}  // namespace wherry::spec

int main(int argc, char** argv) {
  return wherry::spec::main({argv + 1, static_cast<size_t>(argc - 1)});
}
