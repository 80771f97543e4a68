#include "capsule/rewrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/labels.h"
#include "base/try.h"

namespace triclave::capsule {
namespace {

// The keys that a new wrap may not use again. The owner may keep its own: losing access is not what rewrapping is for.
std::vector<Id> spent_keys(const Capsule& capsule, const Policy& to) {
  std::set<Id> spent;
  for (const SignedWrap& each : capsule.wraps) {
    spent.insert(each.wrap.former.begin(), each.wrap.former.end());
    for (const WrapRecipient& recipient : each.wrap.recipients) spent.insert(recipient.key_id);
  }
  std::vector<Id> out;
  std::copy_if(spent.begin(), spent.end(), std::back_inserter(out), [&](const Id& id) { return !to.is_owner_key(id); });
  return out;
}

}  // namespace

Result<Bytes> rewrap(const Capsule& capsule, const std::vector<CompartmentSecret>& secrets, const Policy& to,
                     const Signer& owner) {
  if (owner.verifier().id() != capsule.core.owner)
    return fail(ErrorKind::invalid_argument,
                fmt::format("only the capsule's owner {} may rewrap it; {} is somebody else",
                            short_id(capsule.core.owner), owner.verifier().name()));
  if (to.dataset() != capsule.core.dataset)
    return fail(ErrorKind::invalid_argument,
                fmt::format("the capsule is of dataset {}, the new policy of {}", capsule.core.dataset, to.dataset()));
  const auto now = std::chrono::system_clock::now();
  for (const CompartmentSecret& each : secrets) TRICLAVE_TRY(to.check_sealing(each.name, now));  //= SPEC POL-04
  const std::uint32_t generation = capsule.highest_generation() + 1;
  if (generation == 0) return fail(ErrorKind::unsupported, "the capsule has used up its generations");
  TRICLAVE_TRY_ASSIGN(const Wrap wrap, make_wrap(capsule.id, generation, secrets, to, spent_keys(capsule, to)));
  Signed part{serialize_wrap(wrap), {}};
  part.signature = owner.sign(role::kWrap, part.bytes);

  // Earlier wraps stay only where they are still current for something.
  std::vector<const Signed*> wraps;
  for (const SignedWrap& each : capsule.wraps) {
    const bool is_current =
        std::any_of(capsule.core.compartments.begin(), capsule.core.compartments.end(), [&](const CoreCompartment& c) {
          return capsule.current(c.name).wrap == &each.wrap && wrap.find(c.name) == nullptr;
        });
    if (is_current) wraps.push_back(&each.part);
  }
  wraps.push_back(&part);
  return serialize_capsule(capsule.core_part, wraps);
}

}  // namespace triclave::capsule
