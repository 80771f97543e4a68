#include "capsule/derive.h"

#include <algorithm>

#include "base/hash.h"
#include "base/hkdf.h"
#include "base/labels.h"
#include "base/message.h"

namespace triclave::capsule {

Id capsule_id(ByteView core) { return hash_of({label::kCore, core}); }

Id wrap_info(const Id& capsule_id, std::uint32_t generation, const Id& key_id) {
  return hash_of({label::kWrap, capsule_id, generation, key_id});
}

Id mask_context(std::string_view dataset, std::string_view compartment, ByteView path, const Id& policy_hash) {
  return hash_of({label::kMask, dataset, compartment, path, policy_hash});
}

Id share_commitment(const Place& place, ByteView rho, ByteView share) {
  return hash_of({label::kShare, place.capsule_id, place.generation, place.compartment, place.path, rho, share});
}

DataKey data_key(const keys::Scalar& secret, ByteView core_salt, const Id& producer, std::string_view dataset,
                 std::string_view compartment) {
  Secret<64> both;
  hkdf_sha512(both.mutable_view(), secret.view(), core_salt, M({label::kDataKey, producer, dataset, compartment}));
  DataKey out{Secret<32>::copy_of(both.view().first<32>()), {}};
  std::copy(both.view().begin() + 32, both.view().end(), out.check.begin());
  return out;
}

}  // namespace triclave::capsule
