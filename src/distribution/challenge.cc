#include "distribution/challenge.h"

#include <algorithm>
#include <cctype>

#include "distribution/limits.h"

namespace wherry::distribution {

static bool is_token_char(char c) {  // RFC 9110 §5.6.2
  return std::isalnum(static_cast<unsigned char>(c)) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

static std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

namespace {

// Takes a header's value apart, from its front.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view rest) : rest_(rest) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> challenges;
    while (true) {
      skip(" \t,");
      std::string word = take_token();
      if (word.empty()) return challenges;
      skip(" \t");
      if (rest_.starts_with('=')) {  // a parameter of the challenge before
        std::optional<std::string> value = take_value();
        if (!value || challenges.empty()) return challenges;
        if (challenges.back().parameters.size() < limits::kChallengeParameters)
          challenges.back().parameters.emplace(word, *value);
      } else {
        if (challenges.size() == limits::kChallenges) return challenges;
        challenges.push_back({word, {}});
        skip_token68();
      }
    }
  }

 private:
  void skip(const char* characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }

  std::string take_token() {
    size_t length = 0;
    while (length < rest_.size() && is_token_char(rest_[length])) length++;
    std::string token = lower_case(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return token;
  }

  // `="quoted, with \" inside"` or `=word`.
  std::optional<std::string> take_value() {
    rest_.remove_prefix(1);
    skip(" \t");
    std::string value;
    if (!rest_.starts_with('"')) {
      size_t length = std::min(rest_.find_first_of(", \t"), rest_.size());
      value = rest_.substr(0, length);
      rest_.remove_prefix(length);
      return value;
    }
    for (size_t at = 1; at < rest_.size(); at++) {
      if (rest_[at] == '"') {
        rest_.remove_prefix(at + 1);
        return value;
      }
      if (rest_[at] == '\\' && at + 1 < rest_.size()) at++;
      value += rest_[at];
    }
    return std::nullopt;  // it never ends
  }

  // "Negotiate YII…=": one word of base64 in the place of parameters (RFC 9110 §11.2).
  void skip_token68() {
    size_t end = std::min(rest_.find_first_of(", \t\""), rest_.size());
    std::string_view word = rest_.substr(0, end);
    std::string_view padded = word.substr(0, word.find_last_not_of('=') + 1);
    size_t behind = rest_.find_first_not_of(" \t", end);
    bool is_name = behind != rest_.npos && rest_[behind] == '=';  // of a parameter: `realm = "x"`
    bool is_whole = !is_name && (end == rest_.size() || rest_[end] != '"');
    if (is_whole && padded.find('=') == padded.npos) rest_.remove_prefix(end);
  }

  std::string_view rest_;
};

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  return ChallengeReader(header).read();
}

static bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '\\';
  });
}

Scopes Scopes::parse(std::string_view text) {
  Scopes scopes;
  while (!text.empty() && scopes.actions_.size() < limits::kScopes) {
    size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // A name may have colons (a port); the type and the actions have none.
    size_t last = word.rfind(':');
    if (!is_plain(word) || word.size() > limits::kScopeBytes || last == word.npos ||
        word.find(':') == last)
      continue;
    std::set<std::string>& actions = scopes.actions_[std::string(word.substr(0, last))];
    for (std::string_view rest = word.substr(last + 1); !rest.empty();) {
      size_t comma = std::min(rest.find(','), rest.size());
      if (comma > 0) actions.emplace(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return scopes;
}

Scopes Scopes::of_repository(std::string_view repository, std::set<std::string> actions) {
  Scopes scopes;
  scopes.actions_["repository:" + std::string(repository)] = std::move(actions);
  return scopes;
}

void Scopes::add(const Scopes& more) {
  for (const auto& [resource, actions] : more.actions_)
    actions_[resource].insert(actions.begin(), actions.end());
}

bool Scopes::cover(const Scopes& wanted) const {
  return std::ranges::all_of(wanted.actions_, [&](const auto& one) {
    auto ours = actions_.find(one.first);
    if (ours == actions_.end()) return one.second.empty();
    return ours->second.contains("*") || std::ranges::includes(ours->second, one.second);
  });
}

std::vector<std::string> Scopes::words() const {
  std::vector<std::string> words;
  for (const auto& [resource, actions] : actions_)
    if (!actions.empty()) words.push_back(fmt::format("{}:{}", resource, fmt::join(actions, ",")));
  return words;
}

std::optional<BearerChallenge> find_bearer(const std::vector<Challenge>& challenges) {
  for (const Challenge& challenge : challenges) {
    auto parameter = [&](const char* name) {
      auto found = challenge.parameters.find(name);
      return found == challenge.parameters.end() ? std::string() : found->second;
    };
    if (challenge.scheme == "bearer" && !parameter("realm").empty())
      return BearerChallenge{parameter("realm"), parameter("service"),
                             Scopes::parse(parameter("scope"))};
  }
  return std::nullopt;
}

bool has_basic(const std::vector<Challenge>& challenges) {
  return std::ranges::any_of(challenges,
                             [](const Challenge& one) { return one.scheme == "basic"; });
}

}  // namespace wherry::distribution
