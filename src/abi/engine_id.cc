#include "abi/engine_id.h"

#include <string>

#include "abi/artifact.h"
#include "abi/cpu_features.h"

namespace wherry::abi {

static Digest compute_engine_id() {
  // Both versions come from the build (abi/CMakeLists.txt): this folder includes no LLVM.
  std::string text = "wherry " WHERRY_VERSION "\nllvm " WHERRY_LLVM_VERSION "\nartifact ";
  text += std::to_string(kArtifactVersion);
  text += "\nx86-64 ";
  text += cpu_feature_string();
  return sha256(as_bytes(text));
}

Digest engine_id() {
  static const Digest id = compute_engine_id();
  return id;
}

}  // namespace wherry::abi
