#include "capsule/create.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/labels.h"
#include "base/random.h"
#include "base/try.h"
#include "capsule/derive.h"
#include "capsule/distribute.h"
#include "capsule/record.h"

namespace triclave::capsule {
namespace {

Result<void> check_producer(const Policy& policy, const Signer& producer) {
  const auto producers = policy.producers();
  if (std::none_of(producers.begin(), producers.end(),
                   [&](const Verifier& each) { return each.id() == producer.verifier().id(); }))
    return fail(
        ErrorKind::invalid_argument,
        fmt::format(
            "{} is not among the producers that the policy trusts for dataset {}; nobody could open what it seals",
            producer.verifier().name(), policy.dataset()));
  if (policy.owner() == nullptr)
    return fail(ErrorKind::invalid_argument,
                "the owner's public key is missing: put its key file where the policy says");
  return {};
}

Signed sign(const Signer& signer, std::string_view role, Bytes bytes) {
  Bytes signature = signer.sign(role, bytes);
  return {std::move(bytes), std::move(signature)};
}

}  // namespace

Result<NewCapsule> create_capsule(const Policy& policy, const Signer& producer,
                                  std::span<const std::string> compartments) {
  TRICLAVE_TRY(check_producer(policy, producer));
  const auto now = std::chrono::system_clock::now();
  Core core{random_array<32>(), producer.verifier().id(), policy.owner()->id(), policy.dataset(), {}};
  NewCapsule out;
  std::vector<CompartmentSecret> secrets;
  for (const std::string& name : compartments) {
    if (core.find(name) != nullptr)
      return fail(ErrorKind::invalid_argument, fmt::format("compartment {} is asked for twice", name));
    //= SPEC POL-04
    TRICLAVE_TRY(policy.check_sealing(name, now));
    secrets.push_back({name, keys::random_scalar()});
    DataKey derived = data_key(secrets.back().secret, core.salt, core.producer, core.dataset, name);
    core.compartments.push_back({name, derived.check});
    out.keys.push_back({name, std::move(derived.key)});
  }
  const Signed core_part = sign(producer, role::kCore, serialize_core(core));
  out.id = capsule_id(core_part.bytes);
  TRICLAVE_TRY_ASSIGN(const Wrap wrap, make_wrap(out.id, 0, secrets, policy, {}));
  const Signed wrap_part = sign(producer, role::kWrap, serialize_wrap(wrap));
  TRICLAVE_TRY_ASSIGN(out.record, serialize_capsule(core_part, {&wrap_part}));
  return out;
}

}  // namespace triclave::capsule
