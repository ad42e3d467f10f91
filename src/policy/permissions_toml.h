// Permissions and limits as TOML has them, which wherry.toml and policy.toml share.
// Only for the .cc files of this folder.
#pragma once

#include <vector>

#include "policy/policy.h"
#include "support/toml_section.h"

namespace wherry::policy {

// [permissions] of wherry.toml. Errors: Invalid, as all below.
Result<> read_permissions(const Section& section, Request& request);
Result<Limits> read_limits(const Section& section);

// "guest" of a folder, which must be there.
Result<std::string> read_guest(const Section& section);
// "access": "read-only", "read-write" or a list of rights; `absent` where it is not there.
Result<FileRights> read_access(const Section& section, FileRights absent);
// "quota", a size.
Result<std::optional<uint64_t>> read_quota(const Section& section);
// A list of tables, each read by `read`; std::nullopt where there is none.
Result<std::optional<std::vector<Section>>> read_tables(const Section& section,
                                                        std::string_view key,
                                                        std::string_view expected);
// "listen" or "connect"; std::nullopt where there is none.
Result<std::optional<std::vector<NetworkRule>>> read_rules(const Section& section,
                                                           std::string_view key);
// "stdio": a list of streams.
Result<std::optional<Streams>> read_stdio(const Section& section);
Result<std::optional<Clock>> read_clock(const Section& section);
Result<std::optional<bool>> read_bool(const Section& section, std::string_view key);
Result<std::vector<std::string>> read_environment_names(const Section& section);

}  // namespace wherry::policy
