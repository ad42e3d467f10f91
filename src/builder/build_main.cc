// wherry-build: the program behind `wherry build`.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "builder/build.h"
#include "support/install_paths.h"
#include "support/log.h"

namespace {

using namespace wherry;

constexpr int kFailure = 1;
constexpr int kUsage = 2;

struct Flags {
  std::string folder;
  std::string name;
  std::string store;
  std::string format;
  std::string claims_key;
  std::string passphrase_file;
};

void describe(CLI::App& app, Flags& flags) {
  app.add_option("DIR", flags.folder, "folder that holds the source")->type_name("")->required();
  app.add_option("-t,--tag", flags.name, "name of the image; else name in wherry.toml")
      ->type_name("NAME[:TAG]");
  app.add_option("--store", flags.store, "image store to put it into (else $WHERRY_STORE)")
      ->type_name("DIR");
  app.add_option("--format", flags.format,
                 "artifact (default; the CNCF's), legacy (wasm-to-oci's), image (ordinary, for "
                 "podman and containerd), index (artifact and image)")
      ->type_name("FORMAT");
  app.add_option(
         "--sign-claims", flags.claims_key,
         "sign [claims] of wherry.toml by this account's key: a name in the key folder, or a "
         "file")
      ->type_name("KEY");
  app.add_option(
         "--passphrase-file", flags.passphrase_file,
         "read the key's passphrase from here (else $COSIGN_PASSWORD, else the terminal asks)")
      ->check([](const std::string& file) {
        return file == "-" ? std::string("is a file here, not standard input") : std::string();
      })
      ->type_name("FILE");
  app.footer(
      "The language is found by the files' content: C (*.c), WebAssembly text (*.wat), or a module "
      "that is\n"
      "ready. DIR/wherry.toml, where there is one, names the application, chooses language, "
      "sources and\n"
      "flags, and asks for permissions; assets it names travel in the image, which is an ordinary "
      "one "
      "then.\n"
      "The same source gives the same digest; with claims, which say when they were signed, the "
      "same\n"
      "$SOURCE_DATE_EPOCH too.\n\n"
      "  wherry build examples/primorial -t primorial:1\n\n"
      "Exit codes: 0 built, 1 failed, 2 wrong command line.");
}

// 141 B, 36 KB, 2.3 MB
std::string size_for_people(uint64_t size_bytes) {
  if (size_bytes < 1000) return fmt::format("{} B", size_bytes);
  if (size_bytes < 1'000'000) return fmt::format("{} KB", (size_bytes + 500) / 1000);
  return fmt::format("{:.1f} MB", static_cast<double>(size_bytes) / 1e6);
}

// What is not in an artifact is said: "36 KB, and 12 files as an ordinary image".
std::string contents_for_people(const builder::Built& built) {
  std::string text = size_for_people(built.module_size_bytes);
  if (built.assets > 0)
    text += fmt::format(", and {} file{} as an ordinary image", built.assets,
                        built.assets == 1 ? "" : "s");
  else if (built.format != oci::ImageFormat::Artifact)
    text += fmt::format(", format {}", to_string(built.format));
  if (built.leaves_claims_out) text += ", its claims not signed";
  return text;
}

volatile std::sig_atomic_t interrupted = 0;  // the signal

Result<> run(const Flags& flags) {
  auto start = std::chrono::steady_clock::now();
  builder::BuildOptions options;
  options.folder = flags.folder;
  if (!flags.name.empty()) options.name = flags.name;
  options.image_store = flags.store.empty() ? TRY(image_store_path()) : fs::path(flags.store);
  if (!flags.format.empty()) options.format = TRY(oci::parse_image_format(flags.format));
  if (!flags.claims_key.empty())
    options.claims = {.account = flags.claims_key, .passphrase_file = flags.passphrase_file};
  options.on_diagnostics = [](std::string_view text) {
    // Where standard error is gone, the exit code still tells.
    [[maybe_unused]] auto written = write_all(STDERR_FILENO, as_bytes(text));
  };
  builder::Built built = TRY(builder::build_image(options));
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::string line = fmt::format("built {} {} ({}, {:.1f} s)\n", built.image.name,
                                 built.image.named().digest.to_string(), contents_for_people(built),
                                 elapsed.count());
  return write_all(STDOUT_FILENO, as_bytes(line));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Build an image from a folder of source.", "wherry build");
  Flags flags;
  describe(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    log::error(fmt::format("{} (see {} --help)", error.what(), app.get_name()));
    return kUsage;
  }
  // Ctrl-C reaches the compiler that is at work, too; our part is to clear away, and then to end.
  for (int signal : {SIGINT, SIGHUP}) std::signal(signal, [](int caught) { interrupted = caught; });
  auto done = run(flags);
  if (interrupted != 0) return 128 + interrupted;
  if (!done) {
    log::error(done.error().message);
    return kFailure;
  }
  return 0;
}
