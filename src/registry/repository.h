// One repository's names: which blobs it has, its manifests, tags, and who refers to whom. Each is
// a file of its own, so that a change is one rename, and requests need no lock but where they
// change several (api.h).
//
// repositories/NAME/_blobs/HEX             empty: the repository has this blob
//                  _manifests/HEX          "MEDIA TYPE\n", and "sha256:HEX\n" of its subject
//                  _tags/TAG               "sha256:HEX\n"
//                  _referrers/HEX/HEX      of a subject, of a manifest: its descriptor, as JSON
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/names.h"
#include "registry/storage.h"
#include "support/digest.h"

namespace wherry::registry {

struct ManifestRecord {
  std::string media_type;
  std::optional<Digest> subject = {};
};

// Some of a sorted list.
struct Page {
  std::vector<std::string> entries;
  bool has_more = false;
};

struct PageRange {
  std::string after = {};  // entries greater than this; empty: from the first
  size_t count_max;
};

// Borrows the storage. Thread-safe, as far as single calls go.
class Repository {
 public:
  Repository(Storage& storage, const RepositoryName& name)
      : storage_(storage), folder_(storage.repository_folder(name)) {}

  // Whether a manifest was ever pushed to it, or a blob.
  bool exists() const;

  bool has_blob(const Digest& digest) const;
  // With the content's mutex held (name_locks.h), as add_manifest is. A blob that is there becomes
  // as new.
  Result<> add_blob(const Digest& digest);
  // Makes it as new, where it is there; with the content's mutex held.
  Result<> renew_blob(const Digest& digest);
  // False where it had none, here and below.
  Result<bool> remove_blob(const Digest& digest);

  Result<std::optional<ManifestRecord>> find_manifest(const Digest& digest) const;
  // `descriptor` is what its subject's referrers list: JSON; unused without a subject.
  Result<> add_manifest(const Digest& digest, const ManifestRecord& record,
                        std::string_view descriptor);
  // With the repository's mutex held, as those below that change or remove names.
  Result<> renew_manifest(const Digest& digest);
  // With the tags that name it.
  Result<bool> remove_manifest(const Digest& digest);

  Result<std::optional<Digest>> find_tag(const Tag& tag) const;
  Result<> set_tag(const Tag& tag, const Digest& digest);
  Result<bool> remove_tag(const Tag& tag);
  Result<Page> list_tags(const PageRange& range) const;

  // The manifests with that subject, as hex digits.
  Result<Page> list_referrers(const Digest& subject, const PageRange& range) const;
  Result<std::optional<std::string>> read_referrer(const Digest& subject,
                                                   const std::string& hex) const;

  // For prune: everything in it, and how long ago it came or was made as new; nullopt where it is
  // not there.
  std::optional<std::chrono::seconds> blob_age(const Digest& digest) const {
    return age_of(blob_path(digest));
  }
  std::optional<std::chrono::seconds> manifest_age(const Digest& digest) const {
    return age_of(manifest_path(digest));
  }
  Result<std::vector<Digest>> list_blobs() const;
  Result<std::vector<Digest>> list_manifests() const;

 private:
  fs::path blob_path(const Digest& digest) const { return folder_ / "_blobs" / digest.hex(); }
  fs::path manifest_path(const Digest& digest) const {
    return folder_ / "_manifests" / digest.hex();
  }
  fs::path tag_path(const Tag& tag) const { return folder_ / "_tags" / tag.text(); }
  fs::path referrers_folder(const Digest& subject) const {
    return folder_ / "_referrers" / subject.hex();
  }

  Storage& storage_;
  fs::path folder_;
};

// The names of repositories, in the order of their components ("a/b" before "a-b").
Result<Page> list_repositories(const Storage& storage, const PageRange& range);

}  // namespace wherry::registry
