// What an independent implementation, written from SPEC.md alone, says of good and bad files (tests/vectors).
#include <set>
#include <sstream>

#include "capsule/gather.h"
#include "capsule/record.h"
#include "capsule/recover.h"
#include "support/vector_reader.h"

namespace triclave {
namespace {

constexpr std::string_view kEveryKey[] = {
    "comment",         "type",     "rule", "expect",      "producer",   "owner",  "dataset",     "identity",
    "own-key",         "seen",     "ask",  "refused",     "capsule",    "object", "compartment", "capsule-id",
    "range",           "data-key", "file", "fingerprint", "passphrase", "public", "secret",      "plaintext-length",
    "plaintext-sha256"};

class Vectors : public testing::VectorReader {
 protected:
  // Opens each compartment that the vector names; gives the first error, or checks what came out.
  Result<void> judge_capsule() const {
    const Bytes record = vector.bytes("capsule");
    const Policy trusted = policy();
    const auto seen = memory(record);
    Opener opener = Opener::make(trusted, {}, seen.get());
    if (auto added = opener.add_capsule(record); !added) return tl::unexpected(added.error());
    const auto capsule = capsule::parse_capsule(record).value();
    EXPECT_TRUE(!vector.has("capsule-id") || vector.one("capsule-id") == to_hex(capsule.id));
    std::set<std::string> keys;
    std::set<std::string> refused;
    const auto at_hand = providers();
    for (const std::string& name : vector.all("compartment")) {
      const auto current = capsule.current(name);
      if (current.wrap == nullptr) return fail(ErrorKind::forged, "no such compartment");
      const auto gathered = capsule::gather(
          capsule, *current.wrap, std::vector{name}, at_hand, [](const Id& id) { return to_hex(id); },
          vector.has("ask") ? capsule::Until::everyone_answered : capsule::Until::policy_is_met);
      for (const Culprit& each : gathered.report.failed)
        if (each.kind == ErrorKind::forged) refused.insert(each.who);
      auto recovered = capsule::recover(capsule, *current.compartment, gathered.compartments[0].known());
      if (!recovered) return tl::unexpected(recovered.error());
      keys.insert(name + " " + to_hex(recovered->key.view()));
    }
    const auto expected_keys = vector.all("data-key");
    EXPECT_EQ(keys, std::set<std::string>(expected_keys.begin(), expected_keys.end()));
    const auto expected_refused = vector.all("refused");
    EXPECT_EQ(refused, std::set<std::string>(expected_refused.begin(), expected_refused.end()));
    return {};
  }

  // Reads the whole object and the vector's ranges.
  Result<void> judge_object() const {
    const Bytes object = vector.bytes("object");
    const Policy trusted = policy();
    const auto seen = memory(vector.bytes("capsule"));
    Opener opener = Opener::make(trusted, providers(), seen.get());
    if (vector.has("capsule"))
      if (auto added = opener.add_capsule(vector.bytes("capsule")); !added) return tl::unexpected(added.error());
    auto source = opener.object(memory_source(object));
    if (!source) return tl::unexpected(source.error());
    Bytes plain;
    const auto sink = memory_sink(plain);
    if (auto copied = (*source)->copy_to(*sink); !copied) return tl::unexpected(copied.error());
    EXPECT_EQ(std::to_string(plain.size()), vector.one("plaintext-length"));
    EXPECT_EQ(sha256_hex(plain), vector.one("plaintext-sha256"));
    for (const std::string& line : vector.all("range")) {
      std::istringstream words(line);
      std::uint64_t offset = 0;
      std::size_t length = 0;
      std::string hash;
      words >> offset >> length >> hash;
      Bytes out(length);
      const auto got = (*source)->read_at(offset, out);
      EXPECT_OK(got);
      EXPECT_EQ(sha256_hex(ByteView(out).first(got.value_or(0))), hash) << line;
    }
    return {};
  }

  Result<void> judge_key_file() const {
    const Bytes file = vector.bytes("file");
    const std::string text(file.begin(), file.end());
    const std::string passphrase = vector.one("passphrase");
    const std::string fingerprint = vector.one("fingerprint");
    const auto says = [&](std::string_view kind) {
      return text.find("kind: " + std::string(kind) + "\n") != std::string::npos;
    };
    if (says("recipient-private")) {
      auto identity = Identity::load(write_private("key", text), passphrase);
      if (!identity) return tl::unexpected(identity.error());
      EXPECT_EQ(to_hex(identity->recipient().id()), fingerprint);
      EXPECT_EQ(to_hex(identity->impl().seed.view()), vector.one("secret"));
      return {};
    }
    if (says("signer-private")) {  // the id pins the secret: it is the hash of the public key that the seeds give
      auto signer = Signer::load(write_private("key", text), passphrase);
      if (!signer) return tl::unexpected(signer.error());
      EXPECT_EQ(to_hex(signer->verifier().id()), fingerprint);
      const SecretBytes seeds = secret_from_hex(vector.one("secret")).value();
      const keys::SigningKey expected(Secret<64>::copy_of(seeds.view().first<64>()));
      EXPECT_EQ(signer->verifier().public_key(), expected.public_key());
      return {};
    }
    if (says("signer-public")) {
      auto verifier = Verifier::parse(text, "vector");
      if (!verifier) return tl::unexpected(verifier.error());
      EXPECT_EQ(to_hex(verifier->id()), fingerprint);
      EXPECT_EQ(verifier->public_key(), vector.bytes("public"));
      return {};
    }
    auto recipient = Recipient::parse(text, "vector");
    if (!recipient) return tl::unexpected(recipient.error());
    EXPECT_EQ(to_hex(recipient->id()), fingerprint);
    EXPECT_EQ(recipient->public_key(), vector.bytes("public"));
    return {};
  }
};

TEST_P(Vectors, IsJudgedAsItExpects) {
  for (const auto& line : vector.lines)
    EXPECT_THAT(kEveryKey, ::testing::Contains(line.first)) << "a key that this test does not know";
  const std::string type = vector.one("type");
  ASSERT_THAT(type, ::testing::AnyOf("capsule", "object", "keyfile"));
  expect_outcome(type == "capsule" ? judge_capsule() : type == "object" ? judge_object() : judge_key_file());
}

TEST(VectorsFolder, HoldsVectorsOfEveryType) {
  std::map<std::string, std::size_t> types;
  for (const std::string& name : testing::vector_names()) ++types[testing::read_vector(name).one("type")];
  EXPECT_GT(types["capsule"], 50u);
  EXPECT_GT(types["object"], 30u);
  EXPECT_GT(types["keyfile"], 20u);
  EXPECT_GT(types["table"], 200u);
  EXPECT_GT(types["cells"], 20u);
  EXPECT_GT(types["release"], 20u);
  EXPECT_GT(types["erasure"], 40u);
  EXPECT_EQ(types.size(), 17u);
}

INSTANTIATE_TEST_SUITE_P(All, Vectors, ::testing::ValuesIn(testing::vector_names({"capsule", "object", "keyfile"})),
                         testing::test_name);

}  // namespace
}  // namespace triclave
