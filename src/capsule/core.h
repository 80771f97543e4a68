// The core of a capsule: what never changes, and what its id is the hash of (SPEC.md section 6).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::capsule {

inline constexpr std::uint32_t kSuite = 1;
inline constexpr std::size_t kMaxCore = 16 * 1024;
inline constexpr int kMaxCompartments = 64;

struct CoreCompartment {
  std::string name;
  std::array<std::uint8_t, 32> check;
};

struct Core {
  std::array<std::uint8_t, 32> salt;
  Id producer;
  Id owner;
  std::string dataset;
  std::vector<CoreCompartment> compartments;

  // Null where the core does not list it.
  const CoreCompartment* find(std::string_view compartment) const;
};

Result<Core> parse_core(ByteView bytes);
Bytes serialize_core(const Core& core);

}  // namespace triclave::capsule
