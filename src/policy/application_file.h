// wherry.toml: what an application is called, how it is built and triggered, and what it asks for.
// Parsed strictly: an unknown key or a value of a wrong type is an error that names line and key.
// The format is described in docs/formats/wherry-toml.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "support/result.h"

namespace wherry::policy {

enum class Trigger : uint8_t { Command, Http };
// "command", "http"
const char* to_string(Trigger trigger);

enum class Language : uint8_t { C, Wat, Wasm };
// "c", "wat", "wasm"
const char* to_string(Language language);

struct BuildSection {
  std::optional<Language> language;  // else detected by content
  // Relative to the folder, none outside of it; else all of the language.
  std::vector<std::string> sources;
  std::vector<std::string> flags;  // appended to the compiler's
  // The export that initialises the module, and is run when it is built.
  std::optional<std::string> snapshot = {};
};

// Files that travel in the image, for the program to read.
struct Asset {
  std::string path;   // a file or a folder, relative to wherry.toml's and none outside of it
  std::string guest;  // where the program sees it: "/static"; for a file, its path there
};

// What is claimed of the module, where somebody signs that (wherry build --sign-claims): never by
// itself, since sources may be anybody's, and the key is the builder's.
struct ClaimsSection {
  std::string module;  // an nkey "M…", or the name of a module's key in the key folder
  std::vector<std::string> capabilities = {};
  std::vector<std::string> tags = {};
  std::string version = {};
  std::optional<uint64_t> revision = {};
  std::optional<uint64_t> valid_days = {};  // from when it is signed; else without end
};

struct ApplicationFile {
  std::optional<std::string> name;
  Trigger trigger = Trigger::Command;
  BuildSection build;
  std::vector<Asset> assets = {};  // no two of one `guest`
  std::optional<ClaimsSection> claims = {};
  Request request;
};

// `file_name` is for messages: "wherry.toml:7: unknown key 'permisions.dirs' (known: …)".
// Errors: Malformed (no TOML), Invalid (unknown key, wrong type, value out of range).
Result<ApplicationFile> parse_application_file(std::string_view text, std::string_view file_name);

}  // namespace wherry::policy
