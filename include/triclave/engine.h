// Which of the build's ciphers works in this process.
#pragma once

#include <string_view>

#include "triclave/export.h"

namespace triclave {

// "ipsec-mb", "botan" or "libsodium"; the same for the whole life of the process. All of them give the same bytes, at
// different speeds.
TRICLAVE_EXPORT std::string_view engine_name() noexcept;

}  // namespace triclave
