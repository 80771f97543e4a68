#include "capsule/distribute.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/try.h"
#include "capsule/derive.h"
#include "capsule/share_tree.h"
#include "keys/hpke.h"
#include "triclave/mask_provider.h"

namespace triclave::capsule {
namespace {

// One HPKE set-up per recipient of the wrap, made when its first leaf is met.
class Setups {
 public:
  Setups(const Id& capsule_id, std::uint32_t generation, const Policy& policy)
      : capsule_id_(capsule_id), generation_(generation), policy_(policy) {}

  Result<const keys::HpkeContext*> context(const Id& key_id) {
    if (const auto found = setups_.find(key_id); found != setups_.end()) return &found->second.context;
    const Recipient* recipient = policy_.recipient(key_id);
    if (recipient == nullptr)
      return fail(ErrorKind::invalid_argument,
                  fmt::format("the public key of {} is missing: put its key file where the policy says",
                              policy_.recipient_name(key_id)));
    //= SPEC CAP-10
    TRICLAVE_TRY_ASSIGN(keys::Encapsulated setup,
                        keys::hpke_setup_sender(*recipient, wrap_info(capsule_id_, generation_, key_id)));
    return &setups_.emplace(key_id, std::move(setup)).first->second.context;
  }

  // By ascending key id, as the map is.
  std::vector<WrapRecipient> recipients() && {
    std::vector<WrapRecipient> out;
    for (auto& [key_id, setup] : setups_)
      out.push_back({key_id, policy_.recipient(key_id)->kem(), std::move(setup.enc)});
    return out;
  }

 private:
  const Id& capsule_id_;
  std::uint32_t generation_;
  const Policy& policy_;
  std::map<Id, keys::Encapsulated> setups_;
};

Result<WrapCompartment> wrap_compartment(const CompartmentSecret& each, const Id& capsule_id, std::uint32_t generation,
                                         const Policy& policy, Setups& setups) {
  WrapCompartment out;
  out.name = each.name;
  TRICLAVE_TRY_ASSIGN(out.policy_bytes, policy.compartment_policy(each.name));
  TRICLAVE_TRY_ASSIGN(out.policy, policy::parse_compartment_policy(out.policy_bytes));
  out.policy_hash = sha256(out.policy_bytes);
  out.places = policy::leaves(out.policy.tree);
  const std::vector<keys::Scalar> shares = split_along(each.secret, out.policy.tree);
  for (std::size_t i = 0; i < out.places.size(); ++i) {
    const policy::LeafAt& place = out.places[i];
    TRICLAVE_TRY_ASSIGN(const keys::HpkeContext* context, setups.context(place.key_id));
    const SecretBytes mask =
        context->export_secret(mask_context(policy.dataset(), each.name, place.path, out.policy_hash), kMaskSize);
    MaskedLeaf leaf{};
    std::transform(mask.view().begin(), mask.view().begin() + 32, shares[i].view().begin(), leaf.masked_share.begin(),
                   std::bit_xor<>());
    leaf.commitment = share_commitment({capsule_id, generation, policy.dataset(), each.name, place.path},
                                       mask.view().subspan(32), shares[i].view());
    out.leaves.push_back(leaf);
  }
  return out;
}

}  // namespace

Result<Wrap> make_wrap(const Id& capsule_id, std::uint32_t generation, const std::vector<CompartmentSecret>& secrets,
                       const Policy& policy, std::vector<Id> former) {
  Wrap wrap;
  wrap.capsule_id = capsule_id;
  wrap.generation = generation;
  wrap.former = std::move(former);
  Setups setups(capsule_id, generation, policy);
  for (const CompartmentSecret& each : secrets) {
    TRICLAVE_TRY_ASSIGN(WrapCompartment compartment, wrap_compartment(each, capsule_id, generation, policy, setups));
    wrap.compartments.push_back(std::move(compartment));
  }
  wrap.recipients = std::move(setups).recipients();
  if (wrap.recipients.size() > kMaxRecipients || wrap.former.size() > kMaxFormer)
    return fail(ErrorKind::invalid_argument,
                fmt::format("a wrap holds at most {} recipients and {} former keys", kMaxRecipients, kMaxFormer));
  //= SPEC CAP-13
  for (const Id& id : wrap.former)
    if (wrap.find(id) != nullptr)
      return fail(ErrorKind::invalid_argument, fmt::format("{} would be asked under a key that an earlier generation "
                                                           "used: give it a fresh key, or destroying the old "
                                                           "one would revoke nothing",
                                                           policy.recipient_name(id)));
  return wrap;
}

}  // namespace triclave::capsule
