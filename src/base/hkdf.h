// HKDF-SHA-512 (RFC 5869), extract and expand.
#pragma once

#include "triclave/bytes.h"

namespace triclave {

// Fills `out` (at most 255 * 64 bytes). `out` and `ikm` are the caller's guarded memory.
void hkdf_sha512(MutableBytes out, ByteView ikm, ByteView salt, ByteView info);

}  // namespace triclave
