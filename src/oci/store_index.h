// The index.json of a store (OCI image-spec 1.1, image-layout.md): which manifests there are, and
// their names. A name is the annotation org.opencontainers.image.ref.name of a manifest's
// descriptor; of a manifest that is attached to another (a signature, an SBOM), dev.wherry.subject
// stands there instead, with the other's digest. Members and entries that other tools have written
// are kept as they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/manifest.h"
#include "oci/reference.h"
#include "support/json.h"
#include "support/result.h"

namespace wherry::oci {

// The file oci-layout, as we write it.
inline constexpr std::string_view kLayoutJson = R"({"imageLayoutVersion":"1.0.0"})";
// Errors: Malformed; Unsupported for another version.
Result<> check_layout(std::string_view oci_layout_json);

class StoreIndex {
 public:
  // Without entries.
  StoreIndex();
  // Errors: Malformed; two entries of one name are refused, for nobody could tell which is meant.
  static Result<StoreIndex> parse(std::string_view json);

  struct Entry {
    Descriptor descriptor;
    std::string
        name;  // as references are written out, tag included; empty where the entry has none
    // What the manifest is attached to; only where the entry has no name.
    std::optional<Digest> subject = {};
  };
  const std::vector<Entry>& entries() const { return entries_; }

  // By name; a reference with a digest also finds an entry of its repository with that digest.
  // nullptr when there is none; borrowed until the index is changed.
  const Entry* find(const Reference& reference) const;

  // Names `descriptor`; an entry which has the name already gives it up.
  void set(const std::string& name, const Descriptor& descriptor);
  // An entry without a name, for a manifest that belongs to another; at most one for the two.
  void attach(const Digest& subject, const Descriptor& manifest, const std::string& artifact_type);
  // nullptr when there is none; borrowed until the index is changed.
  const Entry* find_attachment(const Digest& subject, const Digest& manifest) const;
  // `entry` is one of ours, as entries() or find() gave it.
  void remove(const Entry& entry);

  std::string to_json() const;

 private:
  Json document_;  // entries_[i] was read from document_["manifests"][i]
  std::vector<Entry> entries_;
};

}  // namespace wherry::oci
