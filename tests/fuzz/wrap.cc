// A wrap: its recipients, policies and masked shares.
#include "capsule/wrap.h"

#include <algorithm>

#include "capsule/core.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto wrap = capsule::parse_wrap(input);
  if (!wrap) return REQUIRE(fuzz::is_one_of(wrap.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
  REQUIRE(input.size() <= capsule::kMaxWrap);
  REQUIRE(!wrap->recipients.empty() && wrap->recipients.size() <= std::size_t{capsule::kMaxRecipients});
  REQUIRE(!wrap->compartments.empty() && wrap->compartments.size() <= std::size_t{capsule::kMaxCompartments});
  REQUIRE(wrap->former.size() <= std::size_t{capsule::kMaxFormer});
  for (const auto& each : wrap->recipients) REQUIRE(wrap->find(each.key_id) == &each && each.enc.size() == 1120);
  for (const Id& each : wrap->former) REQUIRE(wrap->find(each) == nullptr);
  for (const auto& each : wrap->compartments) {
    REQUIRE(wrap->find(each.name) == &each);
    REQUIRE(each.places.size() == each.leaves.size() && each.places.size() <= policy::kMaxLeaves);
    for (const auto& place : each.places)
      REQUIRE(wrap->find(place.key_id) != nullptr && place.path.size() < policy::kMaxLevels);
  }
  REQUIRE(fuzz::same(capsule::serialize_wrap(*wrap), input));
}
