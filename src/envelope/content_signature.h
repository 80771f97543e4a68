// The producer's signature over an object's content: Sig("object", M(H(header), u32 streams, root_0)), where root_0 is
// the RFC 6962 root over salt || commitment, then each encrypted chunk (SPEC.md section 7).
#pragma once

#include "base/merkle.h"
#include "cipher/cobblestone.h"
#include "triclave/bytes.h"

namespace triclave::envelope {

// Adds the chunks of a sealed run, the last of which may be short.
void add_run(MerkleTree& tree, ByteView sealed_run);

// What is signed for a byte object.
Bytes signed_content(const Id& header_hash, const Id& root);

}  // namespace triclave::envelope
