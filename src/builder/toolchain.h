// The languages that `wherry build` knows, one file each (toolchain_c.cc, …) behind one table. A
// language tells by a file's name and content whether the file is its own, and makes one module of
// its files. To add one: write toolchain_LANGUAGE.cc, declare its entry below, list it in
// toolchain.cc, and give policy::Language its word.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/application_file.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::builder {

enum class Claim : uint8_t {
  None,      // some other file
  NameOnly,  // named like one of this language, with a content that is not
  Whole,     // name and content fit
};

// Takes a compiler's messages, as they are, ends of lines included.
using DiagnosticsSink = std::function<void(std::string_view)>;

struct ToolchainInput {
  fs::path folder;                   // of the source, absolute; only read
  std::vector<std::string> sources;  // relative to it, inside of it; one, unless many_sources
  std::vector<std::string> flags;    // of wherry.toml
  fs::path temporary;                // for all that is written, absolute
  DiagnosticsSink on_diagnostics;
};

struct Toolchain {
  policy::Language language;
  std::string_view title;      // "C", for messages
  std::string_view file_form;  // "*.c", for messages
  bool many_sources;           // all files make one module; else each is one
  Claim (*claim)(std::string_view path, std::string_view beginning);
  // The module's path: in `temporary`, or a source itself. It is not checked yet.
  // Errors: NotFound names the Debian packages of a missing tool; Invalid for a flag, and for
  // source that the compiler rejects, whose messages went to on_diagnostics.
  Result<fs::path> (*build)(const ToolchainInput& input);
};

extern const Toolchain kToolchainC;
extern const Toolchain kToolchainWasm;
extern const Toolchain kToolchainWat;

std::span<const Toolchain* const> toolchains();
const Toolchain& toolchain_of(policy::Language language);

// A source as an argument that no tool takes for an option or a file of options.
std::string source_argument(std::string_view path);

// Runs a compiler in the source's folder, so that the names in its messages, and in what it makes,
// are those relative to it. `environment` is put on top of ours, TMPDIR and SOURCE_DATE_EPOCH are
// added. Errors: NotFound, Io when it cannot be run; Invalid when it fails.
Result<> run_compiler(const ToolchainInput& input, const std::vector<std::string>& argv,
                      std::vector<std::string> environment = {});

}  // namespace wherry::builder
