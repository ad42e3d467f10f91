#include <algorithm>

#include "policy/deciding.h"
#include "policy/size.h"

namespace wherry::policy {

namespace {

using Verdict = Line::Verdict;

std::string directory_text(FileRights access, std::optional<uint64_t> quota_bytes) {
  if (access.empty()) return "";
  return to_string(access) +
         (quota_bytes ? fmt::format(", quota {}", size_text(*quota_bytes)) : "");
}

// What the caps leave of a granted folder, which lies where its links lead to.
DirectoryGrant cap_directory(DirectoryGrant given, std::span<const Cap> caps,
                             std::string& capped_by) {
  for (const Cap& cap : caps) {
    if (!cap.directories) continue;
    std::error_code ignored;
    const fs::path real = fs::weakly_canonical(given.host, ignored);
    FileRights allowed;
    std::optional<uint64_t> quota_bytes;
    for (const Cap::Directory& directory : *cap.directories) {
      const fs::path inside =
          real.lexically_relative(fs::weakly_canonical(directory.host, ignored));
      if (inside.empty() || *inside.begin() == "..") continue;
      allowed = allowed | directory.access;
      quota_bytes = smaller(quota_bytes, directory.quota_bytes);
    }
    const FileRights left = given.access & allowed;
    const std::optional<uint64_t> quota_left = smaller(given.quota_bytes, quota_bytes);
    if (left != given.access || quota_left != given.quota_bytes) capped_by = cap.origin;
    given.access = left;
    given.quota_bytes = quota_left;
  }
  return given;
}

const DirectoryGrant* find_directory(const Grant& grant, std::string_view guest) {
  auto found = std::ranges::find(grant.directories, guest, &DirectoryGrant::guest);
  return found == grant.directories.end() ? nullptr : &*found;
}

void give_directory(Deciding& deciding, Line line, DirectoryGrant given,
                    const DirectoryRequest* asked) {
  std::string capped_by;
  const FileRights wanted = asked ? given.access & asked->access : given.access;
  DirectoryGrant left = cap_directory(given, deciding.caps, capped_by);
  left.access = left.access & wanted;
  if (asked) left.quota_bytes = smaller(left.quota_bytes, asked->quota_bytes);
  line.effective = directory_text(left.access, left.quota_bytes);
  if (!capped_by.empty() &&
      (left.access != wanted || asked == nullptr || left.quota_bytes != asked->quota_bytes))
    mark_capped(line, capped_by, line.effective);
  deciding.add(std::move(line));
  if (!left.access.empty()) deciding.decision.effective.directories.push_back(std::move(left));
}

void narrow_directory(const DirectoryRequest& asked, const DirectoryGrant& given, Line& line) {
  line.verdict = Verdict::Narrowed;
  const FileRights both = asked.access & given.access;
  line.reason = fmt::format("asked for {}, granted {}, so it is {}", to_string(asked.access),
                            to_string(given.access), both.empty() ? "not given" : to_string(both));
  line.way_out =
      given.access.includes(asked.access)
          ? fmt::format("to change that, ask for access = {} in wherry.toml and build again",
                        rights_toml(given.access))
          : fmt::format("grant it with --dir {}:{}:{}", given.host.string(), given.guest,
                        rights_flag(asked.access));
}

void decide_directory(Deciding& deciding, const DirectoryRequest& asked) {
  Line line{Verdict::Given,
            "directory " + asked.guest,
            directory_text(asked.access, asked.quota_bytes),
            "",
            "",
            "asked for and granted",
            ""};
  const DirectoryGrant* given = find_directory(deciding.grant, asked.guest);
  if (!given) {
    line.verdict = Verdict::NotGranted;
    line.reason = kNotGranted;
    line.way_out =
        fmt::format("grant it with --dir HOST:{}:{}", asked.guest, rights_flag(asked.access));
    line.resource += fmt::format(" ({})", to_string(asked.access));
    deciding.add(std::move(line));
    return;
  }
  line.granted = by(directory_text(given->access, given->quota_bytes), given->origin);
  if (given->access != asked.access) narrow_directory(asked, *given, line);
  give_directory(deciding, std::move(line), *given, &asked);
}

bool is_asked_for(const std::optional<Request>& request, std::string_view guest) {
  return request && std::ranges::find(request->directories, guest, &DirectoryRequest::guest) !=
                        request->directories.end();
}

}  // namespace

void decide_directories(Deciding& deciding) {
  const Grant& grant = deciding.grant;
  if (deciding.request)
    for (const DirectoryRequest& asked : deciding.request->directories)
      decide_directory(deciding, asked);
  for (const DirectoryGrant& given : grant.directories) {
    if (find_directory(grant, given.guest) != &given) continue;  // one in front of it holds
    if (is_asked_for(deciding.request, given.guest)) continue;
    Line line = deciding.unrequested_line(
        "directory " + given.guest,
        by(directory_text(given.access, given.quota_bytes), given.origin), "directories");
    if (line.verdict == Verdict::NotRequested)
      deciding.add(std::move(line));
    else
      give_directory(deciding, std::move(line), given, nullptr);
  }
}

}  // namespace wherry::policy
