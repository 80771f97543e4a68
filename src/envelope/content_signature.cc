#include "envelope/content_signature.h"

#include <algorithm>

#include "base/message.h"

namespace triclave::envelope {

void add_run(MerkleTree& tree, ByteView sealed_run) {
  while (!sealed_run.empty()) {
    const std::size_t size = std::min(sealed_run.size(), cipher::kSealedChunkSize);
    tree.add({sealed_run.first(size)});
    sealed_run = sealed_run.subspan(size);
  }
}

Bytes signed_content(const Id& header_hash, const Id& root) { return M({header_hash, std::uint32_t{1}, root}); }

}  // namespace triclave::envelope
