#include "capsule/core.h"

#include <fmt/format.h>

#include "base/names.h"
#include "base/try.h"
#include "capsule/fields.h"
#include "format/capsule.pb.h"
#include "format/strict.h"

namespace triclave::capsule {

const CoreCompartment* Core::find(std::string_view compartment) const {
  for (const CoreCompartment& each : compartments)
    if (each.name == compartment) return &each;
  return nullptr;
}

Result<Core> parse_core(ByteView bytes) {
  //= SPEC LIM-01
  TRICLAVE_TRY_ASSIGN(const v1::Core message, format::parse_strict<v1::Core>(bytes, kMaxCore, "the capsule's core"));
  //= SPEC CAP-01
  if (message.suite() > kSuite)
    return fail(ErrorKind::unsupported,
                fmt::format("the capsule uses suite {}, this program knows suite {}: update the program",
                            message.suite(), kSuite));
  if (message.suite() == 0) return fail(ErrorKind::malformed, "the capsule names no suite");
  Core core;
  //= SPEC CAP-02
  TRICLAVE_TRY_ASSIGN(core.salt, fixed<32>(message.salt(), "the salt"));
  TRICLAVE_TRY_ASSIGN(core.producer, fixed<32>(message.producer(), "the producer's id"));
  TRICLAVE_TRY_ASSIGN(core.owner, fixed<32>(message.owner(), "the owner's id"));
  core.dataset = message.dataset();
  if (!is_name(core.dataset)) return fail(ErrorKind::malformed, "the capsule's dataset is not a name of [a-z0-9._-]");
  if (message.compartments_size() < 1 || message.compartments_size() > kMaxCompartments)
    return fail(ErrorKind::malformed, fmt::format("the capsule has {} compartments; 1 to {} are allowed",
                                                  message.compartments_size(), kMaxCompartments));
  for (const auto& each : message.compartments()) {
    if (!is_name(each.name()))
      return fail(ErrorKind::malformed, "a compartment's name in the capsule is not of [a-z0-9._-]");
    if (core.find(each.name()) != nullptr)
      return fail(ErrorKind::malformed, fmt::format("compartment {} stands twice in the capsule's core", each.name()));
    CoreCompartment compartment{each.name(), {}};
    TRICLAVE_TRY_ASSIGN(compartment.check, fixed<32>(each.check(), "a compartment's check"));
    core.compartments.push_back(std::move(compartment));
  }
  return core;
}

Bytes serialize_core(const Core& core) {
  v1::Core message;
  message.set_suite(kSuite);
  message.set_salt(to_field(core.salt));
  message.set_producer(to_field(core.producer));
  message.set_owner(to_field(core.owner));
  message.set_dataset(core.dataset);
  for (const CoreCompartment& each : core.compartments) {
    auto* compartment = message.add_compartments();
    compartment->set_name(each.name);
    compartment->set_check(to_field(each.check));
  }
  return format::serialize(message);
}

}  // namespace triclave::capsule
