// A permit as a custodian handles it: the bytes that its hash and signature are over, and what they say.
#pragma once

#include "triclave/permit.h"

namespace triclave::custodian {

inline constexpr std::size_t kMaxPermitRecord = 16 * 1024;
inline constexpr int kMaxPermitCompartments = 64;
// Of dates: the end of the year 9999, which every calendar and integer on the way bears.
inline constexpr std::uint64_t kLatestSecond = 253'402'300'799;

// Parsed, its limits kept, its authority's id the key's; the signature is for verify_permit().
struct SignedPermit {
  Permit permit;
  Id hash{};  // H(permit), what requests name
  Verifier authority;
  Bytes bytes;  // as signed
  Bytes signature;
};

// Errors: malformed, unsupported, forged (the authority is another than the key's).
Result<SignedPermit> parse_permit(ByteView record);
// Errors: forged, malformed (a signature of the wrong size).
Result<void> verify_permit(const SignedPermit& permit);

}  // namespace triclave::custodian
