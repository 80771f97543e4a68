// Proof that somebody holds a recipient's private key, which cannot sign (SPEC.md, "Proof of possession"): a registry
// challenges each recipient before it lists the key. Over a channel that tells who answers: whoever relays a challenge
// to the key's holder gets the answer, too.
#pragma once

#include "base/guarded.h"
#include "triclave/keys.h"

namespace triclave::keys {

struct Challenge {
  Bytes enc;            // for the recipient
  Secret<32> expected;  // for the registry alone
};

// Errors: malformed (the recipient's public key).
Result<Challenge> challenge_possession(const Recipient& recipient);

// The private key's answer. Errors: malformed (size of `enc`).
Result<Secret<32>> answer_possession(const Identity& identity, ByteView enc);

// True where the answer is the expected one; compares in constant time.
bool proves_possession(const Challenge& challenge, ByteView answer) noexcept;

}  // namespace triclave::keys
