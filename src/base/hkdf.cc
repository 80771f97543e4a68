#include "base/hkdf.h"

#include <botan/kdf.h>

namespace triclave {

void hkdf_sha512(MutableBytes out, ByteView ikm, ByteView salt, ByteView info) {
  static thread_local const auto hkdf = Botan::KDF::create_or_throw("HKDF(SHA-512)");
  hkdf->derive_key(out, ikm, salt, info);
}

}  // namespace triclave
