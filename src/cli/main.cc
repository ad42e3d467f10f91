// The front program: finds the verb and calls it. Verbs parse their own flags, so that starting one
// costs nothing for the others.
#include <signal.h>

#include <cstdio>
#include <string_view>

#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "support/log.h"

namespace {

struct Verb {
  std::string_view name;
  int (*call)(int argc, char** argv);
  const char* summary;
};

constexpr Verb kVerbs[] = {
    {"build", wherry::cli::build, "build an image from a folder of source"},
    {"run", wherry::cli::run, "run an image or a .wasm file"},
    {"serve", wherry::cli::serve, "answer HTTP requests with an image"},
    {"push", wherry::cli::push, "copy an image to a registry"},
    {"pull", wherry::cli::pull, "copy an image from a registry"},
    {"login", wherry::cli::login, "sign in to a registry"},
    {"logout", wherry::cli::logout, "forget a registry's credential"},
    {"tags", wherry::cli::tags, "list the tags of a repository in a registry"},
    {"delete", wherry::cli::delete_remote, "remove an image from a registry"},
    {"referrers", wherry::cli::referrers, "list what belongs to an image in a registry"},
    {"registry", wherry::cli::registry, "serve images from a folder: a registry of your own"},
    {"copy", wherry::cli::copy, "copy an image from one registry to another"},
    {"images", wherry::cli::images, "list the images of the local store"},
    {"inspect", wherry::cli::inspect, "show what a .wasm file or an image holds and asks for"},
    {"explain", wherry::cli::explain, "show what an application asks for, is granted and gets"},
    {"tag", wherry::cli::tag, "give an image a further name"},
    {"rmi", wherry::cli::rmi, "remove an image from the local store"},
    {"sign", wherry::cli::sign, "sign an image, or claims inside of a module"},
    {"verify", wherry::cli::verify, "verify an image's signatures, or a module's claims"},
    {"attest", wherry::cli::attest, "show the SBOM of an image, or sign it"},
    {"keys", wherry::cli::keys, "make, list, export and import keys"},
    {"save", wherry::cli::save, "write images to an archive"},
    {"load", wherry::cli::load, "read images from an archive or a folder"},
    {"fsck", wherry::cli::fsck, "check the local store, and repair it"},
    {"prune", wherry::cli::prune, "remove what no image needs"},
    {"compile", wherry::cli::compile, "compile a .wasm file for this machine"},
    {"doctor", wherry::cli::doctor, "say what this machine gives Wherry, and what it lacks"},
    {"snapshot", wherry::cli::snapshot, "run a module's initialisation ahead of its start"},
};

void print_help(std::FILE* stream) {
  std::fputs(
      "Wherry builds, ships and runs WebAssembly in place of containers.\n\n"
      "Usage: wherry VERB [flags]\n\nVerbs:\n",
      stream);
  for (const Verb& verb : kVerbs)
    std::fprintf(stream, "  %-9.*s %s\n", static_cast<int>(verb.name.size()), verb.name.data(),
                 verb.summary);
  std::fputs(
      "\nwherry VERB --help tells more; wherry --version prints the version.\n"
      "Images are kept in $WHERRY_STORE (~/.local/share/wherry/store), compiled modules in\n"
      "$WHERRY_CACHE (~/.cache/wherry).\n",
      stream);
}

}  // namespace

// In the place of what libcrypto would do before main(): support/digest.cc does it when it is
// needed.
extern "C" void __wrap_OPENSSL_cpuid_setup() {}
// And of what makes std::cout for every source that includes <iostream>, as CLI11 does: 50 us of a
// start. Nobody may use the standard streams in this program, C's are there.
extern "C" void __wrap__ZNSt8ios_base4InitC1Ev(void*) {}

int main(int argc, char** argv) {
  // A reader that went away is an error of the write (EPIPE), for us and for guests.
  ::signal(SIGPIPE, SIG_IGN);
  std::string_view word = argc > 1 ? argv[1] : "";
  for (const Verb& verb : kVerbs)
    if (verb.name == word) return verb.call(argc - 1, argv + 1);
  if (word == "--version" || word == "version") {
    std::puts("wherry " WHERRY_VERSION);
    return wherry::cli::kSuccess;
  }
  if (word == "--help" || word == "-h" || word == "help") {
    print_help(stdout);
    return wherry::cli::kSuccess;
  }
  if (word.empty()) {
    print_help(stderr);
  } else {
    wherry::log::error(fmt::format("no verb '{}' (wherry --help lists them)", word));
  }
  return wherry::cli::kUsage;
}
