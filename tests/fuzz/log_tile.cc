// Paths and bundles of a log, a whole log made of hostile files, and what a witness answers. The first byte is a
// bundle's width.
#include "custodian/log/tile_path.h"
#include "custodian/log/witness.h"
#include "harness.h"

using namespace triclave;

namespace {

// Every file of the log is the input.
class SameFile final : public LogFiles {
 public:
  explicit SameFile(ByteView content) : content_(content.begin(), content.end()) {}
  Result<Bytes> read(const std::string&) override { return content_; }

 private:
  Bytes content_;
};

}  // namespace

FUZZ_TARGET(input) {
  if (input.empty()) return;
  const auto path = custodian::parse_tile_path(as_text(input));
  if (path) REQUIRE(format_tile_path(*path) == as_text(input));
  if (!path) REQUIRE(fuzz::is_one_of(path.error(), {ErrorKind::invalid_argument}));
  const auto answer = custodian::parse_cosign_answer(as_text(input));
  if (!answer) REQUIRE(fuzz::is_one_of(answer.error(), {ErrorKind::malformed}));
  SameFile files(input);
  static const LogKey key = *LogKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  REQUIRE(!audit_log(files, key));
  const std::uint64_t width = input[0] + 1u;
  const auto entries = custodian::parse_bundle(input.subspan(1), width);
  if (!entries) return REQUIRE(fuzz::is_one_of(entries.error(), {ErrorKind::malformed}));
  Bytes again;
  for (const ByteView each : *entries) custodian::put_bundled(again, each);
  REQUIRE(entries->size() == width && fuzz::same(again, input.subspan(1)));
}
