// What a capsule says to everybody. Reading it needs no key; believing it needs the producer's public key.
#pragma once

#include <string>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/policy.h"

namespace triclave {

struct CapsuleCompartment {
  std::string name;
  std::uint32_t generation = 0;  // of its current wrap
  std::string tree;              // "all(owner-org, 2 of (a, b, c))", leaves as operators
  std::vector<Id> recipients;    // key ids, in the tree's written order
  std::uint64_t expires = 0;     // seconds since 1970; 0: never
  Bytes policy;                  // as the wrap carries it
};

// The public content of a capsule record (SPEC.md section 6).
struct CapsuleInfo {
  Id id{};
  std::string dataset;
  Id producer{};
  Id owner{};
  std::vector<CapsuleCompartment> compartments;  // in the core's order
};

// Parses a capsule record without checking signatures. Errors: malformed, unsupported.
TRICLAVE_EXPORT Result<CapsuleInfo> inspect_capsule(ByteView record);

// Parses it and checks every signature against the policy's producers and owner. Errors: also forged.
TRICLAVE_EXPORT Result<CapsuleInfo> verify_capsule(ByteView record, const Policy& policy);

}  // namespace triclave
