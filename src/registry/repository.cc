#include "registry/repository.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "registry/limits.h"

namespace wherry::registry {

namespace {

bool is_there(const fs::path& path) { return ::access(path.c_str(), F_OK) == 0; }

// Other folders only lead to some: "team" to "team/demo".
bool is_repository(const fs::path& folder) {
  return is_there(folder / "_manifests") || is_there(folder / "_blobs");
}

Page make_page(std::vector<std::string> names, const PageRange& range) {
  std::erase_if(names, [&](const std::string& name) { return name <= range.after; });
  std::ranges::sort(names);
  const bool has_more = names.size() > range.count_max;
  if (has_more) names.resize(range.count_max);
  return {.entries = std::move(names), .has_more = has_more};
}

Result<std::vector<Digest>> list_digests(const fs::path& folder) {
  std::vector<Digest> digests;
  for (const std::string& name : TRY(list_folder(folder)))
    if (Result<Digest> digest = parse_digest("sha256:" + name)) digests.push_back(*digest);
  return digests;
}

// Of a file that we wrote: what it should hold, or an error that names it.
Result<Digest> parse_recorded(const fs::path& path, std::string_view line) {
  return with_context(parse_digest(line), "{}", path.string());
}

}  // namespace

bool Repository::exists() const { return is_repository(folder_); }

bool Repository::has_blob(const Digest& digest) const { return is_there(blob_path(digest)); }

Result<> Repository::add_blob(const Digest& digest) {
  TRY(make_mark(blob_path(digest)));
  storage_.locks().note(digest);
  return {};
}

Result<> Repository::renew_blob(const Digest& digest) {
  TRY(touch_file(blob_path(digest)));
  return {};
}

Result<bool> Repository::remove_blob(const Digest& digest) {
  return remove_file(blob_path(digest));
}

Result<std::optional<ManifestRecord>> Repository::find_manifest(const Digest& digest) const {
  const fs::path path = manifest_path(digest);
  const std::optional<std::string> text = TRY(read_text(path, 1024));
  if (!text) return std::nullopt;
  const size_t end = text->find('\n');
  if (end == std::string::npos || end == 0)
    return fail(ErrorCode::Malformed, "{} names no media type", path.string());
  ManifestRecord record{.media_type = text->substr(0, end)};
  if (end + 1 < text->size())
    record.subject = TRY(parse_recorded(path, text->substr(end + 1, text->size() - end - 2)));
  return record;
}

// The record comes last: by it alone the manifest is there.
Result<> Repository::add_manifest(const Digest& digest, const ManifestRecord& record,
                                  std::string_view descriptor) {
  std::string text = record.media_type + "\n";
  if (record.subject) {
    TRY(storage_.write_record(referrers_folder(*record.subject) / digest.hex(), descriptor));
    text += record.subject->to_string() + "\n";
  }
  TRY(storage_.write_record(manifest_path(digest), text));
  storage_.locks().note(digest);
  return {};
}

Result<> Repository::renew_manifest(const Digest& digest) {
  TRY(touch_file(manifest_path(digest)));
  return {};
}

Result<bool> Repository::remove_manifest(const Digest& digest) {
  const std::optional<ManifestRecord> record = TRY(find_manifest(digest));
  if (!record) return false;
  // In the order in which nothing ever names what is gone.
  const Page tags = TRY(list_tags({.count_max = SIZE_MAX}));
  for (const std::string& name : tags.entries) {
    const std::optional<Tag> tag = Tag::parse(name);
    if (TRY(find_tag(*tag)) == digest) TRY(remove_tag(*tag));
  }
  if (record->subject) TRY(remove_file(referrers_folder(*record->subject) / digest.hex()));
  return remove_file(manifest_path(digest));
}

Result<std::optional<Digest>> Repository::find_tag(const Tag& tag) const {
  const std::optional<std::string> text = TRY(read_text(tag_path(tag), 128));
  if (!text) return std::nullopt;
  return TRY(parse_recorded(tag_path(tag), text->substr(0, text->find('\n'))));
}

Result<> Repository::set_tag(const Tag& tag, const Digest& digest) {
  return storage_.write_record(tag_path(tag), digest.to_string() + "\n");
}

Result<bool> Repository::remove_tag(const Tag& tag) { return remove_file(tag_path(tag)); }

Result<Page> Repository::list_tags(const PageRange& range) const {
  std::vector<std::string> names = TRY(list_folder(folder_ / "_tags"));
  std::erase_if(names, [](const std::string& name) { return !Tag::parse(name); });
  return make_page(std::move(names), range);
}

Result<Page> Repository::list_referrers(const Digest& subject, const PageRange& range) const {
  return make_page(TRY(list_folder(referrers_folder(subject))), range);
}

Result<std::optional<std::string>> Repository::read_referrer(const Digest& subject,
                                                             const std::string& hex) const {
  return read_text(referrers_folder(subject) / hex, limits::kReferrerBytes);
}

Result<std::vector<Digest>> Repository::list_blobs() const {
  return list_digests(folder_ / "_blobs");
}

Result<std::vector<Digest>> Repository::list_manifests() const {
  return list_digests(folder_ / "_manifests");
}

namespace {

// By components: what comes before a '/' is complete, and so sorts before anything longer.
bool comes_before(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(
      a, b, [](char x, char y) { return (x == '/' ? '\0' : x) < (y == '/' ? '\0' : y); });
}

// Depth first; `name` is the folder's own, empty for the root. False once the page is full.
Result<bool> visit(const Storage& storage, const std::string& name, const PageRange& range,
                   Page& page) {
  const fs::path folder = storage.repositories_folder() / name;
  std::vector<std::string> children = TRY(list_folder(folder));
  std::erase_if(children, [](const std::string& child) { return !is_repository_component(child); });
  std::ranges::sort(children);
  for (const std::string& component : children) {
    const std::string child = name.empty() ? component : name + "/" + component;
    const bool is_behind = range.after.empty() || comes_before(range.after, child);
    // Of what comes before, only the folders on the way to `after` hold names behind it.
    if (!is_behind && child != range.after && !range.after.starts_with(child + "/")) continue;
    if (is_behind && is_repository(folder / component)) {
      if (page.entries.size() == range.count_max) {
        page.has_more = true;
        return false;
      }
      page.entries.push_back(child);
    }
    if (!TRY(visit(storage, child, range, page))) return false;
  }
  return true;
}

}  // namespace

Result<Page> list_repositories(const Storage& storage, const PageRange& range) {
  Page page;
  TRY(visit(storage, "", range, page));
  return page;
}

}  // namespace wherry::registry
