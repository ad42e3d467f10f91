// C, by clang and Debian's wasi-libc.
//
// Any clang from 14 on will do that has wasm32's runtime library beside it
// (libclang-rt-N-dev-wasm32); the newest is taken. The same source gives the same module: the
// compiler runs in the source's folder with relative names, paths are mapped, debug sections (which
// name temporary object files) are stripped. The name section stays.
//
// clang runs wasm-opt after the linker if it finds one in PATH, and versions before 22 cannot be
// told not to; what that does depends on the machine. So PATH is a folder with nothing but the
// linker.
#include <cctype>

#include "builder/toolchain.h"
#include "builder/toolchain_c_flags.h"
#include "support/process.h"

namespace wherry::builder {

namespace {

constexpr int kNewestClang = 29;  // yet to come
constexpr int kOldestClang = 14;  // the first one with --target=wasm32-wasi's libraries in Debian
constexpr std::string_view kPackages =
    "apt install clang-22 lld-22 libclang-rt-22-dev-wasm32 wasi-libc";
// clang 22 prefers to call it wasm32-wasip1, under which name Debian's wasi-libc of 2022 is not
// found.
constexpr const char* kTarget = "--target=wasm32-wasi";

Claim claim_c(std::string_view path, std::string_view beginning) {
  if (!path.ends_with(".c")) return Claim::None;
  return beginning.find('\0') == std::string_view::npos ? Claim::Whole : Claim::NameOnly;
}

struct Compiler {
  std::string clang;   // absolute
  std::string linker;  // absolute
};

// The linker that belongs to a clang, which Debian names alike: clang-22 starts wasm-ld-22.
Result<fs::path> find_linker(const std::string& clang_name) {
  size_t dash = clang_name.find('-');
  if (dash != std::string::npos)
    if (auto linker = find_program("wasm-ld" + clang_name.substr(dash))) return linker;
  return find_program("wasm-ld");
}

// Asks a clang for the path of something; an answer that is no absolute path means that it has
// none.
bool has_file(const std::string& clang, const char* question) {
  auto output = run_process({clang, kTarget, question});
  if (!output || output->exit_code != 0) return false;
  std::string path = output->standard_output;
  while (!path.empty() && std::isspace(static_cast<unsigned char>(path.back()))) path.pop_back();
  std::error_code ignored;
  return path.starts_with('/') && fs::exists(path, ignored);
}

// What keeps this clang from making modules: Debian's packages, or nothing.
std::string missing_packages(const std::string& clang_name, const std::string& clang,
                             bool has_linker) {
  size_t dash = clang_name.find('-');
  std::string suffix = dash == std::string::npos ? "" : clang_name.substr(dash);
  std::string missing;
  if (!has_linker) missing += "lld" + suffix + " ";
  if (!has_file(clang, "-print-libgcc-file-name"))
    missing += "libclang-rt" + suffix + "-dev-wasm32 ";
  if (!has_file(clang, "-print-file-name=crt1.o")) missing += "wasi-libc ";
  if (!missing.empty()) missing.pop_back();
  return missing;
}

Result<Compiler> find_compiler() {
  std::vector<std::string> names;
  for (int version = kNewestClang; version >= kOldestClang; version--)
    names.push_back(fmt::format("clang-{}", version));
  names.push_back("clang");
  std::string incomplete;
  for (const std::string& name : names) {
    auto clang = find_program(name);
    if (!clang) continue;
    auto linker = find_linker(name);
    std::string missing = missing_packages(name, clang->string(), linker.has_value());
    if (missing.empty()) return Compiler{clang->string(), linker->string()};
    incomplete += fmt::format("{}{} lacks {}", incomplete.empty() ? "" : ", ", name, missing);
  }
  if (incomplete.empty())
    return fail(ErrorCode::NotFound, "no clang is in PATH, which compiles C ({})", kPackages);
  return fail(ErrorCode::NotFound, "no clang in PATH can make WebAssembly: {} ({})", incomplete,
              kPackages);
}

// The folder that is all of PATH for clang.
Result<fs::path> make_program_folder(const Compiler& compiler, const fs::path& temporary) {
  fs::path folder = temporary / "bin";
  TRY(make_directories(folder));
  std::error_code error;
  std::string linker_name = fs::path(compiler.linker).filename().string();
  fs::create_symlink(compiler.linker, folder / linker_name, error);
  if (!error && linker_name != "wasm-ld")
    fs::create_symlink(compiler.linker, folder / "wasm-ld", error);
  if (error) return std::unexpected(system_error(error.value(), folder.string()));
  return folder;
}

Result<fs::path> build_c(const ToolchainInput& input) {
  for (const std::string& flag : input.flags) TRY(check_c_flag(flag));
  Compiler compiler = TRY(find_compiler());
  fs::path programs = TRY(make_program_folder(compiler, input.temporary));
  fs::path module = input.temporary / "module.wasm";
  std::vector<std::string> argv = {compiler.clang, kTarget, "-O2",
                                   // of all of these only the target's new name would be noticed
                                   "-Wno-deprecated", "-Wdeprecated-declarations",
                                   "-ffile-prefix-map=" + input.folder.string() + "=.",
                                   "-Wl,--strip-debug", "-o", module.string()};
  // Sources before the flags: a library (-l) is searched for what stands before it.
  for (const std::string& source : input.sources) argv.push_back(source_argument(source));
  for (const std::string& flag : input.flags) argv.push_back(flag);
  TRY(run_compiler(
      input, argv,
      {"PATH=" + programs.string(), "CPATH=", "C_INCLUDE_PATH=", "CCC_OVERRIDE_OPTIONS=#"}));
  return module;
}

}  // namespace

const Toolchain kToolchainC = {
    .language = policy::Language::C,
    .title = "C",
    .file_form = "*.c",
    .many_sources = true,
    .claim = claim_c,
    .build = build_c,
};

}  // namespace wherry::builder
