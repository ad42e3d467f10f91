// What the parts of decide() share. Each part decides about one kind of resource, in a file of its
// own: what the request, the grant and the caps say of it becomes a share of the effective policy,
// and the lines that explain it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/decision.h"

namespace wherry::policy {

inline constexpr const char* kNotGranted = "asked for by the image, not granted";

struct Deciding {
  const std::optional<Request>& request;  // none: of a bare module
  const Grant& grant;
  std::span<const Cap> caps;
  Decision decision = {};

  void add(Line line) { decision.lines.push_back(std::move(line)); }
  // Of something that was granted though nobody asked for it: whether it is given, and why. `key`
  // is the one of wherry.toml's [permissions] that would ask for it.
  Line unrequested_line(std::string resource, std::string granted, std::string_view key) const;
};

void decide_directories(Deciding& deciding);
void decide_environment(Deciding& deciding);
void decide_network(Deciding& deciding);
void decide_stdio(Deciding& deciding);
void decide_clock(Deciding& deciding);
void decide_random(Deciding& deciding);
void decide_arguments(Deciding& deciding);
void decide_limits(Deciding& deciding);

// "granted, by --dir d:/data"
std::string by(std::string text, const std::string& origin);
// Marks what a cap takes something from; `left` is what it leaves, or empty.
void mark_capped(Line& line, const std::string& capped_by, const std::string& left);
// Of two bounds of which each may be absent.
std::optional<uint64_t> smaller(std::optional<uint64_t> a, std::optional<uint64_t> b);

}  // namespace wherry::policy
