// Runs the official preview 1 programs (WebAssembly/wasi-testsuite, wasm32-wasip1) and compares
// what they did with what their JSON says: X.wasm with an optional X.json {args, env, root, dirs,
// stdout, stderr, exit_code}.
//
//   wasi_conformance RUNNER SUITE KNOWN_FAILURES [NAME_PART]
//
// SUITE has a folder for each language. Each program runs on a copy of its fixture folder of its
// own: the suite is only read. KNOWN_FAILURES has a line for each, "language/name reason"; a listed
// one that passes is a failure. Exit code 77 where there is no suite.
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "support/json.h"
#include "support/process.h"

namespace wherry {
namespace {

constexpr int kSkippedExitCode = 77;
constexpr uint64_t kFileBytesMax = 1 << 20;

struct Case {
  fs::path module;
  std::string name;  // "rust/fd_readdir"
};

struct Suite {
  std::string runner;
  std::vector<Case> cases;
  std::map<std::string, std::string> known_failures;  // reason by name
};

// A copy of the suite's folders that one program may write to; removed with the object.
class Scratch {
 public:
  static Result<Scratch> create() {
    std::string pattern = (fs::temp_directory_path() / "wherry-conformance-XXXXXX").string();
    if (!mkdtemp(pattern.data())) return std::unexpected(system_error(errno, pattern));
    return Scratch(pattern);
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Scratch& operator=(Scratch&&) = delete;

  Result<fs::path> copy(const fs::path& folder) const {
    fs::path target = path_ / folder.filename();
    std::error_code error;
    fs::copy(folder, target, fs::copy_options::recursive, error);
    if (error) return fail(ErrorCode::Io, "copying {}: {}", folder.string(), error.message());
    // The suite may be stored without write permission.
    for (const auto& entry : fs::recursive_directory_iterator(target))
      fs::permissions(entry.path(), fs::perms::owner_write, fs::perm_options::add, error);
    fs::permissions(target, fs::perms::owner_write, fs::perm_options::add, error);
    return target;
  }
  const fs::path& path() const { return path_; }

 private:
  explicit Scratch(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

Result<std::string> text_of(const Json& value) {
  if (!value.is_string())
    return fail(ErrorCode::Malformed, "a string was expected: {}", value.dump());
  return *value.get_ptr<const std::string*>();
}

Result<Json> load_specification(fs::path module) {
  fs::path file = module.replace_extension(".json");
  if (!fs::exists(file)) return Json::object();
  Bytes bytes = TRY(read_file(file, {.size_bytes_max = kFileBytesMax}));
  return with_context(parse_json(as_text(bytes)), "{}", file.string());
}

// "--dir" for the folder that the program sees as "/", and for each that it sees by its own name.
Result<> add_directories(const Json& specification, const Case& item, const Scratch& scratch,
                         std::vector<std::string>& command) {
  auto add = [&](const std::string& folder, const std::string& guest) -> Result<> {
    fs::path copy = TRY(scratch.copy(item.module.parent_path() / folder));
    command.insert(command.end(), {"--dir", copy.string() + ":" + guest});
    return {};
  };
  if (auto root = TRY(json_string(specification, "root"))) TRY(add(*root, "/"));
  if (const Json* folders = TRY(json_array(specification, "dirs")))
    for (const Json& folder : *folders) TRY(add(TRY(text_of(folder)), "/" + TRY(text_of(folder))));
  return {};
}

Result<std::vector<std::string>> make_command(const Suite& suite, const Json& specification,
                                              const Case& item, const Scratch& scratch) {
  std::vector<std::string> command{suite.runner};
  TRY(add_directories(specification, item, scratch, command));
  if (const Json* variables = TRY(json_object(specification, "env")))
    for (const auto& [name, value] : variables->items())
      command.insert(command.end(), {"--env", name + "=" + TRY(text_of(value))});
  command.push_back(item.module);
  if (const Json* arguments = TRY(json_array(specification, "args")))
    for (const Json& argument : *arguments) command.push_back(TRY(text_of(argument)));
  return command;
}

// What went wrong; nothing where all was as it should be.
Result<> run_case(const Suite& suite, const Case& item) {
  Json specification = TRY(load_specification(item.module));
  Scratch scratch = TRY(Scratch::create());
  auto command = TRY(make_command(suite, specification, item, scratch));
  std::string cache = "WHERRY_CACHE=" + (scratch.path() / "cache").string();
  ProcessOutput output = TRY(run_process(command, {.environment = {cache}}));
  uint64_t exit_code = TRY(json_unsigned(specification, "exit_code")).value_or(0);
  if (static_cast<uint64_t>(output.exit_code) != exit_code)
    return fail(ErrorCode::Invalid, "exit code {}, expected {}; it said: {}", output.exit_code,
                exit_code, output.standard_error);
  if (auto expected = TRY(json_string(specification, "stdout"));
      expected && *expected != output.standard_output)
    return fail(ErrorCode::Invalid, "printed '{}', expected '{}'", output.standard_output,
                *expected);
  if (auto expected = TRY(json_string(specification, "stderr"));
      expected && *expected != output.standard_error)
    return fail(ErrorCode::Invalid, "said '{}', expected '{}'", output.standard_error, *expected);
  return {};
}

std::vector<Case> find_cases(const fs::path& suite, std::string_view name_part) {
  std::vector<Case> cases;
  for (const auto& entry : fs::recursive_directory_iterator(suite)) {
    if (entry.path().extension() != ".wasm") continue;
    std::string name = fs::relative(entry.path(), suite).replace_extension().string();
    if (name.find(name_part) != std::string::npos) cases.push_back({entry.path(), name});
  }
  std::ranges::sort(cases, {}, &Case::name);
  return cases;
}

std::map<std::string, std::string> read_known_failures(const fs::path& file) {
  std::map<std::string, std::string> known;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    size_t space = std::min(line.find(' '), line.size());
    known[line.substr(0, space)] = line.substr(std::min(space + 1, line.size()));
  }
  return known;
}

class Report {
 public:
  void add(const Suite& suite, const Case& item, const Result<>& outcome) {
    std::lock_guard lock(mutex_);
    auto known = suite.known_failures.find(item.name);
    bool is_known = known != suite.known_failures.end();
    if (outcome && !is_known) {
      ++passed_;
    } else if (outcome) {
      ++unexpected_;
      fmt::print("PASSES, but is a known failure: {}\n", item.name);
    } else if (is_known) {
      fmt::print("known failure: {}: {}\n", item.name, known->second);
    } else {
      ++unexpected_;
      fmt::print("FAILED: {}: {}\n", item.name, outcome.error().message);
    }
  }

  int finish(size_t cases) const {
    fmt::print("{} of {} programs passed\n", passed_, cases);
    return unexpected_ == 0 && cases > 0 ? 0 : 1;
  }

 private:
  std::mutex mutex_;
  size_t passed_ = 0;
  size_t unexpected_ = 0;
};

int run_suite(const Suite& suite) {
  Report report;
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t index; (index = next++) < suite.cases.size();)
      report.add(suite, suite.cases[index], run_case(suite, suite.cases[index]));
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned count = std::max(1U, std::thread::hardware_concurrency()); count > 0; --count)
      workers.emplace_back(work);
  }
  return report.finish(suite.cases.size());
}

}  // namespace
}  // namespace wherry

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: wasi_conformance RUNNER SUITE KNOWN_FAILURES [NAME_PART]\n");
    return 2;
  }
  wherry::fs::path folder = argv[2];
  if (!wherry::fs::is_directory(folder)) {
    fmt::print(
        "skipped, no data in {} (set WHERRY_CONFORMANCE to the folder of the official suites)\n",
        folder.string());
    return wherry::kSkippedExitCode;
  }
  wherry::Suite suite{argv[1], wherry::find_cases(folder, argc > 4 ? argv[4] : ""),
                      wherry::read_known_failures(argv[3])};
  return wherry::run_suite(suite);
}
