// From a folder of source to an image in the local store: read wherry.toml, detect the language,
// run its toolchain, check the module, take its snapshot where wherry.toml asks for one, have its
// claims signed where the caller asks for that, add the image, attach its SBOM to it. The same
// source and the same tools give the same digest, whatever the folder is called and whenever it is
// built; claims say when they were signed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "builder/claims.h"
#include "builder/toolchain.h"
#include "oci/image_packing.h"
#include "oci/image_store.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::builder {

struct BuildOptions {
  fs::path folder;
  std::optional<std::string> name;  // NAME[:TAG]; else what wherry.toml calls it
  fs::path image_store;             // made where it is missing
  // Absent: an artifact, or an ordinary image where files travel beside the module, which an
  // artifact cannot hold.
  std::optional<oci::ImageFormat> format = {};
  std::optional<ClaimsSigning> claims = {};  // those of wherry.toml, signed
  DiagnosticsSink on_diagnostics;            // the compiler's messages, warnings included
};

struct Built {
  oci::Image image;
  uint64_t module_size_bytes;
  size_t assets;  // files beside the module
  oci::ImageFormat format;
  bool leaves_claims_out;  // wherry.toml has some, and nobody asked for them to be signed
};

// Errors: those of each step, each naming the file; the store is as it was then.
Result<Built> build_image(const BuildOptions& options);

}  // namespace wherry::builder
