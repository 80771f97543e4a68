// Permits: what a dataset's authority signs to let a requester open compartments, for a purpose and until a date. Every
// custodian judges the same permit by itself. Written and read as records of at most 16 KiB (SPEC.md, "Permits").
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/keys.h"

namespace triclave {

using PermitId = std::array<std::uint8_t, 16>;

struct PermitTerms {
  Id requester{};  // signer id of whose requests it covers
  std::string dataset;
  std::vector<std::string> compartments;  // in any order
  std::string purpose;                    // 1 to 256 bytes of UTF-8 without control characters
  std::chrono::sys_seconds not_before{};  // the first second at which it holds
  std::chrono::sys_seconds not_after{};   // the last one
  std::uint32_t most_releases = 0;        // by each custodian; 0: no limit
  bool needs_approval = false;            // each custodian's own officer approves it first
};

struct Permit {
  PermitId id{};
  Id authority{};  // signer id of who issued it
  PermitTerms terms;
};

struct Revocation {
  Id authority{};
  PermitId permit{};
  std::chrono::sys_seconds time{};
};

// A new permit's record. Errors: invalid_argument (a name, the purpose or the dates are none; compartments missing,
// twice, or more than 64).
TRICLAVE_EXPORT Result<Bytes> issue_permit(const PermitTerms& terms, const Signer& authority);

// What a record says, once its signature is verified under the key that it carries. Whether that authority may open
// anything is for the compartment's policy to say: compare `authority` with it. Errors: malformed, unsupported, forged.
TRICLAVE_EXPORT Result<Permit> read_permit(ByteView record);

// The record that tells custodians to honour a permit no longer. Errors: invalid_argument (another authority's permit).
TRICLAVE_EXPORT Result<Bytes> revoke_permit(const Permit& permit, const Signer& authority,
                                            std::chrono::sys_seconds now);
// As read_permit.
TRICLAVE_EXPORT Result<Revocation> read_revocation(ByteView record);

// Whether the permit opens these compartments of the dataset at `now`. Errors: permit_refused, whose message says what
// is missing.
TRICLAVE_EXPORT Result<void> check_covers(const Permit& permit, std::string_view dataset,
                                          const std::vector<std::string>& compartments, std::chrono::sys_seconds now);

}  // namespace triclave
