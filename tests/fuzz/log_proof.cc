// The text of a proof that an entry stands in a log: parsed, and judged under a key that signed nothing of it.
#include "custodian/log/proof_text.h"
#include "custodian/log/tree_proof.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  static const LogKey key = *LogKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  const auto verified = verify_log_proof(key, as_bytes("entry"), as_text(input));
  REQUIRE(!verified && fuzz::is_one_of(verified.error(), {ErrorKind::malformed, ErrorKind::forged}));
  REQUIRE(!verify_receipt(key, as_text(input)));
  const auto proof = custodian::parse_proof(as_text(input));
  if (!proof) return REQUIRE(fuzz::is_one_of(proof.error(), {ErrorKind::malformed}));
  REQUIRE(format_proof(*proof) == as_text(input));
  // Hostile numbers against the arithmetic of trees; no path leads to a root of zeros.
  REQUIRE(!custodian::verify_inclusion(Id{1}, proof->index, ~proof->index, proof->path, Id{}));
  REQUIRE(!custodian::verify_inclusion(Id{1}, proof->index, proof->index + 1, proof->path, Id{}));
  REQUIRE(!custodian::verify_consistency(proof->index, Id{1}, ~proof->index, Id{}, proof->path));
}
