// Hex and base64 (RFC 4648), strict: no white space, no missing padding, no stray bits. Secrets decode straight into
// guarded memory, in time that does not depend on their value.
#pragma once

#include <string>
#include <string_view>

#include "base/guarded.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave {

std::string to_hex(ByteView bytes);
std::string to_base64(ByteView bytes);

Result<Bytes> from_hex(std::string_view text);
Result<Bytes> from_base64(std::string_view text);

Result<SecretBytes> secret_from_hex(std::string_view text);
Result<SecretBytes> secret_from_base64(std::string_view text);

}  // namespace triclave
