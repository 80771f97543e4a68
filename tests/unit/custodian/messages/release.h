// One release between people made for tests: an authority's permit, a requester, a custodian with a key.
#pragma once

#include <chrono>

#include "base/random.h"
#include "custodian/messages/answer.h"
#include "custodian/messages/permit.h"
#include "policy/compartment_policy.h"
#include "support/result.h"

namespace triclave::custodian {

inline constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'850'000'000}};

struct Release : ::testing::Test {
  Identity custodian = Identity::generate("ovh");
  static const Signer& requester() {
    static const Signer signer = Signer::generate("researcher");
    return signer;
  }

  // As capsule/distribute makes it: the custodian's one leaf is the whole tree.
  Bytes policy = policy::serialize_compartment_policy({Id{9}, {}, 0, {custodian.recipient().id(), "OVHcloud", 0, {}}});
  MaskRequest asked = {Id{1},      2,
                       Kem::xwing, keys::xwing::encapsulate(custodian.recipient().public_key())->ciphertext,
                       "cohort",   {{"identifiers", {1, 2}, policy}, {"clinical", {}, policy}}};

  PendingRequest pending() const {
    return make_request(custodian.recipient().id(), Id{3}, random_array<16>(), kNow, asked, requester()).value();
  }
};

}  // namespace triclave::custodian
