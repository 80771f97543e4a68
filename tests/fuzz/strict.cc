// Strict messages: what is accepted is the one encoding of what was read.
#include "format/strict.h"

#include "format/capsule.pb.h"
#include "format/object.pb.h"
#include "format/policy.pb.h"
#include "harness.h"

using namespace triclave;

namespace {

template <class Message>
void check(ByteView bytes) {
  const auto message = format::parse_strict<Message>(bytes, 1 << 20, "the input");
  if (message)
    REQUIRE(fuzz::same(format::serialize(*message), bytes));
  else
    REQUIRE(fuzz::is_one_of(message.error(), {ErrorKind::malformed}));
}

}  // namespace

// The first byte chooses the message.
FUZZ_TARGET(input) {
  static constexpr void (*kChecks[])(ByteView) = {
      check<v1::Capsule>,      check<v1::Core>,  check<v1::Wrap>,       check<v1::CompartmentPolicy>,
      check<v1::ObjectHeader>, check<v1::Rules>, check<v1::PolicyNode>,
  };
  if (!input.empty()) kChecks[input[0] % std::size(kChecks)](input.subspan(1));
}
