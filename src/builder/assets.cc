#include "builder/assets.h"

#include <algorithm>

#include "support/quotes.h"

namespace wherry::builder {

static Result<std::vector<oci::AssetFile>> collect(const SourceTree& tree,
                                                   const policy::Asset& asset) {
  const fs::path found = TRY(tree.resolve(asset.path));
  const std::string place = asset.guest.substr(1);  // guest paths are absolute and normal
  if (fs::is_directory(found)) return oci::find_assets(found, place);
  if (!fs::is_regular_file(found))
    return fail(ErrorCode::Invalid, "{} is neither a file nor a folder", in_quotes(asset.path));
  if (place.empty())
    return fail(ErrorCode::Invalid, "{} is a file, and cannot be the guest's '/'",
                in_quotes(asset.path));
  return std::vector<oci::AssetFile>{{.path = place, .source = found}};
}

Result<std::vector<oci::AssetFile>> collect_assets(const SourceTree& tree,
                                                   std::span<const policy::Asset> assets) {
  std::vector<oci::AssetFile> files;
  for (const policy::Asset& asset : assets) {
    auto found = TRY(with_context(collect(tree, asset), "assets"));
    if (found.empty())
      return fail(ErrorCode::Invalid, "assets: the folder {} holds no file", in_quotes(asset.path));
    std::ranges::move(found, std::back_inserter(files));
  }
  std::ranges::sort(files, {}, &oci::AssetFile::path);
  return files;
}

bool is_asset(std::string_view path, std::span<const policy::Asset> assets) {
  return std::ranges::any_of(assets, [&](const policy::Asset& asset) {
    return path == asset.path ||
           (path.starts_with(asset.path) && path.substr(asset.path.size()).starts_with('/'));
  });
}

}  // namespace wherry::builder
