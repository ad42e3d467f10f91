#include "trust/bundle.h"

#include <algorithm>

#include "support/base64.h"
#include "support/json.h"
#include "trust/limits.h"

namespace wherry::trust {

namespace {

constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
// Of many attestations that are found.
constexpr std::string_view kStatementTypeBefore = "https://in-toto.io/Statement/v0.1";
constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";

// What is signed: DSSE's pre-authentication encoding.
std::string signed_bytes(std::string_view type, std::string_view payload) {
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, payload.size(), payload);
}

std::string key_hint(const EcdsaPublicKey& key) {
  const Digest digest = key.fingerprint();
  return base64_encode(std::as_bytes(std::span(digest.bytes)));
}

Result<std::string> to_json(const Statement& statement) {
  OrderedJson subjects = OrderedJson::array();
  for (const Digest& digest : statement.subjects)
    subjects.push_back({{"digest", {{"sha256", digest.hex()}}}});
  TRY(parse_json(statement.predicate_json, {.size_bytes_max = limits::kBundleBytes}));
  return OrderedJson{{"_type", kStatementType},
                     {"subject", std::move(subjects)},
                     {"predicateType", statement.predicate_type},
                     {"predicate", OrderedJson::parse(statement.predicate_json)}}
      .dump();
}

Result<std::string> need_string(const Json& object, const char* name) {
  auto text = TRY(json_string(object, name));
  if (!text) return fail(ErrorCode::Malformed, "'{}' is missing", name);
  return *std::move(text);
}

Result<Bytes> need_bytes(const Json& object, const char* name) {
  return with_context(base64_decode(TRY(need_string(object, name))), "'{}'", name);
}

Result<Envelope> read_envelope(const Json& object) {
  Envelope envelope{.payload_type = TRY(need_string(object, "payloadType")),
                    .payload = std::string(as_text(TRY(need_bytes(object, "payload")))),
                    .signatures = {}};
  const Json* signatures = TRY(json_array(object, "signatures"));
  if (!signatures || signatures->empty())
    return fail(ErrorCode::Malformed, "its envelope has no signatures");
  if (signatures->size() > limits::kEnvelopeSignatures)
    return fail(ErrorCode::Invalid, "its envelope has {} signatures, more than the limit of {}",
                signatures->size(), limits::kEnvelopeSignatures);
  for (const Json& entry : *signatures)
    envelope.signatures.push_back(TRY(need_bytes(entry, "sig")));
  return envelope;
}

Result<MessageSignature> read_message_signature(const Json& object) {
  const Json* digest = TRY(json_object(object, "messageDigest"));
  if (!digest) return fail(ErrorCode::Malformed, "'messageDigest' is missing");
  if (TRY(json_string(*digest, "algorithm")) != "SHA2_256")
    return fail(ErrorCode::Unsupported, "its digest is no SHA2_256");
  const Bytes bytes = TRY(need_bytes(*digest, "digest"));
  MessageSignature message{.digest = {}, .signature = TRY(need_bytes(object, "signature"))};
  if (bytes.size() != message.digest.bytes.size())
    return fail(ErrorCode::Malformed, "its digest has {} bytes", bytes.size());
  std::ranges::transform(bytes, message.digest.bytes.begin(), std::to_integer<uint8_t>);
  return message;
}

Result<Bundle> read_bundle(std::string_view json) {
  const Json document = TRY(
      parse_json(json, {.size_bytes_max = limits::kBundleBytes, .depth_max = limits::kJsonDepth}));
  if (TRY(need_string(document, "mediaType")) != kBundleType)
    return fail(ErrorCode::Unsupported, "its type is not {}", kBundleType);
  const Json* envelope = TRY(json_object(document, "dsseEnvelope"));
  const Json* message = TRY(json_object(document, "messageSignature"));
  if (!envelope == !message)
    return fail(ErrorCode::Malformed, "it holds not exactly one of an envelope and a signature");
  if (envelope) return Bundle{TRY(read_envelope(*envelope))};
  return Bundle{TRY(read_message_signature(*message))};
}

Result<Statement> read_statement(const Envelope& envelope) {
  if (envelope.payload_type != kPayloadType)
    return fail(ErrorCode::Unsupported, "its payload is not {}", kPayloadType);
  const Json document = TRY(parse_json(
      envelope.payload, {.size_bytes_max = limits::kBundleBytes, .depth_max = limits::kJsonDepth}));
  const std::string type = TRY(need_string(document, "_type"));
  if (type != kStatementType && type != kStatementTypeBefore)
    return fail(ErrorCode::Unsupported, "its payload is not {}", kStatementType);
  Statement statement;
  statement.predicate_type = TRY(need_string(document, "predicateType"));
  const Json* predicate = TRY(json_object(document, "predicate"));
  statement.predicate_json = predicate ? predicate->dump() : "{}";
  const Json* subjects = TRY(json_array(document, "subject"));
  if (!subjects || subjects->size() > limits::kStatementSubjects)
    return fail(ErrorCode::Malformed, "it has no subjects, or more than {}",
                limits::kStatementSubjects);
  for (const Json& subject : *subjects) {
    const Json* digests = TRY(json_object(subject, "digest"));
    if (!digests) return fail(ErrorCode::Malformed, "a subject has no digest");
    if (auto hex = TRY(json_string(*digests, "sha256")))
      statement.subjects.push_back(TRY(parse_digest("sha256:" + *hex)));
  }
  return statement;
}

}  // namespace

Result<std::string> sign_statement(const Statement& statement, const EcdsaPrivateKey& key) {
  const std::string payload = TRY(to_json(statement));
  const Bytes signature = TRY(key.sign(as_bytes(signed_bytes(kPayloadType, payload))));
  return OrderedJson{
      {"mediaType", kBundleType},
      {"verificationMaterial", {{"publicKey", {{"hint", key_hint(key.public_key())}}}}},
      {"dsseEnvelope",
       {{"payload", base64_encode(as_bytes(payload))},
        {"payloadType", kPayloadType},
        {"signatures", OrderedJson::array({{{"sig", base64_encode(signature)}}})}}}}
      .dump();
}

Result<Bundle> parse_bundle(std::string_view json) {
  return with_context(read_bundle(json), "bundle");
}

Result<Statement> verify_envelope(const Envelope& envelope, const EcdsaPublicKey& key,
                                  const Digest& subject) {
  const std::string bytes = signed_bytes(envelope.payload_type, envelope.payload);
  Result<> verified = fail(ErrorCode::Malformed, "no signature");
  for (const Bytes& signature : envelope.signatures)
    if ((verified = key.verify(as_bytes(bytes), signature))) break;
  TRY(std::move(verified));
  Statement statement = TRY(with_context(read_statement(envelope), "statement"));
  if (std::ranges::find(statement.subjects, subject) == statement.subjects.end())
    return fail(ErrorCode::Denied, "the signature is good, and of another image than {}",
                subject.to_string());
  return statement;
}

}  // namespace wherry::trust
