#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "oci/image_archive.h"
#include "oci/image_manifests.h"
#include "oci/limits.h"
#include "oci/use_lock.h"

namespace wherry::oci {

namespace {

// What is to be written: each blob once, in the order of digests.
struct Contents {
  StoreIndex index;
  std::map<Digest, Descriptor> blobs;
  std::vector<UseLock> in_use;
};

Result<> add_blob(const ImageStore& store, const Descriptor& blob, Contents& contents) {
  if (!contents.blobs.emplace(blob.digest, blob).second) return {};
  std::optional<UseLock> lock = store.hold_blob(blob);
  if (!lock)
    return fail(ErrorCode::Unavailable, "blob {} is not in the store (pull or build it again)",
                blob.digest.to_string());
  contents.in_use.push_back(*std::move(lock));
  return {};
}

Result<> add_manifest(const ImageStore& store, const Descriptor& manifest, Contents& contents) {
  TRY(add_blob(store, manifest, contents));
  if (is_index_type(manifest.media_type)) return {};
  const Bytes json = TRY(store.read_blob(manifest, limits::kManifestBytes));
  const Manifest parsed = TRY(parse_manifest(as_text(json)));
  TRY(add_blob(store, parsed.config, contents));
  for (const Descriptor& layer : parsed.layers) TRY(add_blob(store, layer, contents));
  return {};
}

// The attachments of a manifest, then theirs. Each level costs a manifest, so that they end.
Result<> add_attachments_of(const ImageStore& store, const Digest& subject, Contents& contents) {
  std::vector<Attachment> attachments = TRY(store.attachments(subject));
  std::ranges::sort(attachments, {}, [](const Attachment& a) { return a.manifest.digest; });
  for (const Attachment& attachment : attachments) {
    if (contents.index.find_attachment(subject, attachment.manifest.digest)) continue;
    contents.index.attach(subject, attachment.manifest, attachment.artifact_type);
    TRY(add_manifest(store, attachment.manifest, contents));
    TRY(add_attachments_of(store, attachment.manifest.digest, contents));
  }
  return {};
}

Result<Contents> collect(const ImageStore& store, std::vector<Image> images) {
  Contents contents;
  std::vector<Digest> subjects;
  std::ranges::sort(images, {}, &Image::name);
  for (const Image& image : images) {
    const std::vector<Descriptor> manifests =
        complete_manifests(TRY(manifests_of(store, image)), image);
    contents.index.set(image.name, manifests.back());
    for (const Descriptor& manifest : manifests) {
      TRY(with_context(add_manifest(store, manifest, contents), "image {}", image.name));
      subjects.push_back(manifest.digest);
    }
  }
  for (const Digest& subject : subjects) TRY(add_attachments_of(store, subject, contents));
  return contents;
}

// In pieces, and checked on the way.
Result<> write_blob(const ImageStore& store, const Descriptor& blob, TarWriter& writer) {
  const fs::path path = store.blob_path(blob.digest);
  Fd fd = TRY(open_file(path));
  TRY(writer.begin_file("blobs/sha256/" + blob.digest.hex(), blob.size_bytes));
  Sha256 hash;
  Bytes buffer(limits::kPieceBytes);
  for (uint64_t left = blob.size_bytes; left > 0;) {
    ssize_t count = ::read(fd.get(), buffer.data(), std::min<uint64_t>(left, buffer.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(system_error(errno, "reading " + path.string()));
    if (count == 0) break;
    ByteSpan piece = ByteSpan(buffer).first(static_cast<size_t>(count));
    hash.update(piece);
    TRY(writer.write(piece));
    left -= piece.size();
  }
  if (hash.finish() == blob.digest) return {};
  return fail(ErrorCode::Malformed, "blob {} is damaged in the store (wherry fsck)",
              blob.digest.to_string());
}

}  // namespace

Result<> save_archive(const ImageStore& store, const std::vector<Image>& images,
                      TarWriter::Sink sink) {
  Contents contents = TRY(collect(store, images));
  TarWriter writer =
      TRY(TarWriter::create(std::move(sink), {.compression = Compression::None, .modified_s = 0}));
  TRY(writer.add_file("oci-layout", as_bytes(std::string_view(kLayoutJson))));
  TRY(writer.add_file("index.json", as_bytes(contents.index.to_json())));
  TRY(writer.add_folder("blobs"));
  TRY(writer.add_folder("blobs/sha256"));
  for (const auto& [digest, blob] : contents.blobs) TRY(write_blob(store, blob, writer));
  TRY(writer.finish());
  return {};
}

}  // namespace wherry::oci
