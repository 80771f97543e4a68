// HPKE (RFC 9180), base mode: key schedule and secret export. The KEM gives a shared secret; KDF and AEAD ids are
// parameters because the KEM's own and the ciphersuite's may differ and because answers of custodians use an AEAD.
#pragma once

#include <cstdint>

#include "base/guarded.h"
#include "triclave/bytes.h"
#include "triclave/keys.h"

namespace triclave::keys {

enum class Kdf : std::uint16_t { hkdf_sha256 = 0x0001 };
enum class Aead : std::uint16_t { aes_256_gcm = 0x0002, export_only = 0xFFFF };
inline constexpr std::size_t kAeadTagSize = 16;

struct HpkeSuite {
  std::uint16_t kem;
  Kdf kdf = Kdf::hkdf_sha256;
  Aead aead = Aead::export_only;
};

// A context in mode_base with empty psk and psk_id.
class HpkeContext {
 public:
  // KeySchedule(mode_base, shared_secret, info).
  HpkeContext(HpkeSuite suite, ByteView shared_secret, ByteView info);
  // Context.Export(exporter_context, L), L <= 255 * 32.
  SecretBytes export_secret(ByteView exporter_context, std::size_t length) const;

  // Context.Seal(aad, plaintext) and Context.Open(aad, ciphertext) of sequence number 0, for suites with AES-256-GCM:
  // nothing here sends a second message under one context. Errors: forged.
  Bytes seal(ByteView aad, ByteView plaintext) const;
  Result<void> open(ByteView aad, ByteView ciphertext, MutableBytes plaintext) const;

 private:
  HpkeSuite suite_;
  Secret<32> exporter_secret_;
  SecretBytes key_, base_nonce_;  // of an AEAD; empty in export-only suites
};

struct Encapsulated {
  Bytes enc;
  HpkeContext context;
};

// SetupBaseS to a recipient's public key with fresh randomness.
Result<Encapsulated> hpke_setup_sender(const Recipient& recipient, ByteView info);
// SetupBaseR with a private key. Errors: malformed (enc of the wrong size), unsupported.
Result<HpkeContext> hpke_setup_receiver(const Identity& identity, ByteView enc, ByteView info);

}  // namespace triclave::keys
