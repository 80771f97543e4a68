// What a custodian answers: the masks, sealed for the request's one-use key (SPEC.md, "Answer").
#pragma once

#include "base/guarded.h"
#include "custodian/messages/request.h"

namespace triclave::custodian {

// mask || rho of each item, in order, under info and labels that are built here from the item's fields. `identity` is
// the key that the request names; whether it should answer was judged before. Errors: malformed.
Result<SecretBytes> export_masks(const Identity& identity, const Request& request);

// enc || ciphertext. Errors: malformed (the one-use key is none).
Result<Bytes> seal_answer(const Request& request, ByteView masks);

// Writes the masks into `out`, kMaskSize bytes an item. Errors: malformed (size), forged (not an answer to this
// request), invalid_argument (the room does not fit).
Result<void> open_answer(const PendingRequest& request, ByteView answer, MutableBytes out);

}  // namespace triclave::custodian
