// What reads a test vector: the keys, policy and memory that its lines give it. Tests of a stage judge what they know.
#pragma once

#include <botan/hash.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/labels.h"
#include "base/text_codec.h"
#include "keys/hybrid_signature.h"
#include "keys/identity.h"
#include "keys/key_file.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "support/vectors.h"
#include "triclave/opener.h"

namespace triclave::testing {

// The cast's signers have fixed seeds (tests/interop/vector_kit/cast.py).
inline keys::SigningKey signing_key(const std::string& name) {
  const auto shake = Botan::HashFunction::create_or_throw("SHAKE-256(512)");
  shake->update("triclave/v1/test-vectors/" + name);
  Secret<keys::kSigningSeedSize> seed;
  shake->final(seed.data());
  return keys::SigningKey(seed);
}

class VectorReader : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path write_private(const std::string& name, const std::string& content) const {
    const auto path = folder / name;
    write_file(path, content);
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
      write_file(folder / (role + ".pub"),
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
    EXPECT_EQ(kind_of(result), expected == "ok" ? "success" : expected) << text_of(result);
  }

  static std::string sha256_hex(ByteView bytes) { return to_hex(sha256(bytes)); }

  TempFolder folder;
  Vector vector = read_vector(GetParam());
};

}  // namespace triclave::testing
