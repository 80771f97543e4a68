// A permit's revocation.
#include "harness.h"
#include "triclave/permit.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto revocation = read_revocation(input);
  REQUIRE(revocation ||
          fuzz::is_one_of(revocation.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}));
}
