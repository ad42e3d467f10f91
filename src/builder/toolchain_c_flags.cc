#include "builder/toolchain_c_flags.h"

#include <algorithm>

#include "policy/names.h"
#include "support/quotes.h"

namespace wherry::builder {

namespace {

using std::string_view;

// clang-format off
// Words that are allowed as they are.
constexpr string_view kWords[] = {
    "-ansi", "-pedantic", "-pedantic-errors", "-pthread", "-nostdlib", "-nostartfiles",
    "-nodefaultlibs", "-w", "-g0", "-g1", "-g2", "-g"};
// Beginnings of flags that choose among what the compiler has. -f, -m and -W are checked below.
constexpr string_view kPrefixes[] = {"-D", "-U", "-O", "-std=", "-l"};
// Of -f: these load code, or write files.
constexpr string_view kForbiddenFeatures[] = {
    "-fplugin", "-fpass-plugin", "-fmodule", "-fprebuilt", "-fprofile", "-fcs-profile",
    "-fcoverage", "-ftest-coverage", "-ftime-trace", "-fcrash", "-fsave", "-fopt-record",
    "-foptimization-record", "-fuse-ld", "-fbuild-session", "-fdump"};
// Behind "-Wl,": one or several of these, with commas between them.
constexpr string_view kLinkerWords[] = {
    "-z", "--no-entry", "--stack-first", "--export-all", "--export-dynamic", "--export-table",
    "--growable-table", "--import-memory", "--import-table", "--export-memory",
    "--import-undefined", "--allow-undefined", "--gc-sections", "--no-gc-sections", "--strip-all",
    "--strip-debug"};
constexpr string_view kLinkerPrefixes[] = {
    "stack-size=", "--export=", "--export-if-defined=", "--entry=", "--initial-memory=",
    "--max-memory=", "--global-base=", "--initial-heap=", "-O", "--features=", "--wrap="};
// clang-format on

template <size_t N>
bool has_prefix(string_view text, const string_view (&prefixes)[N]) {
  return std::ranges::any_of(prefixes, [&](string_view p) { return text.starts_with(p); });
}

template <size_t N>
bool is_one_of(string_view text, const string_view (&words)[N]) {
  return std::ranges::find(words, text) != std::end(words);
}

bool linker_flag_allowed(string_view parts) {
  while (true) {
    size_t comma = parts.find(',');
    string_view part = parts.substr(0, comma);
    if (!is_one_of(part, kLinkerWords) && !has_prefix(part, kLinkerPrefixes)) return false;
    if (comma == string_view::npos) return true;
    parts = parts.substr(comma + 1);
  }
}

bool flag_allowed(string_view flag) {
  if (is_one_of(flag, kWords)) return true;
  if (flag.starts_with("-Wl,")) return linker_flag_allowed(flag.substr(4));
  if (flag.starts_with("-W")) return !flag.starts_with("-Wa,") && !flag.starts_with("-Wp,");
  // "-I" and a folder of the source, in one word.
  if (flag.starts_with("-I"))
    return flag == "-I." || policy::check_relative_path(flag.substr(2)).has_value();
  if (flag.starts_with("-D")) return flag.size() > 2;
  if (flag.find('/') != string_view::npos) return false;
  if (flag.starts_with("-f")) return flag.size() > 2 && !has_prefix(flag, kForbiddenFeatures);
  if (flag.starts_with("-m")) return flag.size() > 2 && flag != "-mllvm";
  return flag.size() > 2 && has_prefix(flag, kPrefixes);
}

}  // namespace

Result<> check_c_flag(string_view flag) {
  if (flag == "-O" || flag_allowed(flag)) return {};
  return fail(
      ErrorCode::Invalid,
      "flags of [build] in wherry.toml: {} is not allowed for C (allowed, each in one word: "
      "-D -U -O -std= -W -f -m -g -l, -IFOLDER inside the source, -Wl, with memory, stack "
      "and export flags)",
      in_quotes(flag));
}

}  // namespace wherry::builder
