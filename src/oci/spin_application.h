// A Spin application as it travels: a layer holds its lock file, which says which files of which
// layers a component's program finds below "/", and its environment (Spin's crates locked-app,
// `LockedApp`, and oci, `OciLoader`). Nothing else of it means anything here.
//
// Trust: input is hostile; paths are checked by whoever makes files of them (layer_tree.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oci/manifest.h"
#include "support/result.h"

namespace wherry::oci {

namespace media_type {
inline constexpr std::string_view kSpinApplication =
    "application/vnd.fermyon.spin.application.v1+config";
// Gzipped tars of files, which are found by their digests.
inline constexpr std::string_view kSpinBundle = "application/vnd.wasm.content.bundle.v1.tar+gzip";
}  // namespace media_type

struct SpinFile {
  std::string path;  // "static/index.html", as it stands there: it may lead anywhere
  // At least one; where both are there, they agree.
  std::optional<std::string> content = {};  // small ones stand in the lock file itself
  std::optional<Digest> digest = {};
};

struct SpinApplication {
  std::vector<SpinFile> files;
  std::vector<std::pair<std::string, std::string>> environment;
};

// The blob that is the lock file, a layer or, in older images, the config; nullptr where it is no
// Spin application. Borrowed from `manifest`.
const Descriptor* find_spin_application(const Manifest& manifest);

// What the lock file says of the component whose program is `module`. Errors: Malformed;
// Unsupported where that is not one component; Invalid beyond limits.
Result<SpinApplication> parse_spin_application(std::string_view json, const Digest& module);

}  // namespace wherry::oci
