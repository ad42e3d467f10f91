// oci::parse_manifest, parse_index, parse_reference and what reads on from them: any bytes give a
// value or an error of one harmless line, and what was read is written as text that reads back the
// same.
#include <cstdint>

#include "distribution/registry_protocol.h"
#include "oci/container_config.h"
#include "oci/image_format.h"
#include "oci/manifest.h"
#include "oci/reference.h"
#include "oci/store_index.h"
#include "support/bytes.h"

using namespace wherry;

// Errors go to terminals and logs as they are.
template <class T>
static void check_error(const Result<T>& result) {
  if (result) return;
  for (char c : result.error().message) WHERRY_ASSERT(c >= ' ' && c < 0x7f);
}

static void check_manifest(std::string_view text) {
  Result<oci::Manifest> manifest = oci::parse_manifest(text);
  check_error(manifest);
  if (!manifest) return;
  Result<const oci::Descriptor*> module = oci::find_module_layer(*manifest);
  check_error(module);
  if (module && *module) WHERRY_ASSERT(*module >= manifest->layers.data());
  check_error(oci::check_config(*manifest, text));
  check_error(oci::parse_container_config(text));
  check_error(oci::read_image_config(*manifest, text));
}

static void check_index(std::string_view text) {
  Result<oci::Index> index = oci::parse_index(text);
  check_error(index);
  if (index) check_error(oci::select_wasm_entry(*index));
  Result<oci::StoreIndex> store_index = oci::StoreIndex::parse(text);
  check_error(store_index);
  if (!store_index) return;
  Result<oci::StoreIndex> again = oci::StoreIndex::parse(store_index->to_json());
  WHERRY_ASSERT(again && again->entries().size() == store_index->entries().size());
}

static void check_reference(std::string_view text) {
  Result<oci::Reference> reference = oci::parse_reference(text);
  check_error(reference);
  if (!reference) return;
  Result<oci::Reference> again = oci::parse_reference(reference->to_string());
  WHERRY_ASSERT(again && *again == *reference);
}

static void check_answers(std::string_view text) {
  check_error(distribution::resolve_location("http://127.0.0.1:5000/v2/a/blobs/uploads/", text));
  for (char c :
       distribution::registry_message({.status = 400, .headers = {}, .body = std::string(text)}))
    WHERRY_ASSERT(c >= ' ' && c < 0x7f);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size_bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes),
                        size_bytes);  // bytes may be seen as char
  check_manifest(text);
  check_index(text);
  check_reference(text);
  check_answers(text);
  return 0;
}
