// What a store's keys may look like, whatever keeps the objects.
#pragma once

#include <string_view>

#include "triclave/error.h"

namespace triclave::store {

// Errors: invalid_argument.
Result<void> check_key(std::string_view key);

// Takes the next part off the front of a key that is in order.
std::string_view next_part(std::string_view& key) noexcept;

}  // namespace triclave::store
