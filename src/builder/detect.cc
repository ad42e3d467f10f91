#include "builder/detect.h"

#include <algorithm>

#include "builder/assets.h"
#include "builder/limits.h"
#include "support/quotes.h"

namespace wherry::builder {

namespace {

// What one language found in a folder.
struct Found {
  const Toolchain* toolchain;
  std::vector<std::string> whole;
  std::vector<std::string> name_only;
};

// "'a.c', 'b.c' and 7 more"
std::string name_list(const std::vector<std::string>& paths) {
  std::string text;
  size_t shown = std::min(paths.size(), limits::kNamesInMessage);
  for (size_t i = 0; i < shown; i++) text += (i ? ", " : "") + in_quotes(paths[i]);
  if (shown < paths.size()) text += fmt::format(" and {} more", paths.size() - shown);
  return text;
}

std::string known_forms() {
  std::string text;
  for (const Toolchain* toolchain : toolchains())
    text +=
        fmt::format("{}{} ({})", text.empty() ? "" : ", ", toolchain->file_form, toolchain->title);
  return text;
}

// Shows one file to every language.
Result<> show_file(const SourceTree& tree, const SourceFile& file, std::vector<Found>& found) {
  std::string beginning = file.leads_out ? std::string() : TRY(tree.read_beginning(file.path));
  for (Found& language : found) {
    Claim claim = language.toolchain->claim(file.path, beginning);
    if (claim == Claim::None) continue;
    if (file.leads_out)
      return fail(
          ErrorCode::Invalid,
          "source {} is a symbolic link that leads out of the folder, or nowhere (copy the file "
          "into it)",
          in_quotes(file.path));
    (claim == Claim::Whole ? language.whole : language.name_only).push_back(file.path);
  }
  return {};
}

Result<std::vector<Found>> find_languages(const SourceTree& tree,
                                          const policy::BuildSection& section,
                                          std::span<const policy::Asset> assets) {
  std::vector<Found> found;
  for (const Toolchain* toolchain : toolchains())
    if (!section.language || *section.language == toolchain->language)
      found.push_back({toolchain, {}, {}});
  std::vector<SourceFile> files;
  if (section.sources.empty()) {
    files = TRY(tree.files());
    std::erase_if(files, [&](const SourceFile& file) { return is_asset(file.path, assets); });
  } else {
    for (const std::string& path : section.sources) {
      TRY(tree.check_file(path));
      files.push_back({path});
    }
  }
  for (const SourceFile& file : files) TRY(show_file(tree, file, found));
  return found;
}

std::unexpected<Error> fail_nothing(const SourceTree& tree, const policy::BuildSection& section,
                                    const std::vector<Found>& found) {
  for (const Found& language : found)
    if (!language.name_only.empty())
      return fail(
          ErrorCode::Invalid, "{}: nothing to build: {} is named like {}, but its content is not",
          tree.shown().string(), in_quotes(language.name_only.front()), language.toolchain->title);
  if (section.language) {
    const Toolchain& toolchain = toolchain_of(*section.language);
    return fail(ErrorCode::Invalid,
                "{}: nothing to build: no file is {} ({}), which wherry.toml says it is",
                tree.shown().string(), toolchain.title, toolchain.file_form);
  }
  return fail(ErrorCode::Invalid, "{}: nothing to build (known: {})", tree.shown().string(),
              known_forms());
}

std::unexpected<Error> fail_ambiguous(const SourceTree& tree,
                                      const std::vector<Found>& candidates) {
  std::string text, words;
  for (const Found& language : candidates) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : " or ", language.toolchain->title,
                        name_list(language.whole));
    words += fmt::format("{}\"{}\"", words.empty() ? "" : " or ",
                         to_string(language.toolchain->language));
  }
  return fail(ErrorCode::Invalid,
              "{}: ambiguous: {} (set language in [build] of wherry.toml to {})",
              tree.shown().string(), text, words);
}

}  // namespace

Result<Detected> detect(const SourceTree& tree, const policy::BuildSection& section,
                        std::span<const policy::Asset> assets) {
  std::vector<Found> found = TRY(find_languages(tree, section, assets));
  std::vector<Found> candidates;
  std::ranges::copy_if(found, std::back_inserter(candidates),
                       [](const Found& language) { return !language.whole.empty(); });
  if (candidates.empty()) return fail_nothing(tree, section, found);
  if (candidates.size() > 1) return fail_ambiguous(tree, candidates);

  Found& chosen = candidates.front();
  for (const std::string& path : section.sources)
    if (std::ranges::find(chosen.whole, path) == chosen.whole.end())
      return fail(ErrorCode::Invalid, "source {} is not {} (take it out of sources in wherry.toml)",
                  in_quotes(path), chosen.toolchain->title);
  if (!chosen.toolchain->many_sources && chosen.whole.size() > 1)
    return fail(ErrorCode::Invalid,
                "{}: ambiguous: several modules, {} (name one in sources of [build] in "
                "wherry.toml)",
                tree.shown().string(), name_list(chosen.whole));
  return Detected{chosen.toolchain, std::move(chosen.whole)};
}

}  // namespace wherry::builder
