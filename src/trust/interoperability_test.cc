// What other programs made, as their projects publish it for tests: read as it is.
#include <gtest/gtest.h>

#include "support/base64.h"
#include "trust/bundle.h"
#include "trust/private_key.h"
#include "trust/simple_signing.h"

namespace wherry::trust {
namespace {

EcdsaPublicKey key_of(const char* lines) {
  return EcdsaPublicKey::parse(
             fmt::format("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines))
      .value();
}

// github.com/notaryproject/ratify, pkg/verifier/cosign/cosign_test.go.
TEST(Interoperability, VerifiesATagFormOfCosign) {
  const EcdsaPublicKey key = key_of(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1ljPT4AO3Ny57S2B1a5P2LSrru5l\n"
      "ewt8iyi46g8SRrasghTR8xliLiZJl3GTM3UOdUAZCiruwPC7hihLD5JcqQ==");
  const std::string payload =
      R"({"critical":{"identity":{"docker-reference":"artifactstest.azurecr.io/4-15-24/cosign/)"
      R"(hello-world"},"image":{"docker-manifest-digest":"sha256:d37ada95d47ad12224c205a938129df7)"
      R"(a3e52345828b4fa27b03a98825d1e2e7"},"type":"cosign container image signature"},)"
      R"("optional":null})";
  const Bytes signature =
      base64_decode(
          "MEYCIQDCMOtZXzsgZknsOhcv1VC7cN72xuBr16GU98bT0tXWdQIhAJp9X9jh4sIG1xhmoaYwGGkl1/8EQW7z"
          "qFUpMkEoi3s1")
          .value();
  EXPECT_TRUE(key.verify(as_bytes(payload), signature));
  const auto claim = parse_payload(payload);
  ASSERT_TRUE(claim) << claim.error().message;
  // Written anew it is the same, byte for byte.
  EXPECT_EQ(to_payload(*claim), payload);
}

// `cosign sign --key` of version 3, of 2026-06-09, as a registry gave it.
TEST(Interoperability, VerifiesABundleOfCosign) {
  const EcdsaPublicKey key = key_of(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEoJmXprHRCRJdqHnRaPDkVssbQNO1\n"
      "is6XUr+/ApqnDi8HvBCRPbwU2P8jgkgtOOggNUf03tvJe0/9eZOb04aDbQ==");
  const auto bundle = parse_bundle(
      R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":)"
      R"({"publicKey":{"hint":"h162TZsIBy5Y8U9qYWcmpVAp5dKpXhR7gnz8sNfZjV4="}}, )"
      R"("dsseEnvelope":{"payload":)"
      R"("eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCAic3ViamVjdCI6W3siZGlnZXN0)"
      R"(Ijp7InNoYTI1NiI6IjUwOTliODlkNzY2NmNjMjE4NmNhZDc2OWRkYzI2MmRkYzdjMzM1YjMzZjVmZTc5Zjlm)"
      R"(ZmU1MGEwMTI4MmIyM2UifSwgImFubm90YXRpb25zIjp7fX1dLCAicHJlZGljYXRlVHlwZSI6Imh0dHBzOi8v)"
      R"(c2lnc3RvcmUuZGV2L2Nvc2lnbi9zaWduL3YxIiwgInByZWRpY2F0ZSI6e319", "payloadType":)"
      R"("application/vnd.in-toto+json", "signatures":[{"sig":)"
      R"("MEUCIBs2jKDupMmrqsjzI3W2oiID2y0P7n4UKT/RZHFeUOuhAiEA4SWsNDZXQBFqaA1/npF+HOGAaG2iuA52)"
      R"(mxgPFCpgQog="}]}})");
  ASSERT_TRUE(bundle) << bundle.error().message;
  const Digest image =
      parse_digest("sha256:5099b89d7666cc2186cad769ddc262ddc7c335b33f5fe79f9ffe50a01282b23e")
          .value();
  const auto statement = verify_envelope(std::get<Envelope>(bundle->content), key, image);
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement->predicate_type, kSignPredicate);
  EXPECT_EQ(statement->predicate_json, "{}");
}

// sigstore-go, by which cosign 3 makes bundles: its docs/signing.md; the time stamp, of which
// nothing is verified, is left out.
TEST(Interoperability, VerifiesAMessageSignatureOfSigstoreGo) {
  const EcdsaPublicKey key = key_of(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY51jsbL5o8ge+FAcxpYjQeDEe1n5\n"
      "WK+8DzwCkLLPJHISIvsiS93PTVDPpmbAASOl2Y4ZHqRsxb3aPMaQmN4sew==");
  const auto bundle = parse_bundle(
      R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":)"
      R"({"publicKey":{"hint":"WpMWlwBZxXlzAjt/fxK4Nd9VYm7PH3cnr3TTVmdQ5SQ="}, )"
      R"("timestampVerificationData":{"rfc3161Timestamps":[]}}, "messageSignature":)"
      R"({"messageDigest":{"algorithm":"SHA2_256", )"
      R"("digest":"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="}, "signature":)"
      R"("MEUCIQDlK0ZyYsGeh1NC7MiAL+mT54jdQakhelpy5Vz5MmWEbgIgRn51DlDW6rgIY7KMUq+7sC8BjZYzh4Qt)"
      R"(mcPjJiF4RSA="}})");
  ASSERT_TRUE(bundle) << bundle.error().message;
  const auto& message = std::get<MessageSignature>(bundle->content);
  EXPECT_EQ(message.digest, sha256(as_bytes("hello world")));
  EXPECT_TRUE(key.verify(as_bytes("hello world"), message.signature));
  // Names the key as we do.
  const Digest fingerprint = key.fingerprint();
  EXPECT_EQ(base64_encode(std::as_bytes(std::span(fingerprint.bytes))),
            "WpMWlwBZxXlzAjt/fxK4Nd9VYm7PH3cnr3TTVmdQ5SQ=");
}

// github.com/sigstore/sigstore-conformance, test/assets/bundle-verify/intoto-canonical-log-entry;
// the log's entry is shortened.
TEST(Interoperability, VerifiesAnEnvelopeOfTheConformanceSuite) {
  const EcdsaPublicKey key = key_of(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7pBlkILi/WN1X8FiQTlZBK2/GlQD\n"
      "Ol9bn1iDaSE8B5Eu+uccNndQid2Nmgp8mrTWhT2XhZbshUGMDSDx/6jwvw==");
  const auto bundle = parse_bundle(
      R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":)"
      R"({"publicKey":{"hint":"rJuYlKqs5PMzdPzjkZBg4BveZRpD97PBnngUXPZSlr8="},)"
      R"("tlogEntries":[{"logIndex":"0"}],"timestampVerificationData":{"rfc3161Timestamps":[]}},)"
      R"("dsseEnvelope":{"payload":)"
      R"("eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJuYW1lIjoi)"
      R"(YS50eHQiLCJkaWdlc3QiOnsic2hhMjU2IjoiYTBjZmM3MTI3MWQ2ZTI3OGU1N2NkMzMyZmY5NTdjM2Y3MDQz)"
      R"(ZmRkYTM1NGM0Y2JiMTkwYTMwZDU2ZWZhMDFiZiJ9fV0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL2V4YW1w)"
      R"(bGUuY29tL3Rlc3QiLCJwcmVkaWNhdGUiOnt9fQ==","payloadType":"application/vnd.in-toto+json",)"
      R"("signatures":[{"sig":)"
      R"("MEUCIBb8Pe4/Z0vKtXSvAHV6pcC1F3eTwCZnVejwWERFVwKeAiEAre6v18YSEs3mKaeMgE8Ti0l62CzT5yZv)"
      R"(wfGiVd1eTIw=","keyid":""}]}})");
  ASSERT_TRUE(bundle) << bundle.error().message;
  const auto& envelope = std::get<Envelope>(bundle->content);
  const Digest subject =
      parse_digest("sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf")
          .value();
  const auto statement = verify_envelope(envelope, key, subject);
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement->predicate_type, "https://example.com/test");
  EXPECT_FALSE(verify_envelope(envelope, key, sha256(as_bytes("other"))));
}

// cosign's own `generate-key-pair`, without a passphrase: github.com/sigstore/sigstore-rs,
// tests/data/keys/cosign_generated_encrypted_empty_private.key.
constexpr const char* kCosignKey =
    "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
    "eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6\n"
    "OCwicCI6MX0sInNhbHQiOiJFY3pJR3Z0bnpFcCsxaEpudERnbGI1UnoxN3gwQVMy\n"
    "YklvWGRNcDQrU1NJPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94\n"
    "Iiwibm9uY2UiOiJtSVVKbG1OMzNINExvZ0dhaG5MamdmK3R4SmJwci93MCJ9LCJj\n"
    "aXBoZXJ0ZXh0IjoiM3FtS2FidXRuYm1WT1IvTkZGM2NDaUErTXp1WWQ5L0VERDVI\n"
    "MVlUSGhQVzZsSzAvdjVqdDZCQzlsME12NGV5am9qZkl0d3B6a2JJOXQrZGx5VXZ3\n"
    "VUgvMWZjbkFZT2dEdXRLQzkvSkNiOE02SVY2VHpVaDF5c0ZFWDFzeG9xb1FzeUpL\n"
    "bjM0UVlldFNlaVdDaGtmUHUyZXByQjFEV0pwekdzTGZIakxNVTkzOEdmNk1xM1A0\n"
    "N0ZSd2syZzY1cFZnSGMwVWV1L1N1OUs0Zmc9PSJ9\n"
    "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n";

TEST(Interoperability, OpensAKeyOfCosign) {
  const auto key = parse_private_key(kCosignKey, [] { return Result<Secret>(Secret{}); });
  ASSERT_TRUE(key) << key.error().message;
  const auto& signer = std::get<EcdsaPrivateKey>(*key);
  EXPECT_TRUE(signer.public_key().verify(as_bytes("x"), signer.sign(as_bytes("x")).value()));
  EXPECT_EQ(parse_private_key(kCosignKey, [] { return Result<Secret>(make_secret("wrong")); })
                .error()
                .code,
            ErrorCode::Denied);
}

}  // namespace
}  // namespace wherry::trust
