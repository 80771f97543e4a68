#include "base/merkle.h"

#include <array>

namespace triclave {
namespace {

constexpr std::array<std::uint8_t, 1> kLeafPrefix = {0x00};
constexpr std::array<std::uint8_t, 1> kNodePrefix = {0x01};

Id node(Sha256& hash, const Id& left, const Id& right) {
  hash.update(kNodePrefix);
  hash.update(left);
  hash.update(right);
  return hash.finish();
}

}  // namespace

Id merkle_leaf(ByteView entry) {
  Sha256 hash;
  hash.update(kLeafPrefix);
  hash.update(entry);
  return hash.finish();
}

Id merkle_node(const Id& left, const Id& right) {
  Sha256 hash;
  return node(hash, left, right);
}

void MerkleTree::add(std::initializer_list<ByteView> pieces) {
  hash_.update(kLeafPrefix);
  for (const ByteView piece : pieces) hash_.update(piece);
  add_leaf(hash_.finish());
}

void MerkleTree::add_leaf(const Id& hash) {
  Subtree added{hash, 0};
  while (!subtrees_.empty() && subtrees_.back().height == added.height) {
    added = {node(hash_, subtrees_.back().hash, added.hash), added.height + 1};
    subtrees_.pop_back();
  }
  subtrees_.push_back(added);
}

Id MerkleTree::root() const {
  if (subtrees_.empty()) return sha256({});
  Sha256 hash;
  Id root = subtrees_.back().hash;
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;) root = node(hash, subtrees_[i].hash, root);
  return root;
}

}  // namespace triclave
