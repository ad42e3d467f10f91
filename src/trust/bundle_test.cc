#include "trust/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/base64.h"
#include "support/json.h"
#include "trust/simple_signing.h"

namespace wherry::trust {
namespace {

using ::testing::HasSubstr;

const Digest kImage = sha256(as_bytes("image"));

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

Statement sign_predicate() {
  return {
      .subjects = {kImage}, .predicate_type = std::string(kSignPredicate), .predicate_json = "{}"};
}

Envelope envelope_of(const std::string& bundle) {
  return std::get<Envelope>(parse_bundle(bundle)->content);
}

// Made by sigstore's own @sigstore/sign 4.1.1, and the key to it, OpenSSL's.
constexpr const char* kTheirs =
    R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":)"
    R"({"publicKey":{"hint":"nONwHA4I/TSYGbwQx89hta9C5aYweJdMPKsXoiav3XY="},"timestampVerif)"
    R"(icationData":{}},"dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9T)"
    R"(dGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3QiOnsic2hhMjU2IjoiNjEwNWQ2Y2M3NmFmNDAwMzI1)"
    R"(ZTk0ZDU4OGNlNTExYmU1YmZkYmI3M2I0MzdkYzUxZWNhNDM5MTdkN2E0M2UzZCJ9LCJhbm5vdGF0aW9ucyI6)"
    R"(e319XSwicHJlZGljYXRlVHlwZSI6Imh0dHBzOi8vc2lnc3RvcmUuZGV2L2Nvc2lnbi9zaWduL3YxIiwicHJl)"
    R"(ZGljYXRlIjp7fX0=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":)"
    R"("MEYCIQCF7RPSKgXX0/wkmd9IhHEuyJSS4iKIQ7NZX8yII11p3AIhAI8WVekSVfHPIJMxiSaGCI/fbOgV9WV)"
    R"(D9scC7KmlQmI8","keyid":"nONwHA4I/TSYGbwQx89hta9C5aYweJdMPKsXoiav3XY="}]}})";
constexpr const char* kTheirKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEtBu/PCGQSssgdqj3Gc/MjCugMQrv\n"
    "uJnVJMg8BntQdZID7TAjthkjxiiqAdjEpDDp7dftYJfmUMRC1jgkM8ej8Q==\n"
    "-----END PUBLIC KEY-----\n";

TEST(Bundle, VerifiesWhatSigstoreSigned) {
  const EcdsaPublicKey key = EcdsaPublicKey::parse(kTheirKey).value();
  auto bundle = parse_bundle(kTheirs);
  ASSERT_TRUE(bundle) << bundle.error().message;
  auto statement = verify_envelope(std::get<Envelope>(bundle->content), key, kImage);
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement->predicate_type, kSignPredicate);
}

TEST(Bundle, HoldsAStatementThatItsKeyVerifies) {
  const EcdsaPrivateKey key = EcdsaPrivateKey::create().value();
  const std::string bundle = sign_statement(sign_predicate(), key).value();
  auto statement = verify_envelope(envelope_of(bundle), key.public_key(), kImage);
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement->predicate_type, kSignPredicate);
  EXPECT_EQ(statement->predicate_json, "{}");
  const Digest fingerprint = key.public_key().fingerprint();
  EXPECT_EQ(Json::parse(bundle)["verificationMaterial"]["publicKey"]["hint"],
            base64_encode(std::as_bytes(std::span(fingerprint.bytes))));
}

TEST(Bundle, IsOfOneKeyAndOneImage) {
  const EcdsaPrivateKey key = EcdsaPrivateKey::create().value();
  const std::string bundle = sign_statement(sign_predicate(), key).value();
  const EcdsaPrivateKey other = EcdsaPrivateKey::create().value();
  EXPECT_EQ(verify_envelope(envelope_of(bundle), other.public_key(), kImage).error().code,
            ErrorCode::Denied);
  auto elsewhere =
      verify_envelope(envelope_of(bundle), key.public_key(), sha256(as_bytes("other")));
  EXPECT_THAT(elsewhere.error().message, HasSubstr("of another image"));
}

TEST(Bundle, NoticesAChangedPayload) {
  const EcdsaPrivateKey key = EcdsaPrivateKey::create().value();
  Envelope envelope = envelope_of(sign_statement(sign_predicate(), key).value());
  Envelope changed = envelope;
  changed.payload = replaced(changed.payload, kImage.hex(), sha256(as_bytes("other")).hex());
  EXPECT_FALSE(verify_envelope(changed, key.public_key(), sha256(as_bytes("other"))));
  changed = envelope;
  changed.payload_type = "application/json";
  EXPECT_FALSE(verify_envelope(changed, key.public_key(), kImage));
}

TEST(Bundle, ReadsAMessageSignature) {
  auto bundle = parse_bundle(
      R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","messageSignature":)"
      R"({"messageDigest":{"algorithm":"SHA2_256",)"
      R"("digest":"YQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"signature":"c2ln"}})");
  ASSERT_TRUE(bundle) << bundle.error().message;
  const auto& message = std::get<MessageSignature>(bundle->content);
  EXPECT_EQ(message.digest.bytes[0], 'a');
  EXPECT_EQ(as_text(message.signature), "sig");
}

TEST(Bundle, RefusesWhatIsNone) {
  const EcdsaPrivateKey key = EcdsaPrivateKey::create().value();
  const std::string good = sign_statement(sign_predicate(), key).value();
  EXPECT_EQ(parse_bundle(replaced(good, "v0.3", "v9.9")).error().code, ErrorCode::Unsupported);
  EXPECT_FALSE(parse_bundle(replaced(good, "dsseEnvelope", "messageSignature")));
  EXPECT_FALSE(parse_bundle(replaced(good, "\"sig\"", "\"gis\"")));
  for (const char* text : {"", "{}", "[]", "null"}) EXPECT_FALSE(parse_bundle(text)) << text;
}

TEST(SimpleSigning, IsWrittenAsCosignWritesIt) {
  const std::string payload = to_payload({.manifest = kImage, .reference = "example.com/app"});
  EXPECT_EQ(payload,
            fmt::format(R"({{"critical":{{"identity":{{"docker-reference":"example.com/app"}},)"
                        R"("image":{{"docker-manifest-digest":"{}"}},)"
                        R"("type":"cosign container image signature"}},"optional":null}})",
                        kImage.to_string()));
  auto claim = parse_payload(payload);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->manifest, kImage);
  EXPECT_EQ(claim->reference, "example.com/app");
}

TEST(SimpleSigning, RefusesOtherPayloads) {
  const std::string good = to_payload({.manifest = kImage, .reference = "example.com/app"});
  EXPECT_EQ(parse_payload(replaced(good, "cosign container", "atomic container")).error().code,
            ErrorCode::Unsupported);
  EXPECT_FALSE(parse_payload(replaced(good, "sha256:", "sha1:")));
  EXPECT_FALSE(parse_payload(replaced(good, "docker-manifest-digest", "digest")));
  for (const char* text : {"", "{}", R"({"critical":[]})", R"({"critical":{}})"})
    EXPECT_FALSE(parse_payload(text)) << text;
}

}  // namespace
}  // namespace wherry::trust
