// The Merkle tree hash of RFC 6962, section 2.1, over entries that arrive one after the other, in memory that grows
// with the logarithm of their number.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/hash.h"
#include "triclave/bytes.h"

namespace triclave {

// The hash of one entry, and of what stands above two neighbours.
Id merkle_leaf(ByteView entry);
Id merkle_node(const Id& left, const Id& right);

class MerkleTree {
 public:
  // One entry, in pieces where the caller has it so.
  void add(std::initializer_list<ByteView> pieces);
  // One entry of which the hash is known.
  void add_leaf(const Id& hash);
  // The root over all entries so far.
  Id root() const;

 private:
  struct Subtree {
    Id hash;
    unsigned height;
  };
  std::vector<Subtree> subtrees_;  // perfect ones, of falling height: the binary digits of the entries' number
  Sha256 hash_;
};

}  // namespace triclave
