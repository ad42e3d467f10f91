#include "oci/store_index.h"
#include "oci/limits.h"
#include "support/quotes.h"

#include <set>

namespace wherry::oci {

static constexpr char kNameAnnotation[] = "org.opencontainers.image.ref.name";
static constexpr char kSubjectAnnotation[] = "dev.wherry.subject";

Result<> check_layout(std::string_view oci_layout_json) {
  Json layout = TRY(parse_json(oci_layout_json));
  std::optional<std::string> version = TRY(json_string(layout, "imageLayoutVersion"));
  if (version != "1.0.0")
    return fail(ErrorCode::Unsupported, "imageLayoutVersion is '{}', only 1.0.0 is supported",
                quote(version.value_or(""), 40));
  return {};
}

StoreIndex::StoreIndex()
    : document_(
          {{"schemaVersion", 2}, {"mediaType", media_type::kIndex}, {"manifests", Json::array()}}) {
}

// Other tools may leave the tag out, or use names of another form: those are listed, made harmless.
static std::string canonical_name(const std::string& annotation) {
  if (annotation.empty()) return {};
  Result<Reference> reference = parse_reference(annotation);
  return reference ? reference->to_string() : quote(annotation, limits::kReferenceBytes);
}

// What names no digest is another tool's, and kept like an entry without a name.
static std::optional<Digest> subject_of(const Annotations& annotations) {
  auto found = annotations.find(kSubjectAnnotation);
  if (found == annotations.end()) return std::nullopt;
  Result<Digest> subject = parse_digest(found->second);
  return subject ? std::optional(*subject) : std::nullopt;
}

Result<StoreIndex> StoreIndex::parse(std::string_view json) {
  Index index = TRY(parse_index(json));
  StoreIndex store_index;
  store_index.document_ = TRY(parse_json(json));
  std::set<std::string> names;
  for (IndexEntry& entry : index.entries) {
    Annotations& annotations = entry.descriptor.annotations;
    std::string name = canonical_name(annotations[kNameAnnotation]);
    if (!name.empty() && !names.insert(name).second)
      return fail(ErrorCode::Malformed,
                  "the name '{}' stands there twice (remove one of the entries)", name);
    std::optional<Digest> subject = name.empty() ? subject_of(annotations) : std::nullopt;
    store_index.entries_.push_back({std::move(entry.descriptor), std::move(name), subject});
  }
  return store_index;
}

const StoreIndex::Entry* StoreIndex::find(const Reference& reference) const {
  std::string name = reference.to_string();
  for (const Entry& entry : entries_)
    if (entry.name == name) return &entry;
  if (!reference.digest) return nullptr;
  for (const Entry& entry : entries_) {
    if (entry.descriptor.digest != *reference.digest) continue;
    Result<Reference> named = parse_reference(entry.name);
    if (named && named->registry == reference.registry && named->repository == reference.repository)
      return &entry;
  }
  return nullptr;
}

void StoreIndex::set(const std::string& name, const Descriptor& descriptor) {
  Json json = {{"mediaType", descriptor.media_type},
               {"digest", descriptor.digest.to_string()},
               {"size", descriptor.size_bytes},
               {"annotations", {{kNameAnnotation, name}}}};
  Descriptor named = descriptor;
  named.annotations = {{kNameAnnotation, name}};
  for (size_t i = 0; i < entries_.size(); i++) {
    if (entries_[i].name != name) continue;
    document_["manifests"][i] = std::move(json);
    entries_[i].descriptor = std::move(named);
    return;
  }
  document_["manifests"].push_back(std::move(json));
  entries_.push_back({std::move(named), name});
}

void StoreIndex::attach(const Digest& subject, const Descriptor& manifest,
                        const std::string& artifact_type) {
  if (find_attachment(subject, manifest.digest)) return;
  Annotations annotations = {{kSubjectAnnotation, subject.to_string()}};
  document_["manifests"].push_back({{"mediaType", manifest.media_type},
                                    {"digest", manifest.digest.to_string()},
                                    {"size", manifest.size_bytes},
                                    {"artifactType", artifact_type},
                                    {"annotations", annotations}});
  Descriptor described = manifest;
  described.annotations = std::move(annotations);
  entries_.push_back({std::move(described), {}, subject});
}

const StoreIndex::Entry* StoreIndex::find_attachment(const Digest& subject,
                                                     const Digest& manifest) const {
  for (const Entry& entry : entries_)
    if (entry.subject == subject && entry.descriptor.digest == manifest) return &entry;
  return nullptr;
}

void StoreIndex::remove(const Entry& entry) {
  auto at = &entry - entries_.data();
  document_["manifests"].erase(static_cast<size_t>(at));
  entries_.erase(entries_.begin() + at);
}

std::string StoreIndex::to_json() const { return document_.dump(); }

}  // namespace wherry::oci
