// Records: the frame around everything that Triclave stores (SPEC.md, "Records").
#pragma once

#include <cstdint>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::format {

enum class RecordKind : std::uint16_t {
  capsule = 1,
  object = 2,
  table = 3,
  cells = 4,
  permit = 5,
  revocation = 6,
  erasure = 7
};

inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kPreambleSize = 12;  // "triclave", u16 kind, u16 version

// Appends the preamble of a record.
void put_preamble(Bytes& out, RecordKind kind);

// Checks the preamble of a record that should be of `kind`. Errors: malformed (not ours, cut short, another kind),
// unsupported (a newer version).
Result<void> check_preamble(ByteView bytes, RecordKind kind, std::string_view what);

}  // namespace triclave::format
