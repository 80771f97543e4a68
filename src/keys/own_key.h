// "Bring your own key": 32 bytes that an owner made become an X-Wing seed.
#pragma once

#include "base/guarded.h"
#include "keys/xwing.h"
#include "triclave/error.h"

namespace triclave::keys {

using OwnKey = Secret<32>;

// From 64 hex digits or 44 characters of base64. Errors: invalid_argument (anything else, or all bytes alike).
Result<OwnKey> own_key_from_text(std::string_view text);
// From what a file holds: the 32 bytes, or one line of text. Errors: as above.
Result<OwnKey> own_key_from_file(ByteView content);

// HKDF-SHA-512(ikm = key, salt "", info = M("triclave/v1/own-key"), 32).
Secret<xwing::kSeedSize> xwing_seed(const OwnKey& key);

}  // namespace triclave::keys
