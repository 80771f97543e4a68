// An entry of a custodian's log.
#include "custodian/log/entry.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto entry = parse_log_entry(input);
  if (!entry) return REQUIRE(fuzz::is_one_of(entry.error(), {ErrorKind::malformed}));
  const auto again = custodian::serialize_log_entry(*entry);
  REQUIRE(again && fuzz::same(*again, input));
}
