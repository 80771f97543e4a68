// The public side of a capsule.
#include "base/try.h"
#include "capsule/record.h"
#include "capsule/recover.h"
#include "triclave/capsule.h"

namespace triclave {
namespace {

CapsuleInfo info_of(const capsule::Capsule& parsed) {
  CapsuleInfo out{parsed.id, parsed.core.dataset, parsed.core.producer, parsed.core.owner, {}};
  for (const auto& each : parsed.core.compartments) {
    const auto current = parsed.current(each.name);
    CapsuleCompartment compartment{each.name,
                                   current.wrap->generation,
                                   capsule::describe(current.compartment->policy.tree),
                                   {},
                                   current.compartment->policy.expires,
                                   current.compartment->policy_bytes};
    for (const auto& place : current.compartment->places) compartment.recipients.push_back(place.key_id);
    out.compartments.push_back(std::move(compartment));
  }
  return out;
}

}  // namespace

Result<CapsuleInfo> inspect_capsule(ByteView record) { return capsule::parse_capsule(record).map(info_of); }

Result<CapsuleInfo> verify_capsule(ByteView record, const Policy& policy) {
  TRICLAVE_TRY_ASSIGN(const capsule::Capsule parsed, capsule::parse_capsule(record));
  TRICLAVE_TRY(capsule::verify_signatures(parsed, policy));
  return info_of(parsed);
}

}  // namespace triclave
