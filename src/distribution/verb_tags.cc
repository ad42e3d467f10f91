#include <memory>

#include "distribution/curl_transport.h"
#include "distribution/plain_transport.h"
#include "distribution/registry_verbs.h"
#include "distribution/tag_list.h"

namespace wherry::distribution {

namespace {
struct TagsFlags {
  RegistryFlags registry;
  std::string repository;
  bool json = false;
};
}  // namespace

static Result<> tags(const TagsFlags& flags) {
  oci::Reference repository = TRY(parse_remote(flags.repository));
  SessionOptions options = TRY(session_options(flags.registry));
  PlainTransport transport(CurlTransport::create);
  RegistrySession session(transport, repository.registry, options);
  std::string name = repository.registry + "/" + repository.repository;
  std::vector<std::string> list =
      TRY(with_context(list_tags(session, repository), "tags of {}", name));
  if (flags.json)
    fmt::print("{}\n", Json{{"name", name}, {"tags", list}}.dump(2));
  else
    for (const std::string& tag : list) fmt::print("{}\n", tag);
  return {};
}

void add_tags_verb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<TagsFlags>();  // owned by the parser and by the chosen action
  CLI::App* verb = app.add_subcommand("tags", "List the tags of a repository in a registry.");
  verb->add_option("repository", flags->repository, "the repository")
      ->required()
      ->type_name("REGISTRY/NAME");
  verb->add_flag("--json", flags->json, "as JSON");
  add_registry_flags(*verb, flags->registry);
  verb->callback([flags, &chosen] { chosen = [flags] { return tags(*flags); }; });
}

}  // namespace wherry::distribution
