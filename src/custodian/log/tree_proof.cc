#include "custodian/log/tree_proof.h"

#include <fmt/format.h>

#include <bit>

#include "base/merkle.h"
#include "base/try.h"

namespace triclave::custodian {
namespace {

// The largest power of two below `size`, which is at least 2: where RFC 6962 splits a tree.
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

// The hash above the entries [begin, begin + size), size > 0; begin is a multiple of the power of two that holds size.
Result<Id> range_root(std::uint64_t begin, std::uint64_t size, const NodeReader& node) {
  if (std::has_single_bit(size)) {
    const auto height = static_cast<unsigned>(std::countr_zero(size));
    return node(height, begin >> height);
  }
  const std::uint64_t left_size = split_of(size);
  TRICLAVE_TRY_ASSIGN(const Id left, range_root(begin, left_size, node));
  TRICLAVE_TRY_ASSIGN(const Id right, range_root(begin + left_size, size - left_size, node));
  return merkle_node(left, right);
}

// PATH(index, D[begin : begin + size]), the leaf's sibling first.
Result<void> path(std::uint64_t index, std::uint64_t begin, std::uint64_t size, const NodeReader& node,
                  std::vector<Id>& out) {
  if (size == 1) return {};
  const std::uint64_t left_size = split_of(size);
  const bool in_left = index < left_size;
  TRICLAVE_TRY(in_left ? path(index, begin, left_size, node, out)
                       : path(index - left_size, begin + left_size, size - left_size, node, out));
  TRICLAVE_TRY_ASSIGN(const Id sibling, in_left ? range_root(begin + left_size, size - left_size, node)
                                                : range_root(begin, left_size, node));
  out.push_back(sibling);
  return {};
}

// SUBPROOF(old_size, D[begin : begin + size], whole).
Result<void> subproof(std::uint64_t old_size, std::uint64_t begin, std::uint64_t size, bool whole,
                      const NodeReader& node, std::vector<Id>& out) {
  if (old_size == size) {
    if (whole) return {};
    TRICLAVE_TRY_ASSIGN(const Id known, range_root(begin, size, node));
    out.push_back(known);
    return {};
  }
  const std::uint64_t left_size = split_of(size);
  const bool in_left = old_size <= left_size;
  TRICLAVE_TRY(in_left ? subproof(old_size, begin, left_size, whole, node, out)
                       : subproof(old_size - left_size, begin + left_size, size - left_size, false, node, out));
  TRICLAVE_TRY_ASSIGN(const Id sibling, in_left ? range_root(begin + left_size, size - left_size, node)
                                                : range_root(begin, left_size, node));
  out.push_back(sibling);
  return {};
}

tl::unexpected<Error> no_consistency(std::uint64_t old_size, std::uint64_t size) {
  return fail(ErrorKind::forged,
              fmt::format("the log of {} entries does not begin with the one of {} that was signed earlier: it was "
                          "forked or rewritten; keep both checkpoints, they are the evidence",
                          size, old_size));
}

}  // namespace

Result<Id> tree_root(std::uint64_t size, const NodeReader& node) {
  if (size == 0) return sha256({});
  if (size > kMaxTreeSize) return fail(ErrorKind::invalid_argument, "a log has at most 2^62 entries");
  return range_root(0, size, node);
}

Result<std::vector<Id>> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& node) {
  if (index >= size || size > kMaxTreeSize)
    return fail(ErrorKind::invalid_argument, fmt::format("a log of {} entries has no entry {}", size, index));
  std::vector<Id> out;
  TRICLAVE_TRY(path(index, 0, size, node, out));
  return out;
}

Result<std::vector<Id>> consistency_proof(std::uint64_t old_size, std::uint64_t size, const NodeReader& node) {
  if (old_size > size || size > kMaxTreeSize)
    return fail(ErrorKind::invalid_argument,
                fmt::format("a log of {} entries cannot begin with one of {}", size, old_size));
  std::vector<Id> out;
  // Every tree begins with the empty one, and with itself.
  if (old_size != 0 && old_size != size) TRICLAVE_TRY(subproof(old_size, 0, size, true, node, out));
  return out;
}

// RFC 9162, section 2.1.3.2, which says for RFC 6962's tree how its proofs are verified.
Result<void> verify_inclusion(const Id& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Id>& proof,
                              const Id& root) {
  const auto refused = [&] {
    return fail(ErrorKind::forged,
                fmt::format("the proof that the entry has number {} in the log of {} entries fails", index, size));
  };
  if (index >= size) return refused();
  std::uint64_t at = index;
  std::uint64_t last = size - 1;
  Id hash = leaf;
  for (const Id& sibling : proof) {
    if (last == 0) return refused();
    if ((at & 1) != 0 || at == last) {
      hash = merkle_node(sibling, hash);
      while ((at & 1) == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = merkle_node(hash, sibling);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0 || hash != root) return refused();
  return {};
}

// RFC 9162, section 2.1.4.2.
Result<void> verify_consistency(std::uint64_t old_size, const Id& old_root, std::uint64_t size, const Id& root,
                                const std::vector<Id>& proof) {
  if (old_size > size) return no_consistency(old_size, size);
  if (old_size == 0 || old_size == size) {
    const bool same = old_size == 0 ? old_root == sha256({}) : old_root == root;
    if (!proof.empty() || !same) return no_consistency(old_size, size);
    return {};
  }
  std::uint64_t at = old_size - 1;
  std::uint64_t last = size - 1;
  const auto shift = std::countr_one(at);
  at >>= shift;
  last >>= shift;
  // Where the old tree is one full subtree, its root begins both computations and is not sent.
  const bool full = std::has_single_bit(old_size);
  if (!full && proof.empty()) return no_consistency(old_size, size);
  Id old_hash = full ? old_root : proof.front();
  Id hash = old_hash;
  for (std::size_t i = full ? 0 : 1; i < proof.size(); ++i) {
    if (last == 0) return no_consistency(old_size, size);
    if ((at & 1) != 0 || at == last) {
      old_hash = merkle_node(proof[i], old_hash);
      hash = merkle_node(proof[i], hash);
      while ((at & 1) == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = merkle_node(hash, proof[i]);
    }
    at >>= 1;
    last >>= 1;
  }
  if (last != 0 || old_hash != old_root || hash != root) return no_consistency(old_size, size);
  return {};
}

}  // namespace triclave::custodian
