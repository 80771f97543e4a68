// Proofs about the Merkle tree of RFC 6962, section 2.1: that an entry stands in it, and that a later tree begins with
// an earlier one.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::custodian {

// 2^62 entries: room for every sum that is made of sizes.
inline constexpr std::uint64_t kMaxTreeSize = std::uint64_t{1} << 62;
inline constexpr std::size_t kMaxProof = 63;  // hashes

// The hash above the entries [index << height, (index + 1) << height), all of which the tree has.
using NodeReader = std::function<Result<Id>(unsigned height, std::uint64_t index)>;

// Each reads O(log size) nodes. Errors: invalid_argument (no such entry or no such tree), the reader's.
Result<Id> tree_root(std::uint64_t size, const NodeReader& node);
Result<std::vector<Id>> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& node);
Result<std::vector<Id>> consistency_proof(std::uint64_t old_size, std::uint64_t size, const NodeReader& node);

// Errors: forged, with what does not fit.
Result<void> verify_inclusion(const Id& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Id>& proof,
                              const Id& root);
Result<void> verify_consistency(std::uint64_t old_size, const Id& old_root, std::uint64_t size, const Id& root,
                                const std::vector<Id>& proof);

}  // namespace triclave::custodian
