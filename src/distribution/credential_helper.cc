#include "distribution/credential_helper.h"

#include <algorithm>

#include "distribution/limits.h"
#include "support/json.h"
#include "support/process.h"
#include "support/quotes.h"

namespace wherry::distribution {

static constexpr std::string_view kTokenUser = "<token>";

Result<Credential> parse_helper_answer(std::string_view json) {
  Json answer = TRY(parse_json(json, {.size_bytes_max = limits::kHelperBytes, .depth_max = 8}));
  std::string user = TRY(json_string(answer, "Username")).value_or("");
  std::string secret = TRY(json_string(answer, "Secret")).value_or("");
  if (secret.empty()) return fail(ErrorCode::Malformed, "the answer has no 'Secret'");
  if (user == kTokenUser) return Credential{.identity_token = std::move(secret)};
  if (user.empty()) return fail(ErrorCode::Malformed, "the answer has no 'Username'");
  return Credential{.user = std::move(user), .password = std::move(secret)};
}

Result<CredentialHelper> CredentialHelper::create(std::string_view name) {
  auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (name.empty() || name.size() > limits::kHelperNameBytes ||
      !std::ranges::all_of(name, is_plain))
    return fail(ErrorCode::Invalid,
                "'{}' is no credential helper's name (letters, digits, - _ and ., without the "
                "docker-credential- in front)",
                quote(name, 80));
  return CredentialHelper("docker-credential-" + std::string(name));
}

static Result<ProcessOutput> call(const std::string& program, const char* verb,
                                  std::string_view input) {
  return run_process({program, verb}, {.output_bytes_max = limits::kHelperBytes,
                                       .standard_input = input,
                                       .timeout_ms = limits::kHelperTimeout_ms});
}

// Helpers print their reason on stdout. What could repeat the secret is not shown.
static Error helper_error(const std::string& program, const char* verb, const ProcessOutput& output,
                          const std::string& secret) {
  std::string reason = output.standard_output + output.standard_error;
  bool is_shown = secret.empty() || reason.find(secret) == std::string::npos;
  size_t end = reason.find_last_not_of(" \t\r\n");
  reason.resize(end == std::string::npos ? 0 : end + 1);
  return {ErrorCode::Io,
          fmt::format("{} {} failed with exit code {}: {}", program, verb, output.exit_code,
                      is_shown ? quote(reason) : "(its message holds the secret)")};
}

// docker-credential-helpers, errors.go: the text is the protocol.
static bool says_not_found(const ProcessOutput& output) {
  return output.standard_output.find("credentials not found") != std::string::npos ||
         output.standard_error.find("credentials not found") != std::string::npos;
}

Result<std::optional<Credential>> CredentialHelper::get(const std::string& server) const {
  ProcessOutput output = TRY(call(program_, "get", server));
  if (output.exit_code != 0 && says_not_found(output)) return std::nullopt;
  if (output.exit_code != 0) return std::unexpected(helper_error(program_, "get", output, {}));
  return TRY(with_context(parse_helper_answer(output.standard_output), "{} get", program_));
}

Result<> CredentialHelper::store(const std::string& server, const Credential& credential) const {
  const bool is_token = !credential.identity_token.empty();
  const std::string& secret = is_token ? credential.identity_token : credential.password;
  const Json request = {{"ServerURL", server},
                        {"Username", is_token ? std::string(kTokenUser) : credential.user},
                        {"Secret", secret}};
  std::string text = request.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (Json::parse(text, nullptr, false) != request)
    return fail(ErrorCode::Invalid,
                "{}: the credential is no UTF-8 text, which is all a helper can keep", program_);
  ProcessOutput output = TRY(call(program_, "store", text));
  if (output.exit_code != 0)
    return std::unexpected(helper_error(program_, "store", output, secret));
  return {};
}

Result<> CredentialHelper::erase(const std::string& server) const {
  ProcessOutput output = TRY(call(program_, "erase", server));
  if (output.exit_code != 0 && !says_not_found(output))
    return std::unexpected(helper_error(program_, "erase", output, {}));
  return {};
}

}  // namespace wherry::distribution
