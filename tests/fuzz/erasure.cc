// What an erasure certificate states, behind its signature; and what follows from it.
#include "capsule/erasure_statement.h"

#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto parsed = capsule::parse_erasure_statement(input);
  if (!parsed) return REQUIRE(fuzz::is_one_of(parsed.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
  REQUIRE(fuzz::same(capsule::serialize_erasure_statement(*parsed), input));
  for (const CompartmentVerdict& each : capsule::verdicts(*parsed)) {
    REQUIRE(each.dead || !each.quantum_dead);
    REQUIRE(each.dead == each.living.empty());
  }
  // With nobody's word nothing is dead.
  auto silent = *parsed;
  for (capsule::StatedKey& each : silent.keys) each.evidence.destroyed_by = DestroyedBy::nobody;
  for (const CompartmentVerdict& each : capsule::verdicts(silent)) REQUIRE(!each.dead);
}
