// The derivations of SPEC.md section 6: everything that binds a mask, a share and a data key to its place.
#pragma once

#include <array>
#include <string_view>

#include "base/guarded.h"
#include "keys/shamir.h"
#include "triclave/bytes.h"

namespace triclave::capsule {

// Where a leaf stands.
struct Place {
  const Id& capsule_id;
  std::uint32_t generation;
  std::string_view dataset;
  std::string_view compartment;
  ByteView path;
};

Id capsule_id(ByteView core);

// HPKE info of the set-up of one wrap and recipient.
Id wrap_info(const Id& capsule_id, std::uint32_t generation, const Id& key_id);

// HPKE exporter context of one leaf's mask.
Id mask_context(std::string_view dataset, std::string_view compartment, ByteView path, const Id& policy_hash);

// Commitment to a share; `rho` and `share` are secret.
Id share_commitment(const Place& place, ByteView rho, ByteView share);

struct DataKey {
  Secret<32> key;                      // K_c
  std::array<std::uint8_t, 32> check;  // check_c, public
};
DataKey data_key(const keys::Scalar& secret, ByteView core_salt, const Id& producer, std::string_view dataset,
                 std::string_view compartment);

}  // namespace triclave::capsule
