// What an independent implementation, written from SPEC.md alone, says of good and bad files (tests/vectors).
#include "support/vectors.h"

#include <botan/hash.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <set>
#include <sstream>

#include "base/hash.h"
#include "base/labels.h"
#include "base/text_codec.h"
#include "capsule/gather.h"
#include "capsule/record.h"
#include "capsule/recover.h"
#include "keys/hybrid_signature.h"
#include "keys/identity.h"
#include "keys/key_file.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/opener.h"

namespace triclave {
namespace {

using testing::read_vector;
using testing::TempFolder;
using testing::Vector;

constexpr std::string_view kEveryKey[] = {
    "comment",         "type",     "rule", "expect",      "producer",   "owner",  "dataset",     "identity",
    "own-key",         "seen",     "ask",  "refused",     "capsule",    "object", "compartment", "capsule-id",
    "range",           "data-key", "file", "fingerprint", "passphrase", "public", "secret",      "plaintext-length",
    "plaintext-sha256"};

// The cast's signers have fixed seeds (tests/interop/vector_kit/cast.py).
keys::SigningKey signing_key(const std::string& name) {
  const auto shake = Botan::HashFunction::create_or_throw("SHAKE-256(512)");
  shake->update("triclave/v1/test-vectors/" + name);
  Secret<keys::kSigningSeedSize> seed;
  shake->final(seed.data());
  return keys::SigningKey(seed);
}

class Vectors : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path write_private(const std::string& name, const std::string& content) const {
    const auto path = folder / name;
    testing::write_file(path, content);
    ::chmod(path.c_str(), 0600);
    return path;
  }

  // The key file of the signer in the vector's line `role`.
  void write_signer(const std::string& role) const {
    if (!vector.has(role)) return;
    const Bytes wanted = vector.bytes(role);
    for (const std::string name : {"producer", "owner", "stranger"}) {
      const keys::SigningKey key = signing_key(name);
      if (key.public_key() != wanted) continue;
      testing::write_file(folder / (role + ".pub"),
                          keys::public_key_text(keys::KeyKind::signer_public, role, keys::signer_id(wanted), wanted,
                                                key.sign(role::kPossession, as_bytes(role))));
      return;
    }
    ADD_FAILURE() << role << " is nobody of the cast";
  }

  // What the vector's reader knows: a producer for one dataset, perhaps an owner.
  Policy policy() const {
    write_signer("producer");
    write_signer("owner");
    const std::string fact = "{ value: \"FR\" illustrative: true }";
    auto parsed =
        Policy::parse("version: 1 dataset: \"" + vector.one("dataset") +
                          "\" compartments { name: \"any\" access: \"nobody\" } recipients { name: \"nobody\" "
                          "role: CUSTODIAN operator: \"nobody\" key_file: \"nobody.pub\" country " +
                          fact + " owner_country " + fact +
                          " } signers { name: \"owner\" key_file: \"owner.pub\" roles: OWNER } "
                          "signers { name: \"producer\" key_file: \"producer.pub\" roles: PRODUCER }",
                      "vector.policy", folder.path());
    EXPECT_OK(parsed);
    return std::move(*parsed);
  }

  Identity identity_of(const std::string& seed_hex) const {
    const SecretBytes seed = secret_from_hex(seed_hex).value();
    const keys::xwing::PrivateKey key(Secret<32>::copy_of(seed.view().first<32>()));
    const Id id = Recipient::from_public_key(Kem::xwing, key.public_key(), seed_hex)->id();
    const SecretBytes text =
        keys::private_key_text(keys::KeyKind::recipient_private, to_hex(id), id, seed.view(), {}).value();
    auto loaded = Identity::load(write_private(to_hex(id), std::string(as_text(text.view()))));
    EXPECT_OK(loaded);
    return std::move(*loaded);
  }

  // Named by their key ids in hex.
  std::vector<std::unique_ptr<MaskProvider>> providers() const {
    std::vector<std::unique_ptr<MaskProvider>> out;
    for (const std::string& seed : vector.all("identity")) out.push_back(key_provider(identity_of(seed)));
    for (const std::string& own : vector.all("own-key")) {
      const Id id = Identity::import_own_key(own, "own")->recipient().id();
      out.push_back(key_provider(Identity::import_own_key(own, to_hex(id)).value()));
    }
    return out;
  }

  std::unique_ptr<GenerationMemory> memory(ByteView record) const {
    auto out = file_generation_memory(folder / "generations");
    const auto info = inspect_capsule(record);
    for (const std::string& line : vector.all("seen")) {
      const std::size_t space = line.find(' ');
      if (!info) continue;
      EXPECT_OK(out->remember(info->id, line.substr(0, space),
                              static_cast<std::uint32_t>(std::stoul(line.substr(space + 1)))));
    }
    return out;
  }

  template <class T>
  void expect_outcome(const Result<T>& result) const {
    const std::string expected = vector.one("expect");
    EXPECT_EQ(testing::kind_of(result), expected == "ok" ? "success" : expected) << testing::text_of(result);
  }

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

  static std::string sha256_hex(ByteView bytes) { return to_hex(sha256(bytes)); }

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

  TempFolder folder;
  Vector vector = read_vector(GetParam());
};

TEST_P(Vectors, IsJudgedAsItExpects) {
  for (const auto& line : vector.lines)
    EXPECT_THAT(kEveryKey, ::testing::Contains(line.first)) << "a key that this test does not know";
  const std::string type = vector.one("type");
  ASSERT_THAT(type, ::testing::AnyOf("capsule", "object", "keyfile"));
  expect_outcome(type == "capsule" ? judge_capsule() : type == "object" ? judge_object() : judge_key_file());
}

TEST(VectorsFolder, HoldsVectorsOfEveryType) {
  std::map<std::string, int> types;
  for (const std::string& name : testing::vector_names()) ++types[read_vector(name).one("type")];
  EXPECT_GT(types["capsule"], 50);
  EXPECT_GT(types["object"], 30);
  EXPECT_GT(types["keyfile"], 20);
}

INSTANTIATE_TEST_SUITE_P(All, Vectors, ::testing::ValuesIn(testing::vector_names()), [](const auto& each) {
  std::string name = each.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace triclave
