// Cobblestone-256 a second time, in the open and over other parts: HKDF of Botan, AES-256-GCM of Botan. For tests that
// need a message's keys.
#pragma once

#include <botan/aead.h>
#include <botan/kdf.h>

#include <algorithm>

#include "whole.h"

namespace triclave::cipher {

class Reference {
 public:
  Reference(const Secret<32>& input_key, ByteView context, ByteView salt_and_more) {
    const Bytes info = join({as_bytes("c2sp.org/chunked-encryption@v1+"), as_bytes("AEAD_AES_256_GCM"), Bytes{0},
                             salt_and_more.first(24), context});
    const auto hkdf = Botan::KDF::create_or_throw("HKDF-Expand(SHA-512)");
    okm_ = hkdf->derive_key(76, input_key.view(), {}, info);
  }

  ByteView key() const { return ByteView(okm_).first(32); }
  ByteView base_nonce() const { return ByteView(okm_).subspan(32, 12); }
  ByteView commitment() const { return ByteView(okm_).subspan(44); }

  Bytes nonce(std::uint64_t chunk) const {
    Bytes out(base_nonce().begin(), base_nonce().end());
    for (std::size_t i = 0; i < 8; ++i) out[11 - i] ^= static_cast<std::uint8_t>(chunk >> (8 * i));
    return out;
  }

  Bytes seal(std::uint64_t chunk, ByteView plain) const {
    const auto gcm = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::Cipher_Dir::Encryption);
    gcm->set_key(key());
    gcm->start(nonce(chunk));
    Bytes out(plain.begin(), plain.end());
    gcm->finish(out);
    return out;
  }

 private:
  Botan::secure_vector<std::uint8_t> okm_;
};

}  // namespace triclave::cipher
