#include "oci/blob_download.h"

#include "oci/registry_protocol.h"

namespace wherry::oci {

Result<BlobWriter> download_blob(RegistrySession& session, ImageStore& store,
                                 const Descriptor& blob, const Reference& source) {
  BlobWriter writer = TRY(store.write_blob(blob));
  HttpResponse response = TRY(session.send(
      {.url = session.repository_url(source) + "/blobs/" + blob.digest.to_string(),
       .sink = [&](const HttpResponse&, ByteSpan bytes) { return writer.write(bytes); }}));
  if (response.status != 200) return std::unexpected(registry_error(response));
  TRY(writer.finish());
  return writer;
}

}  // namespace wherry::oci
