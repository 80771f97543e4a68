// A capsule record: a signed core and the signed wraps that are current for at least one compartment.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "capsule/core.h"
#include "capsule/wrap.h"
#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/policy.h"

namespace triclave::capsule {

inline constexpr std::size_t kMaxRecord = 4 * 1024 * 1024;

// Bytes and the signature over them, as received.
struct Signed {
  Bytes bytes;
  Bytes signature;
};

struct SignedWrap {
  Wrap wrap;
  Signed part;
};

struct Capsule {
  Id id;
  Core core;
  Signed core_part;
  std::vector<SignedWrap> wraps;  // by ascending generation

  std::uint32_t highest_generation() const { return wraps.back().wrap.generation; }

  struct Current {
    const Wrap* wrap = nullptr;
    const WrapCompartment* compartment = nullptr;
  };
  // The last wrap that holds the compartment; {} where the core does not list it.
  Current current(std::string_view compartment) const;
};

// Structure, strictness and limits; no signature is checked. Errors: malformed, unsupported, forged (a wrap of another
// capsule).
Result<Capsule> parse_capsule(ByteView record);

// The producer is one of the policy's, the dataset and the owner are the policy's, and every signature verifies.
// Errors: forged.
Result<void> verify_signatures(const Capsule& capsule, const Policy& policy);

Result<Bytes> serialize_capsule(const Signed& core, const std::vector<const Signed*>& wraps);

// How messages call a capsule: the first 16 hex digits of its id.
std::string short_id(const Id& id);

}  // namespace triclave::capsule
