// What the state says about a request that is otherwise in order. Asked in the transaction that logs the answer, so that
// two requests at once cannot both be the last one of a permit, or the same.
#pragma once

#include "custodian/service/database.h"
#include "custodian/service/judge.h"

namespace triclave::custodian {

class Admission {
 public:
  // `database` must outlive it.
  static Result<Admission> prepare(const Database& database);

  // Takes note of the nonce and counts the release. Errors: permit_refused (replayed, of a time before the restore,
  // revoked, not approved, used up; the key destroyed), policy_refused (a generation below the capsule's floor), io.
  Result<void> admit(const Judged& judged, std::uint64_t refuse_until);

 private:
  Result<void> check_key(const HeldKey& key);
  Result<void> check_floors(const Request& request);
  Result<void> check_permit(const SignedPermit& permit);
  Result<void> note_nonce(const Request& request);

  Statement nonce_, key_, permit_, count_, floor_;
};

}  // namespace triclave::custodian
