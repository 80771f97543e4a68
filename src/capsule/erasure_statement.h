// What an erasure certificate states, and what follows from it (SPEC.md, "Erasure").
#pragma once

#include <string>
#include <vector>

#include "policy/compartment_policy.h"
#include "triclave/bytes.h"
#include "triclave/erasure.h"
#include "triclave/error.h"

namespace triclave::capsule {

inline constexpr std::size_t kMaxErasure = 16 * 1024 * 1024;  // bytes of a record

struct StatedKey {
  std::uint32_t kem = 0;
  std::string name;
  KeyEvidence evidence;
};

struct StatedCompartment {
  std::string name;
  Bytes policy;
  std::vector<Id> released;  // ascending
  policy::Node tree;         // of `policy`
};

struct StatedWrap {
  std::uint32_t generation = 0;
  Id hash{};
  std::vector<StatedCompartment> compartments;
};

struct StatedCapsule {
  Id id{};
  std::vector<StatedWrap> wraps;  // by ascending generation, then hash
};

struct ErasureStatement {
  Id owner{};
  std::string dataset;
  std::uint64_t time = 0;
  std::vector<ErasureLog> logs;
  std::vector<StatedKey> keys;  // by ascending id
  std::vector<StatedCapsule> capsules;

  const StatedKey* find(const Id& key_id) const;
};

Result<ErasureStatement> parse_erasure_statement(ByteView bytes);
Bytes serialize_erasure_statement(const ErasureStatement& statement);

// What follows for each compartment.
std::vector<CompartmentVerdict> verdicts(const ErasureStatement& statement);

}  // namespace triclave::capsule
