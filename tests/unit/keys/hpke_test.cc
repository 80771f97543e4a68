#include "keys/hpke.h"

#include "support/result.h"
#include "unit/keys/vectors.h"

namespace triclave::keys {
namespace {

using testing::hex;

struct Export {
  std::string context, value;
};

void expect_exports(const HpkeSuite& suite, std::string_view shared_secret, std::string_view info,
                    const std::vector<Export>& exports) {
  const HpkeContext context(suite, hex(shared_secret), hex(info));
  for (const Export& each : exports)
    EXPECT_EQ(to_hex(context.export_secret(hex(each.context), each.value.size() / 2).view()), each.value);
}

// RFC 9180, appendix A.7.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, export-only, from the shared secret on.
TEST(Hpke, ExportsAsInTheRfc) {
  expect_exports({0x0020, Kdf::hkdf_sha256, Aead::export_only},
                 "e81716ce8f73141d4f25ee9098efc968c91e5b8ce52ffff59d64039e82918b66",
                 "4f6465206f6e2061204772656369616e2055726e",
                 {{"", "7a36221bd56d50fb51ee65edfd98d06a23c4dc87085aa5866cb7087244bd2a36"},
                  {"00", "d5535b87099c6c3ce80dc112a2671c6ec8e811a2f284f948cec6dd1708ee33f0"},
                  {"54657374436f6e74657874", "ffaabc85a776136ca0c378e5d084c9140ab552b78f039d2e8775f26efff4c70e"}});
}

// draft-ietf-hpke-pq, its one case with X-Wing (0x647A) and KDF 1; the AEAD is ChaCha20-Poly1305, whose number counts.
TEST(Hpke, ExportsForXWingAsInTheDraft) {
  expect_exports({0x647A, Kdf::hkdf_sha256, Aead{0x0003}},
                 "58200ed1f137bd95a921bb47f6aaecf2395b26f7fd24efd3a5ffae4849e8dea3",
                 "34663634363532303666366532303631323034373732363536333639363136653230353537323665",
                 {{"70736575646f72616e646f6d30", "5a78d37f40e078c17ef43fa40963f1ff7dcdee56e366da9099dc181c3eccaee5"},
                  {"70736575646f72616e646f6d34", "f77f100943595e59526fb9753401e57b86630f97ad99e6e9d73c8c272a4ad2f0"}});
}

// The vectors that accompany RFC 9180, of mode_base with HKDF-SHA256 and AES-256-GCM.
TEST(Hpke, SealsAndOpensAsInTheRfcsVectors) {
  const struct {
    std::uint16_t kem;
    std::string_view shared_secret, ciphertext;
  } cases[] = {{0x0020, "3101c54c3a4f87439eaac080699ed9bbcc726ffe44e860c0424ccb7e3e2ead7b",
                "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a"},
               {0x0010, "48893fecd82f7c3456af6a42d8f56325d21e08c10fa81299986aaff54cde7b49",
                "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f"}};
  const Bytes plaintext = hex("4265617574792069732074727574682c20747275746820626561757479");
  const Bytes aad = hex("436f756e742d30");
  for (const auto& each : cases) {
    const HpkeContext context({each.kem, Kdf::hkdf_sha256, Aead::aes_256_gcm}, hex(each.shared_secret),
                              hex("4f6465206f6e2061204772656369616e2055726e"));
    EXPECT_EQ(to_hex(context.seal(aad, plaintext)), each.ciphertext);
    Bytes opened(plaintext.size());
    EXPECT_OK(context.open(aad, hex(each.ciphertext), opened));
    EXPECT_EQ(opened, plaintext);
    EXPECT_FAILS(context.open({}, hex(each.ciphertext), opened), ErrorKind::forged);
    opened.pop_back();
    EXPECT_FAILS(context.open(aad, hex(each.ciphertext), opened), ErrorKind::malformed);
  }
}

TEST(Hpke, ExportsAsInThePackagesVectors) {
  std::size_t cases = 0;
  for (const char* name : {"HPKE/test-vectors.json", "HPKE/hpke-pq-test-vectors.json"}) {
    const auto file = testing::vector_file("TRICLAVE_PACKAGE_VECTORS", name);
    if (!file) continue;
    for (const auto& each : testing::read_json(*file)) {
      if (each["mode"] != 0 || each["kdf_id"] != 0x0001) continue;
      std::vector<Export> exports;
      for (const auto& one : each["exports"]) {
        ASSERT_EQ(one["exported_value"].get<std::string>().size(), one["L"].get<std::size_t>() * 2);
        exports.push_back({one["exporter_context"], one["exported_value"]});
      }
      expect_exports({each["kem_id"], Kdf::hkdf_sha256, Aead{each["aead_id"].get<std::uint16_t>()}},
                     each["shared_secret"].get<std::string>(), each["info"].get<std::string>(), exports);
      ++cases;
    }
  }
  if (std::getenv("TRICLAVE_PACKAGE_VECTORS") != nullptr) {
    EXPECT_GE(cases, 20U);
  } else {  // the length is bound into what is exported
    const HpkeContext context({0x647A}, hex(std::string(64, 'a')), {});
    const auto short_one = context.export_secret({}, 32);
    EXPECT_NE(to_hex(short_one.view()), to_hex(context.export_secret({}, 64).view().first(32)));
  }
}

struct HpkeSetup : ::testing::Test {
  Identity identity = Identity::generate("somebody");
  std::string exported(const HpkeContext& context) const { return to_hex(context.export_secret(hex("01"), 64).view()); }
};

TEST_F(HpkeSetup, GivesBothSidesTheSame) {
  const auto sender = hpke_setup_sender(identity.recipient(), hex("aabb"));
  ASSERT_OK(sender);
  EXPECT_EQ(sender->enc.size(), 1120U);
  const auto receiver = hpke_setup_receiver(identity, sender->enc, hex("aabb"));
  ASSERT_OK(receiver);
  EXPECT_EQ(exported(sender->context), exported(*receiver));
}

TEST_F(HpkeSetup, BindsInfoKeyAndContext) {
  const auto sender = hpke_setup_sender(identity.recipient(), hex("aabb"));
  ASSERT_OK(sender);
  const auto other_info = hpke_setup_receiver(identity, sender->enc, hex("aabc"));
  const auto other_key = hpke_setup_receiver(Identity::generate("another"), sender->enc, hex("aabb"));
  ASSERT_OK(other_info);
  ASSERT_OK(other_key);
  EXPECT_NE(exported(*other_info), exported(sender->context));
  EXPECT_NE(exported(*other_key), exported(sender->context));
  EXPECT_NE(to_hex(sender->context.export_secret(hex("02"), 64).view()), exported(sender->context));
}

TEST_F(HpkeSetup, IsNewEachTime) {
  const auto first = hpke_setup_sender(identity.recipient(), {});
  const auto second = hpke_setup_sender(identity.recipient(), {});
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_NE(first->enc, second->enc);
  EXPECT_NE(exported(first->context), exported(second->context));
}

TEST_F(HpkeSetup, RefusesAnEncOfAnotherSize) {
  for (const std::size_t size : {0U, 32U, 1119U, 1121U})
    EXPECT_FAILS(hpke_setup_receiver(identity, Bytes(size), {}), ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::keys
