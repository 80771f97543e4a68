// Argon2id (RFC 9106): a key from a passphrase, slowly and with much memory, so that guessing costs the same.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/guarded.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::keys {

struct Argon2Parameters {
  std::uint32_t memory_kib = 0;  // m
  std::uint32_t passes = 0;      // t
  std::uint32_t lanes = 0;       // p
  std::array<std::uint8_t, 16> salt{};
};

inline constexpr std::uint32_t kMaxArgon2Memory = 2 * 1024 * 1024;  // KiB
inline constexpr std::uint32_t kMaxArgon2Passes = 16;
inline constexpr std::uint32_t kMaxArgon2Lanes = 64;

// Errors: unsupported (above the limits, t or p of 0, m below 8 p). To be asked before anything is allocated.
Result<void> check_argon2(const Argon2Parameters& parameters);

// `associated_data` and `key` are Argon2's own optional inputs; key files leave them empty.
// Errors: unsupported (as check_argon2), io (the memory cannot be had), invalid_argument (several lanes in a process that
// was forked after it had computed such).
Result<Secret<32>> argon2id(std::string_view passphrase, const Argon2Parameters& parameters,
                            ByteView associated_data = {}, ByteView key = {});

}  // namespace triclave::keys
