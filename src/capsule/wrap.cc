#include "capsule/wrap.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/copy.h"
#include "base/hash.h"
#include "base/names.h"
#include "base/try.h"
#include "capsule/core.h"
#include "capsule/fields.h"
#include "format/capsule.pb.h"
#include "format/strict.h"

namespace triclave::capsule {
namespace {

constexpr std::size_t kXWingEncSize = 1120;

tl::unexpected<Error> damaged(std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("the capsule is damaged: {}", why));
}

//= SPEC KEY-02
Result<WrapRecipient> parse_recipient(const v1::WrapRecipient& message) {
  WrapRecipient out{};
  TRICLAVE_TRY_ASSIGN(out.key_id, fixed<32>(message.key_id(), "a recipient's key id"));
  if (message.kem() != static_cast<std::uint32_t>(Kem::xwing))
    return fail(
        ErrorKind::unsupported,
        fmt::format("a recipient of the capsule uses KEM {:#06x}, which this program does not know", message.kem()));
  out.kem = Kem::xwing;
  if (message.enc().size() != kXWingEncSize) return damaged("an encapsulated key has a wrong size");
  out.enc = to_bytes(message.enc());
  return out;
}

Result<WrapCompartment> parse_compartment(const v1::WrapCompartment& message) {
  WrapCompartment out;
  out.name = message.name();
  if (!is_name(out.name)) return damaged("a compartment's name is not of [a-z0-9._-]");
  out.policy_bytes = to_bytes(message.policy());
  TRICLAVE_TRY_ASSIGN(out.policy, policy::parse_compartment_policy(out.policy_bytes));
  out.policy_hash = sha256(out.policy_bytes);
  out.places = policy::leaves(out.policy.tree);
  //= SPEC CAP-07
  if (static_cast<std::size_t>(message.leaves_size()) != out.places.size())
    return damaged(fmt::format("compartment {} has {} masked shares for {} leaves", out.name, message.leaves_size(),
                               out.places.size()));
  for (const auto& each : message.leaves()) {
    MaskedLeaf leaf{};
    TRICLAVE_TRY_ASSIGN(leaf.masked_share, fixed<32>(each.masked_share(), "a masked share"));
    TRICLAVE_TRY_ASSIGN(leaf.commitment, fixed<32>(each.commitment(), "a commitment"));
    out.leaves.push_back(leaf);
  }
  return out;
}

//= SPEC CAP-06, CAP-09
Result<void> check_recipients(const Wrap& wrap) {
  const auto by_id = [](const WrapRecipient& a, const WrapRecipient& b) { return a.key_id >= b.key_id; };
  if (std::adjacent_find(wrap.recipients.begin(), wrap.recipients.end(), by_id) != wrap.recipients.end())
    return damaged("recipients are not in ascending order, or one stands twice");
  std::vector<bool> used(wrap.recipients.size(), false);
  for (const WrapCompartment& compartment : wrap.compartments)
    for (const policy::LeafAt& place : compartment.places) {
      const WrapRecipient* recipient = wrap.find(place.key_id);
      if (recipient == nullptr)
        return damaged(fmt::format("compartment {} names a key that is no recipient", compartment.name));
      used[static_cast<std::size_t>(recipient - wrap.recipients.data())] = true;
    }
  if (std::find(used.begin(), used.end(), false) != used.end()) return damaged("a recipient stands at no leaf");
  if (std::adjacent_find(wrap.former.begin(), wrap.former.end(), std::greater_equal<>()) != wrap.former.end())
    return damaged("former keys are not in ascending order, or one stands twice");
  for (const Id& former : wrap.former)
    if (wrap.find(former) != nullptr) return damaged("a former key is a recipient again");
  return {};
}

}  // namespace

const WrapCompartment* Wrap::find(std::string_view compartment) const {
  for (const WrapCompartment& each : compartments)
    if (each.name == compartment) return &each;
  return nullptr;
}

const WrapRecipient* Wrap::find(const Id& key_id) const {
  const auto at = std::lower_bound(recipients.begin(), recipients.end(), key_id,
                                   [](const WrapRecipient& each, const Id& id) { return each.key_id < id; });
  return at != recipients.end() && at->key_id == key_id ? &*at : nullptr;
}

Result<Wrap> parse_wrap(ByteView bytes) {
  //= SPEC LIM-01
  TRICLAVE_TRY_ASSIGN(const v1::Wrap message, format::parse_strict<v1::Wrap>(bytes, kMaxWrap, "a wrap of the capsule"));
  if (message.recipients_size() < 1 || message.recipients_size() > kMaxRecipients ||
      message.former_size() > kMaxFormer || message.compartments_size() < 1 ||
      message.compartments_size() > kMaxCompartments)
    return damaged("a wrap has too few or too many recipients or compartments");
  Wrap wrap;
  TRICLAVE_TRY_ASSIGN(wrap.capsule_id, fixed<32>(message.capsule_id(), "a wrap's capsule id"));
  wrap.generation = message.generation();
  for (const auto& each : message.recipients()) {
    TRICLAVE_TRY_ASSIGN(WrapRecipient recipient, parse_recipient(each));
    wrap.recipients.push_back(std::move(recipient));
  }
  for (const auto& each : message.compartments()) {
    TRICLAVE_TRY_ASSIGN(WrapCompartment compartment, parse_compartment(each));
    if (wrap.find(compartment.name) != nullptr)
      return damaged(fmt::format("compartment {} stands twice in a wrap", compartment.name));
    wrap.compartments.push_back(std::move(compartment));
  }
  for (const auto& each : message.former()) {
    TRICLAVE_TRY_ASSIGN(const Id id, fixed<32>(each, "a former key id"));
    wrap.former.push_back(id);
  }
  TRICLAVE_TRY(check_recipients(wrap));
  return wrap;
}

Bytes serialize_wrap(const Wrap& wrap) {
  v1::Wrap message;
  message.set_capsule_id(to_field(wrap.capsule_id));
  message.set_generation(wrap.generation);
  for (const WrapRecipient& each : wrap.recipients) {
    auto* recipient = message.add_recipients();
    recipient->set_key_id(to_field(each.key_id));
    recipient->set_kem(static_cast<std::uint32_t>(each.kem));
    recipient->set_enc(to_field(each.enc));
  }
  for (const WrapCompartment& each : wrap.compartments) {
    auto* compartment = message.add_compartments();
    compartment->set_name(each.name);
    compartment->set_policy(to_field(each.policy_bytes));
    for (const MaskedLeaf& masked : each.leaves) {
      auto* leaf = compartment->add_leaves();
      leaf->set_masked_share(to_field(masked.masked_share));
      leaf->set_commitment(to_field(masked.commitment));
    }
  }
  for (const Id& each : wrap.former) message.add_former(to_field(each));
  return format::serialize(message);
}

}  // namespace triclave::capsule
