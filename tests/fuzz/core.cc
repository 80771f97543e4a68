// The core of a capsule.
#include "capsule/core.h"

#include "base/names.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto core = capsule::parse_core(input);
  if (!core) return REQUIRE(fuzz::is_one_of(core.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
  REQUIRE(input.size() <= capsule::kMaxCore);
  REQUIRE(is_name(core->dataset));
  REQUIRE(!core->compartments.empty() && core->compartments.size() <= std::size_t{capsule::kMaxCompartments});
  for (const auto& each : core->compartments) REQUIRE(is_name(each.name) && core->find(each.name) == &each);
  REQUIRE(fuzz::same(capsule::serialize_core(*core), input));
}
