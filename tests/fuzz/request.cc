// What a requester sends a custodian.
#include "custodian/messages/request.h"

#include "base/message.h"
#include "base/names.h"
#include "base/unix_time.h"
#include "harness.h"
#include "policy/tree.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto request = custodian::parse_request(input);
  if (!request) return REQUIRE(fuzz::is_one_of(request.error(), {ErrorKind::malformed}));
  REQUIRE(!request->items.empty() && request->items.size() <= custodian::kMaxRequestItems);
  std::vector<Bytes> items;
  for (const auto& each : request->items) {
    REQUIRE(is_name(each.dataset) && is_name(each.compartment) && each.path.size() < policy::kMaxLevels);
    items.push_back(
        M({each.capsule_id, each.generation, each.enc, each.dataset, each.compartment, each.path, each.policy}));
  }
  const auto time = unix_seconds(request->time);
  REQUIRE(M({request->key_id, request->permit_hash, request->nonce, time, request->one_use_key, M(items)}) ==
          Bytes(input.begin(), input.end()));
}
