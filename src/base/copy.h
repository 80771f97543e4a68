// A view's bytes, or a field's of a message, as bytes of one's own.
#pragma once

#include "triclave/bytes.h"

namespace triclave {

inline Bytes to_bytes(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
inline Bytes to_bytes(std::string_view field) { return {field.begin(), field.end()}; }

}  // namespace triclave
