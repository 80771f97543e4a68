// Proof that somebody holds a recipient's private key, which cannot sign (SPEC.md, "Proof of possession"): a registry
// challenges each recipient before it lists the key. Over a channel that tells who answers, for whoever relays a
// challenge to the key's holder gets the answer, too.
#pragma once

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/keys.h"

namespace triclave {

struct PossessionChallenge {
  Bytes enc;         // for the recipient
  Id answer_hash{};  // SHA-256 of the right answer, kept by the registry
};

// Errors: malformed (the recipient's public key).
TRICLAVE_EXPORT Result<PossessionChallenge> challenge_possession(const Recipient& recipient);

// The private key's answer. Errors: malformed (size of `enc`).
TRICLAVE_EXPORT Result<Id> answer_possession(const Identity& identity, ByteView enc);

TRICLAVE_EXPORT bool proves_possession(const PossessionChallenge& challenge, ByteView answer) noexcept;

}  // namespace triclave
