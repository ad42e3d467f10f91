// wherry-trust check: the front program's question whether what it is about to run is trusted. Not
// a verb of users: the answer is on standard output, nothing for yes, else the reason; an exit code
// other than 0 means that there is no answer.
#include <memory>

#include "oci/limits.h"
#include "signing/image_trust.h"
#include "signing/trust_verbs.h"

namespace wherry::signing {

namespace {

struct CheckFlags {
  std::string image;
  std::string file;
  std::string digest;  // of the manifest, or of the file: what will be run
  std::string store;
};

Result<> check_image(const CheckFlags& flags, const trust::TrustPolicy& policy) {
  const oci::ImageStore store = TRY(open_trust_store(flags.store));
  const oci::Image image = TRY(store.find(TRY(oci::parse_reference(flags.image))));
  if (image.manifest.digest != TRY(parse_digest(flags.digest)))
    return fail(ErrorCode::Unavailable, "{} was replaced meanwhile (try again)", flags.image);
  return check_image_trust(policy, image.name, store, image);
}

Result<> check_file(const CheckFlags& flags, const trust::TrustPolicy& policy) {
  const Mapping module = TRY(map_file(flags.file, {.size_bytes_max = oci::limits::kModuleBytes}));
  if (sha256(module.bytes()) != TRY(parse_digest(flags.digest)))
    return fail(ErrorCode::Unavailable, "{} was changed meanwhile (try again)", flags.file);
  return check_file_trust(policy, flags.file, module.bytes());
}

Result<> check(const CheckFlags& flags) {
  auto decide = [&]() -> Result<> {
    const auto policy = TRY(trust::TrustPolicy::load(trust::trust_paths()));
    return flags.file.empty() ? check_image(flags, policy) : check_file(flags, policy);
  };
  const Result<> decided = decide();
  return decided ? decided : print(decided.error().message);
}

}  // namespace

void add_check_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<CheckFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("check", "")->group("");
  verb->add_option("--image", flags->image);
  verb->add_option("--file", flags->file);
  verb->add_option("--digest", flags->digest)->required();
  verb->add_option("--store", flags->store);
  verb->callback([flags, &chosen] { chosen = [flags] { return check(*flags); }; });
}

}  // namespace wherry::signing
