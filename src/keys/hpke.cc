#include "keys/hpke.h"

#include <botan/aead.h>
#include <botan/exceptn.h>
#include <botan/kdf.h>

#include <algorithm>

#include "base/integers.h"
#include "base/try.h"
#include "keys/identity.h"
#include "keys/xwing.h"

namespace triclave::keys {
namespace {

constexpr std::size_t kHashSize = 32;   // Nh of HKDF-SHA256, the only KDF in use
constexpr std::size_t kKeySize = 32;    // Nk of AES-256-GCM
constexpr std::size_t kNonceSize = 12;  // Nn
constexpr std::array<std::uint8_t, 1> kModeBase = {0x00};

Bytes concat(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Bytes out;
  out.reserve(size);
  for (const ByteView part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

std::array<std::uint8_t, 2> u16(auto value) { return big_endian(static_cast<std::uint16_t>(value)); }

// "HPKE-v1" || suite_id || label || rest. What the schedule puts there is public; secrets come in as salt or key.
Bytes labeled(const HpkeSuite& suite, std::string_view label, ByteView rest) {
  return concat(
      {as_bytes("HPKE-v1"), as_bytes("HPKE"), u16(suite.kem), u16(suite.kdf), u16(suite.aead), as_bytes(label), rest});
}

Secret<kHashSize> labeled_extract(const HpkeSuite& suite, ByteView salt, std::string_view label, ByteView ikm) {
  Secret<kHashSize> out;
  Botan::KDF::create_or_throw("HKDF-Extract(SHA-256)")
      ->derive_key(out.mutable_view(), labeled(suite, label, ikm), salt, {});
  return out;
}

void labeled_expand(const HpkeSuite& suite, ByteView key, std::string_view label, ByteView info, MutableBytes out) {
  const Bytes full = concat({u16(out.size()), labeled(suite, label, info)});
  Botan::KDF::create_or_throw("HKDF-Expand(SHA-256)")->derive_key(out, key, {}, full);
}

}  // namespace

HpkeContext::HpkeContext(HpkeSuite suite, ByteView shared_secret, ByteView info) : suite_(suite) {
  const auto psk_id_hash = labeled_extract(suite_, {}, "psk_id_hash", {});
  const auto info_hash = labeled_extract(suite_, {}, "info_hash", info);
  const Bytes context = concat({kModeBase, psk_id_hash.view(), info_hash.view()});
  const auto secret = labeled_extract(suite_, shared_secret, "secret", {});
  labeled_expand(suite_, secret.view(), "exp", context, exporter_secret_.mutable_view());
  if (suite_.aead != Aead::aes_256_gcm) return;
  key_ = SecretBytes(kKeySize);
  base_nonce_ = SecretBytes(kNonceSize);
  labeled_expand(suite_, secret.view(), "key", context, key_.mutable_view());
  labeled_expand(suite_, secret.view(), "base_nonce", context, base_nonce_.mutable_view());
}

SecretBytes HpkeContext::export_secret(ByteView exporter_context, std::size_t length) const {
  SecretBytes out(length);
  labeled_expand(suite_, exporter_secret_.view(), "sec", exporter_context, out.mutable_view());
  return out;
}

// The nonce of sequence number 0 is the base nonce.
Bytes HpkeContext::seal(ByteView aad, ByteView plaintext) const {
  const auto mode = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::Cipher_Dir::Encryption);
  mode->set_key(key_.view());
  mode->set_associated_data(aad);
  mode->start(base_nonce_.view());
  Botan::secure_vector<std::uint8_t> buffer(plaintext.begin(), plaintext.end());
  mode->finish(buffer);
  return {buffer.begin(), buffer.end()};
}

Result<void> HpkeContext::open(ByteView aad, ByteView ciphertext, MutableBytes plaintext) const {
  if (ciphertext.size() != plaintext.size() + kAeadTagSize)
    return fail(ErrorKind::malformed, "an HPKE message has another length than its plaintext and a tag");
  const auto mode = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::Cipher_Dir::Decryption);
  mode->set_key(key_.view());
  mode->set_associated_data(aad);
  mode->start(base_nonce_.view());
  Botan::secure_vector<std::uint8_t> buffer(ciphertext.begin(), ciphertext.end());
  try {
    mode->finish(buffer);
  } catch (const Botan::Invalid_Authentication_Tag&) {
    return fail(ErrorKind::forged, "an HPKE message does not open: it is not for this key, or was changed on its way");
  }
  std::copy(buffer.begin(), buffer.end(), plaintext.begin());
  return {};
}

//= SPEC CAP-10
Result<Encapsulated> hpke_setup_sender(const Recipient& recipient, ByteView info) {
  TRICLAVE_TRY_ASSIGN(auto made, xwing::encapsulate(recipient.public_key()));
  const HpkeSuite suite{static_cast<std::uint16_t>(recipient.kem())};
  return Encapsulated{std::move(made.ciphertext), HpkeContext(suite, made.shared_secret.view(), info)};
}

Result<HpkeContext> hpke_setup_receiver(const Identity& identity, ByteView enc, ByteView info) {
  TRICLAVE_TRY_ASSIGN(const auto secret, identity.impl().key.decapsulate(enc));
  const HpkeSuite suite{static_cast<std::uint16_t>(identity.recipient().kem())};
  return HpkeContext(suite, secret.view(), info);
}

}  // namespace triclave::keys
