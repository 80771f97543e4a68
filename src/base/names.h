// What a name may look like (SPEC.md, "Names").
#pragma once

#include <string_view>

namespace triclave {

inline constexpr std::size_t kMaxName = 64;           // bytes
inline constexpr std::size_t kMaxObjectName = 1024;   // bytes
inline constexpr std::size_t kMaxPurpose = 256;       // bytes, of a permit

bool is_utf8(std::string_view text) noexcept;

// Datasets, compartments and what a policy file calls its recipients: 1 to 64 bytes of [a-z0-9._-].
bool is_name(std::string_view text) noexcept;

// Other names: UTF-8 without control characters, 1 to `most` bytes; compared as bytes.
bool is_text(std::string_view text, std::size_t most) noexcept;

}  // namespace triclave
