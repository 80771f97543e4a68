// The Merkle tree of RFC 6962 and its proofs.
#include "custodian/log/tree_proof.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/merkle.h"
#include "base/text_codec.h"
#include "support/result.h"

namespace triclave::custodian {
namespace {

Id id(std::string_view hex) {
  Id out{};
  const Bytes bytes = from_hex(hex).value();
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

std::vector<Id> ids(std::initializer_list<std::string_view> all) {
  std::vector<Id> out;
  for (const std::string_view each : all) out.push_back(id(each));
  return out;
}

// The entries and roots of Certificate Transparency's own tests (transparency-dev/merkle, testonly/constants.go).
const std::vector<std::string_view> kEntries = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string_view> kRoots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                              "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// A tree whose nodes are all computed from its leaves.
class Tree {
 public:
  explicit Tree(std::vector<Id> leaves) : leaves_(std::move(leaves)) {}
  static Tree of(std::size_t size) {
    std::vector<Id> leaves;
    for (std::size_t i = 0; i < size; ++i) leaves.push_back(merkle_leaf(as_bytes("entry " + std::to_string(i))));
    return Tree(leaves);
  }
  const Id& leaf(std::size_t index) const { return leaves_[index]; }
  NodeReader reader() const {
    return [this](unsigned height, std::uint64_t index) -> Result<Id> { return node(height, index); };
  }

 private:
  Id node(unsigned height, std::uint64_t index) const {
    return height == 0 ? leaves_[index] : merkle_node(node(height - 1, 2 * index), node(height - 1, 2 * index + 1));
  }
  std::vector<Id> leaves_;
};

Tree published() {
  std::vector<Id> leaves;
  for (const std::string_view each : kEntries) leaves.push_back(merkle_leaf(from_hex(each).value()));
  return Tree(leaves);
}

TEST(TreeProof, PublishedRoots) {
  const Tree tree = published();
  MerkleTree running;
  for (std::size_t size = 0; size < kRoots.size(); ++size) {
    EXPECT_EQ(tree_root(size, tree.reader()), id(kRoots[size])) << size;
    EXPECT_EQ(running.root(), id(kRoots[size])) << size;
    if (size < kEntries.size()) running.add_leaf(tree.leaf(size));
  }
}

// Of the same published tests.
TEST(TreeProof, PublishedProofs) {
  const Tree tree = published();
  EXPECT_EQ(inclusion_proof(5, 8, tree.reader()),
            ids({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(inclusion_proof(2, 3, tree.reader()),
            ids({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_EQ(inclusion_proof(0, 1, tree.reader()), ids({}));
  EXPECT_EQ(consistency_proof(6, 8, tree.reader()),
            ids({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(consistency_proof(2, 5, tree.reader()),
            ids({"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                 "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

// The roots and proofs of logs of 1 to 70 entries "entry 0", "entry 1", ..: the hash over all of them, as a Python
// transcription of RFC 6962's definitions (MTH, PATH, SUBPROOF) computes it.
TEST(TreeProof, AgreesWithTheDefinitionsInPython) {
  const Tree tree = Tree::of(70);
  Sha256 all;
  const auto add = [&](const std::vector<Id>& proof) {
    for (const Id& each : proof) all.update(each);
  };
  for (std::size_t size = 1; size <= 70; ++size) {
    all.update(tree_root(size, tree.reader()).value());
    for (std::size_t i = 0; i < size; ++i) add(inclusion_proof(i, size, tree.reader()).value());
    for (std::size_t i = 1; i <= size; ++i) add(consistency_proof(i, size, tree.reader()).value());
  }
  EXPECT_EQ(to_hex(all.finish()), "ba75159494c70868199ce9ce0651691e2d9eb0d84b00b0c7abe123251706aa25");
}

TEST(TreeProof, EveryProofVerifiesAndNoOtherDoes) {
  const Tree tree = Tree::of(20);
  for (std::size_t size = 1; size <= 20; ++size) {
    const Id root = tree_root(size, tree.reader()).value();
    for (std::size_t i = 0; i < size; ++i) {
      auto proof = inclusion_proof(i, size, tree.reader()).value();
      EXPECT_OK(verify_inclusion(tree.leaf(i), i, size, proof, root));
      EXPECT_FAILS(verify_inclusion(tree.leaf((i + 1) % 20), i, size, proof, root), ErrorKind::forged);
      EXPECT_FAILS(verify_inclusion(tree.leaf(i), size, size, proof, root), ErrorKind::forged);
      for (std::size_t other = 0; other < size; ++other)
        EXPECT_EQ(verify_inclusion(tree.leaf(i), other, size, proof, root).has_value(), other == i);
      for (Id& each : proof) {
        each[7] ^= 1;
        EXPECT_FAILS(verify_inclusion(tree.leaf(i), i, size, proof, root), ErrorKind::forged);
        each[7] ^= 1;
      }
      proof.push_back(root);
      EXPECT_FAILS(verify_inclusion(tree.leaf(i), i, size, proof, root), ErrorKind::forged);
      proof.pop_back();
      if (!proof.empty()) proof.pop_back();
      EXPECT_EQ(verify_inclusion(tree.leaf(i), i, size, proof, root).has_value(), size == 1);
    }
    for (std::size_t old = 0; old <= size; ++old) {
      const Id old_root = tree_root(old, tree.reader()).value();
      auto proof = consistency_proof(old, size, tree.reader()).value();
      EXPECT_OK(verify_consistency(old, old_root, size, root, proof)) << old << " " << size;
      Id forked = old_root;
      forked[0] ^= 1;
      EXPECT_FAILS(verify_consistency(old, forked, size, root, proof), ErrorKind::forged);
      EXPECT_FAILS(verify_consistency(size + 1, root, size, root, proof), ErrorKind::forged);
      for (Id& each : proof) {
        each[31] ^= 0x80;
        EXPECT_FAILS(verify_consistency(old, old_root, size, root, proof), ErrorKind::forged);
        each[31] ^= 0x80;
      }
      proof.push_back(root);
      EXPECT_FAILS(verify_consistency(old, old_root, size, root, proof), ErrorKind::forged);
      proof.pop_back();
      if (proof.empty()) continue;
      proof.pop_back();
      EXPECT_FAILS(verify_consistency(old, old_root, size, root, proof), ErrorKind::forged);
    }
  }
}

TEST(TreeProof, WhatATreeDoesNotHave) {
  const Tree tree = Tree::of(3);
  EXPECT_FAILS(inclusion_proof(3, 3, tree.reader()), ErrorKind::invalid_argument);
  EXPECT_FAILS(inclusion_proof(0, 0, tree.reader()), ErrorKind::invalid_argument);
  EXPECT_FAILS(consistency_proof(4, 3, tree.reader()), ErrorKind::invalid_argument);
  EXPECT_FAILS(tree_root(kMaxTreeSize + 1, tree.reader()), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace triclave::custodian
