#include "oci/blob_upload.h"

#include "oci/limits.h"
#include "oci/registry_protocol.h"

namespace wherry::oci {

Result<> upload_blob(RegistrySession& session, const ImageStore& store, const Descriptor& blob,
                     const Reference& target, const BlobListener& tell) {
  std::string url = session.repository_url(target) + "/blobs/";
  HttpResponse found = TRY(session.send({.method = "HEAD", .url = url + blob.digest.to_string()}));
  if (found.status == 200) {
    if (tell) tell("there already", blob);
    return {};
  }
  if (tell) tell("uploading", blob);
  Mapping content = TRY(store.map_blob(blob, limits::kModuleBytes));
  // end-4a, then end-6: one PUT with all of it.
  HttpResponse begun = TRY(session.send({.method = "POST", .url = url + "uploads/"}));
  if (begun.status != 202) return std::unexpected(registry_error(begun));
  std::string location = TRY(resolve_location(url + "uploads/", begun.header("location")));
  HttpResponse done =
      TRY(session.send({.method = "PUT",
                        .url = add_query(location, "digest", blob.digest.to_string()),
                        .headers = {"Content-Type: application/octet-stream"},
                        .body = content.bytes()}));
  if (done.status != 201) return std::unexpected(registry_error(done));
  return {};
}

}  // namespace wherry::oci
