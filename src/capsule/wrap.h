// A wrap: the shares of one generation, each masked for its recipient (SPEC.md section 6).
#pragma once

#include <array>
#include <string>
#include <vector>

#include "policy/compartment_policy.h"
#include "policy/tree.h"
#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/keys.h"

namespace triclave::capsule {

inline constexpr std::size_t kMaxWrap = 2 * 1024 * 1024;
inline constexpr int kMaxRecipients = 256;
inline constexpr int kMaxFormer = 1024;

struct WrapRecipient {
  Id key_id;
  Kem kem;
  Bytes enc;
};

struct MaskedLeaf {
  std::array<std::uint8_t, 32> masked_share;  // E
  std::array<std::uint8_t, 32> commitment;    // com
};

struct WrapCompartment {
  std::string name;
  Bytes policy_bytes;  // hashed as they stand
  Id policy_hash;
  policy::CompartmentPolicy policy;
  std::vector<policy::LeafAt> places;  // of the policy's tree, in written order
  std::vector<MaskedLeaf> leaves;      // one for each place
};

struct Wrap {
  Id capsule_id;
  std::uint32_t generation = 0;
  std::vector<WrapRecipient> recipients;  // by ascending key id
  std::vector<WrapCompartment> compartments;
  std::vector<Id> former;  // ascending

  const WrapCompartment* find(std::string_view compartment) const;
  const WrapRecipient* find(const Id& key_id) const;
};

Result<Wrap> parse_wrap(ByteView bytes);
Bytes serialize_wrap(const Wrap& wrap);

}  // namespace triclave::capsule
