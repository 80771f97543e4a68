// A permit's record.
#include "custodian/messages/permit.h"

#include "base/hash.h"
#include "base/names.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto permit = custodian::parse_permit(input);
  if (!permit)
    return REQUIRE(fuzz::is_one_of(permit.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}));
  REQUIRE(input.size() <= custodian::kMaxPermitRecord);
  const PermitTerms& terms = permit->permit.terms;
  REQUIRE(is_name(terms.dataset) && is_text(terms.purpose, kMaxPurpose));
  REQUIRE(!terms.compartments.empty() && terms.compartments.size() <= std::size_t{custodian::kMaxPermitCompartments});
  REQUIRE(terms.not_before <= terms.not_after);
  REQUIRE(permit->authority.id() == permit->permit.authority && permit->hash == sha256(permit->bytes));
  REQUIRE(check_covers(permit->permit, terms.dataset, terms.compartments, terms.not_after));
  const auto verified = custodian::verify_permit(*permit);
  REQUIRE(verified || fuzz::is_one_of(verified.error(), {ErrorKind::malformed, ErrorKind::forged}));
}
