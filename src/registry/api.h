// The distribution API: what each endpoint of the OCI distribution specification 1.1 answers.
//
// pull            end-1  GET /v2/                    end-2, 3  GET, HEAD blobs and manifests
// push            end-4  POST, end-5 PATCH, end-6, 7 PUT, end-11 mount; end-13 GET, end-14 DELETE
// discovery       end-8  tags, end-12 referrers; docker's _catalog
// management      end-9, 10  DELETE manifests, tags, blobs
//
// What is refused is answered with the specification's error document (refusal.h).
#pragma once

#include "registry/exchange.h"
#include "registry/pushed_manifest.h"
#include "registry/repository.h"
#include "registry/storage.h"
#include "registry/target.h"
#include "registry/uploads.h"

namespace wherry::registry {

// Thread-safe: requests are answered on their connections' threads. Borrows both.
class Api {
 public:
  Api(Storage& storage, Uploads& uploads) : storage_(storage), uploads_(uploads) {}

  // Refused: whatever the client may not have, or did wrong.
  Answer<Response> answer(const Request& request);

 private:
  Answer<Response> dispatch(const Request& request, const Target& target);

  // api_blobs.cc
  Answer<Response> get_blob(const Request& request, const Target& target);
  Answer<> renew_blob(const Target& target);
  Answer<Response> delete_blob(const Target& target);

  // api_uploads.cc
  Answer<Response> begin_upload(const Request& request, const Target& target);
  Answer<bool> mount(const Target& target, const Digest& digest);
  Answer<Response> upload_status(const Target& target);
  Answer<Response> append_to_upload(const Request& request, const Target& target);
  Answer<Response> finish_upload(const Request& request, const Target& target);
  Answer<Response> finish(const Request& request, const Target& target, const std::string& id,
                          const Digest& digest);
  Answer<Response> cancel_upload(const Request& request, const Target& target);

  // api_manifests.cc
  Answer<Response> get_manifest(const Request& request, const Target& target);
  Answer<> renew_manifest(const Target& target);
  Answer<Response> put_manifest(const Request& request, const Target& target);
  Answer<> store_manifest(Repository& names, const Digest& digest, std::string_view json,
                          const PushedManifest& manifest);
  Answer<Response> delete_manifest(const Target& target);

  // api_lists.cc
  Answer<Response> list_catalog(const Target& target);
  Answer<Response> list_tags(const Target& target);
  Answer<Response> list_referrers(const Target& target);

  Repository repository(const Target& target) { return {storage_, *target.repository}; }
  // See name_locks.h.
  std::mutex& repository_mutex(const Target& target) {
    return storage_.locks().of_repository(*target.repository);
  }

  Storage& storage_;
  Uploads& uploads_;
};

// A blob's or manifest's validator: its digest never stands for other bytes.
std::string entity_tag(const Digest& digest);
// Whether the client has it already: If-None-Match (RFC 9110 §13.1.2) names it.
bool is_known_to_client(const Request& request, const Digest& digest);

}  // namespace wherry::registry
