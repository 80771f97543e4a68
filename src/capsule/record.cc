#include "capsule/record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/copy.h"
#include "base/integers.h"
#include "base/labels.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "capsule/derive.h"
#include "capsule/fields.h"
#include "format/capsule.pb.h"
#include "format/record.h"
#include "format/strict.h"

namespace triclave::capsule {
namespace {

constexpr std::size_t kBodyOffset = format::kPreambleSize + 4;
constexpr int kMaxWraps = 64;

//= SPEC CAP-08
Result<void> check_currents(const Capsule& capsule) {
  std::vector<bool> used(capsule.wraps.size(), false);
  for (const CoreCompartment& each : capsule.core.compartments) {
    const Wrap* wrap = capsule.current(each.name).wrap;
    if (wrap == nullptr)
      return fail(ErrorKind::malformed, fmt::format("no wrap of the capsule holds compartment {}", each.name));
    for (std::size_t i = 0; i < used.size(); ++i)
      if (&capsule.wraps[i].wrap == wrap) used[i] = true;
  }
  if (std::find(used.begin(), used.end(), false) != used.end())
    return fail(ErrorKind::malformed, "the capsule carries a wrap that a later one replaces entirely");
  return {};
}

}  // namespace

Capsule::Current Capsule::current(std::string_view compartment) const {
  if (core.find(compartment) == nullptr) return {};
  for (auto at = wraps.rbegin(); at != wraps.rend(); ++at)
    if (const WrapCompartment* found = at->wrap.find(compartment); found != nullptr) return {&at->wrap, found};
  return {};
}

Result<Capsule> parse_capsule(ByteView record) {
  TRICLAVE_TRY(format::check_preamble(record, format::RecordKind::capsule, "the capsule"));
  //= SPEC LIM-01, REC-04
  if (record.size() > kMaxRecord)
    return fail(ErrorKind::malformed, "the capsule is larger than the format allows (4 MiB)");
  if (record.size() < kBodyOffset) return fail(ErrorKind::malformed, "the capsule is cut short");
  const ByteView body = record.subspan(kBodyOffset);
  if (from_big_endian<std::uint32_t>(record.subspan(format::kPreambleSize)) != body.size())
    return fail(ErrorKind::malformed, "the capsule is cut short, or something stands behind its end");
  TRICLAVE_TRY_ASSIGN(const v1::Capsule message, format::parse_strict<v1::Capsule>(body, kMaxRecord, "the capsule"));
  Capsule out;
  out.core_part = {to_bytes(message.core()), to_bytes(message.core_signature())};
  TRICLAVE_TRY_ASSIGN(out.core, parse_core(out.core_part.bytes));
  out.id = capsule_id(out.core_part.bytes);
  if (message.wraps_size() < 1 || message.wraps_size() > kMaxWraps)
    return fail(ErrorKind::malformed,
                fmt::format("the capsule has {} wraps; 1 to {} are allowed", message.wraps_size(), kMaxWraps));
  for (const auto& each : message.wraps()) {
    SignedWrap wrap{{}, {to_bytes(each.wrap()), to_bytes(each.signature())}};
    TRICLAVE_TRY_ASSIGN(wrap.wrap, parse_wrap(wrap.part.bytes));
    //= SPEC CAP-05
    if (wrap.wrap.capsule_id != out.id)
      return fail(ErrorKind::forged, "a wrap in the capsule belongs to another capsule");
    //= SPEC CAP-08
    if (!out.wraps.empty() && wrap.wrap.generation <= out.highest_generation())
      return fail(ErrorKind::malformed, "the capsule's wraps are not in ascending order of their generations");
    for (const WrapCompartment& compartment : wrap.wrap.compartments)
      if (out.core.find(compartment.name) == nullptr)
        return fail(ErrorKind::malformed,
                    fmt::format("a wrap holds compartment {}, which the core does not list", compartment.name));
    out.wraps.push_back(std::move(wrap));
  }
  TRICLAVE_TRY(check_currents(out));
  return out;
}

Result<void> verify_signatures(const Capsule& capsule, const Policy& policy) {
  //= SPEC CAP-03
  if (capsule.core.dataset != policy.dataset())
    return fail(ErrorKind::forged,
                fmt::format("the capsule is of dataset {}, the policy of {}: use the dataset's own policy",
                            capsule.core.dataset, policy.dataset()));
  const auto producers = policy.producers();
  const auto producer = std::find_if(producers.begin(), producers.end(),
                                     [&](const Verifier& each) { return each.id() == capsule.core.producer; });
  if (producer == producers.end())
    return fail(ErrorKind::forged,
                fmt::format("capsule {} is signed by {}, whom the policy does not trust to produce dataset {}",
                            short_id(capsule.id), short_id(capsule.core.producer), capsule.core.dataset));
  const auto check = [](const Verifier& who, std::string_view role, const Signed& part,
                        std::string_view what) -> Result<void> {
    return who.verify(role, part.bytes, part.signature).map_error([&](Error error) {
      return Error{error.kind,
                   fmt::format("{}: {}", what, error.message),
                   {{who.name(), "its signature does not stand", error.kind}}};
    });
  };
  TRICLAVE_TRY(check(*producer, role::kCore, capsule.core_part, "the capsule's core is not what its producer signed"));
  //= SPEC CAP-05
  for (const SignedWrap& each : capsule.wraps) {
    if (each.wrap.generation == 0) {
      TRICLAVE_TRY(
          check(*producer, role::kWrap, each.part, "the capsule's first wrap is not what its producer signed"));
      continue;
    }
    if (policy.owner() == nullptr || policy.owner()->id() != capsule.core.owner)
      return fail(ErrorKind::forged, fmt::format("the capsule was rewrapped by owner {}, who is not the policy's owner",
                                                 short_id(capsule.core.owner)));
    TRICLAVE_TRY(
        check(*policy.owner(), role::kWrap, each.part,
              fmt::format("the capsule's wrap of generation {} is not what its owner signed", each.wrap.generation)));
  }
  return {};
}

Result<Bytes> serialize_capsule(const Signed& core, const std::vector<const Signed*>& wraps) {
  v1::Capsule message;
  message.set_core(to_field(core.bytes));
  message.set_core_signature(to_field(core.signature));
  for (const Signed* each : wraps) {
    auto* wrap = message.add_wraps();
    wrap->set_wrap(to_field(each->bytes));
    wrap->set_signature(to_field(each->signature));
  }
  const Bytes body = format::serialize(message);
  if (body.size() + kBodyOffset > kMaxRecord)
    return fail(ErrorKind::invalid_argument,
                "the capsule would be larger than 4 MiB: use fewer compartments or recipients");
  Bytes record;
  record.reserve(kBodyOffset + body.size());
  format::put_preamble(record, format::RecordKind::capsule);
  const auto length = big_endian(static_cast<std::uint32_t>(body.size()));
  record.insert(record.end(), length.begin(), length.end());
  record.insert(record.end(), body.begin(), body.end());
  return record;
}

std::string short_id(const Id& id) { return to_hex(ByteView(id).first(8)); }

}  // namespace triclave::capsule
