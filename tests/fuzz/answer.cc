// A custodian's answer to a request of one item, sealed rightly or not.
#include "custodian/messages/answer.h"

#include "harness.h"

using namespace triclave;

namespace {

const custodian::PendingRequest& pending() {
  static const Signer requester = Signer::generate("requester");
  static const custodian::PendingRequest request =
      custodian::make_request(Id{1}, Id{2}, {}, std::chrono::sys_seconds{},
                              {Id{3}, 0, Kem::xwing, Bytes(1120), "cohort", {{"clinical", {}, {1}}}}, requester)
          .value();
  return request;
}

}  // namespace

FUZZ_TARGET(input) {
  Bytes out(kMaskSize, 0x5A);
  const auto opened = custodian::open_answer(pending(), input, out);
  REQUIRE(!opened && fuzz::is_one_of(opened.error(), {ErrorKind::malformed, ErrorKind::forged}));
  REQUIRE(out == Bytes(kMaskSize, 0x5A));
}
