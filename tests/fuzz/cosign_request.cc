// What a log asks of a witness.
#include "base/text_codec.h"
#include "custodian/log/witness.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto request = custodian::parse_cosign_request(as_text(input));
  if (!request) return REQUIRE(fuzz::is_one_of(request.error(), {ErrorKind::malformed}));
  REQUIRE(request->old_size <= request->checkpoint.size && request->proof.size() <= custodian::kMaxProof);
  std::string again = "old " + std::to_string(request->old_size) + "\n";
  for (const Id& each : request->proof) again += to_base64(each) + "\n";
  again += "\n" + request->note.text + "\n";
  for (const auto& each : request->note.signatures) again += signature_line(each);
  REQUIRE(again == as_text(input));
  static const std::vector<LogKey> logs{
      *LogKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")};
  const auto known = check_watched(*request, logs);
  if (!known) REQUIRE(fuzz::is_one_of(known.error(), {ErrorKind::permit_refused, ErrorKind::forged}));
  if (known) REQUIRE(request->checkpoint.origin == logs[0].name());
}
