// A log in its database: appending, proofs, tiles, and what a changed database gets.
#include "custodian/log/log_table.h"

#include <gtest/gtest.h>

#include "base/merkle.h"
#include "base/text_codec.h"
#include "custodian/log/checkpoint.h"
#include "custodian/log/proof_text.h"
#include "logs.h"
#include "support/temp_folder.h"

namespace triclave::custodian {
namespace {

Bytes entry_of(std::size_t index) {
  const std::string text = "entry " + std::to_string(index);
  return Bytes(text.begin(), text.end());
}

class LogTableTest : public ::testing::Test {
 protected:
  void fill(std::size_t count) {
    auto change = Transaction::begin(database_).value();
    for (std::size_t i = 0; i < count; ++i) ASSERT_OK(log_.append(entry_of(log_.size().value())));
    ASSERT_OK(log_.sign(signer_));
    ASSERT_OK(change.commit());
  }

  Result<void> rebuild() {
    auto change = Transaction::begin(database_).value();
    const auto rebuilt = log_.rebuild();
    return rebuilt ? change.commit() : rebuilt;
  }

  testing::TempFolder folder_;
  NoteSigner signer_ = signer_of("ovh.example/triclave", LogKey::Type::log, 1);
  Database database_ = database_of(folder_.path() / "state.db", kLogSchema);
  LogTable log_ = LogTable::open(database_).value();
};

TEST_F(LogTableTest, EveryEntryIsProvenToWhoHasTheKey) {
  fill(1);
  fill(11);
  fill(300);
  for (const std::size_t index : {0u, 1u, 11u, 12u, 255u, 256u, 311u}) {
    const auto proof = log_.proof(index);
    ASSERT_OK(proof);
    const auto at = verify_log_proof(signer_.key(), entry_of(index), *proof);
    ASSERT_OK(at);
    EXPECT_EQ(at->index, index);
    EXPECT_EQ(at->checkpoint.size, 312u);
    EXPECT_FAILS(verify_log_proof(signer_.key(), entry_of(index + 1), *proof), ErrorKind::forged);
  }
  EXPECT_FAILS(log_.proof(312), ErrorKind::invalid_argument);
}

// A tree of 1,000 entries, as the recursive definition of RFC 6962 gives it in Python.
TEST_F(LogTableTest, RootAgreesWithPython) {
  fill(1000);
  const auto checkpoint = open_checkpoint(log_.checkpoint().value(), signer_.key());
  ASSERT_OK(checkpoint);
  EXPECT_EQ(to_hex(checkpoint->root), "346c6b9cb89c4b76fac9dcb20cda86e3a01c0a57417c139028eacd4538fde95b");
}

TEST_F(LogTableTest, WhatIsRolledBackLeavesNothing) {
  fill(5);
  const std::string before = log_.checkpoint().value();
  {
    auto change = Transaction::begin(database_).value();
    ASSERT_OK(log_.append(entry_of(77)));
    ASSERT_OK(log_.sign(signer_));
  }
  EXPECT_EQ(log_.size(), 5u);
  EXPECT_EQ(log_.checkpoint(), before);
  fill(1);
  EXPECT_OK(verify_log_proof(signer_.key(), entry_of(5), log_.proof(5).value()));
}

TEST_F(LogTableTest, BeginsWithItsPast) {
  fill(7);
  const auto old = open_checkpoint(log_.checkpoint().value(), signer_.key()).value();
  fill(600);
  const auto now = open_checkpoint(log_.checkpoint().value(), signer_.key()).value();
  EXPECT_OK(verify_consistency(old.size, old.root, now.size, now.root, log_.consistency(7, now.size).value()));
  EXPECT_FAILS(verify_consistency(old.size, now.root, now.size, now.root, log_.consistency(7, now.size).value()),
               ErrorKind::forged);
}

TEST_F(LogTableTest, AnEmptyLogHasACheckpointOnceSigned) {
  EXPECT_FAILS(log_.checkpoint(), ErrorKind::invalid_argument);
  fill(0);
  const auto empty = open_checkpoint(log_.checkpoint().value(), signer_.key());
  ASSERT_OK(empty);
  EXPECT_EQ(empty->size, 0u);
  EXPECT_FAILS(log_.file("tile/0/000"), ErrorKind::invalid_argument);
}

TEST_F(LogTableTest, Tiles) {
  fill(600);
  const Bytes tile = log_.file("tile/0/001").value();
  ASSERT_EQ(tile.size(), 256u * 32);
  const Id leaf = merkle_leaf(entry_of(257));
  EXPECT_TRUE(std::equal(leaf.begin(), leaf.end(), tile.begin() + 32));
  EXPECT_EQ(log_.file("tile/0/002.p/88").value().size(), 88u * 32);
  EXPECT_EQ(log_.file("tile/0/002.p/5").value().size(), 5u * 32);
  // A level above, each hash is that of a full tile below.
  const Bytes above = log_.file("tile/1/000.p/2").value();
  MerkleTree below;
  for (std::size_t i = 256; i < 512; ++i) below.add({entry_of(i)});
  const Id root = below.root();
  EXPECT_TRUE(std::equal(root.begin(), root.end(), above.begin() + 32, above.end()));
  const Bytes entries = log_.file("tile/entries/002.p/88").value();
  const auto bundle = parse_bundle(entries, 88);
  ASSERT_OK(bundle);
  EXPECT_EQ(as_text(bundle->at(87)), as_text(entry_of(599)));
  EXPECT_EQ(as_text(log_.file("checkpoint").value()), log_.checkpoint().value());
  for (const char* path : {"tile/0/002", "tile/0/002.p/89", "tile/0/003.p/1", "tile/1/000", "tile/2/000.p/1",
                           "tile/entries/003.p/1", "", "/checkpoint", "tile/0/../000"})
    EXPECT_FAILS(log_.file(path), ErrorKind::invalid_argument) << path;
}

TEST_F(LogTableTest, CosignaturesJoinTheCheckpointAndItsProofs) {
  fill(3);
  const auto witness = signer_of("orange.example/witness", LogKey::Type::witness, 2);
  const auto stranger = signer_of("else.example/witness", LogKey::Type::witness, 3);
  const std::string text = parse_note(log_.checkpoint().value()).value().text;
  const std::string lines = witness.cosign(text, 9) + stranger.cosign(text, 9);
  EXPECT_OK(log_.add_cosignatures(2, lines, {witness.key()}));  // not of this checkpoint: nothing happens
  EXPECT_EQ(count_cosignatures(log_.checkpoint().value(), {witness.key()}), 0u);
  ASSERT_OK(log_.add_cosignatures(3, lines, {witness.key()}));
  ASSERT_OK(log_.add_cosignatures(3, witness.cosign(text, 10), {witness.key()}));
  const std::string note = log_.checkpoint().value();
  EXPECT_EQ(parse_note(note).value().signatures.size(), 2u);
  EXPECT_EQ(verify_cosignature(parse_note(note).value(), witness.key()), 10u);
  EXPECT_EQ(parse_proof(log_.proof(1).value()).value().checkpoint, note);
  EXPECT_FAILS(log_.add_cosignatures(3, witness.cosign(text + "x", 9), {witness.key()}), ErrorKind::forged);
  EXPECT_FAILS(log_.add_cosignatures(3, "garbage", {witness.key()}), ErrorKind::malformed);
  EXPECT_OK(open_checkpoint(note, signer_.key()));
}

TEST_F(LogTableTest, HashesAreRebuiltFromTheRows) {
  fill(300);
  const Bytes tile = log_.file("tile/0/000").value();
  ASSERT_OK(database_.run("DELETE FROM log_node WHERE position > 3"));
  EXPECT_FAILS(log_.proof(7), ErrorKind::malformed);
  ASSERT_OK(rebuild());
  EXPECT_EQ(log_.file("tile/0/000"), tile);
  EXPECT_OK(verify_log_proof(signer_.key(), entry_of(7), log_.proof(7).value()));
}

TEST_F(LogTableTest, AChangedOrShortenedLogIsNoticed) {
  fill(300);
  ASSERT_OK(database_.run("UPDATE log SET entry = 'entry 8' WHERE idx = 7"));
  EXPECT_FAILS(rebuild(), ErrorKind::forged);
  ASSERT_OK(database_.run("UPDATE log SET entry = 'entry 7' WHERE idx = 7"));
  EXPECT_OK(rebuild());
  ASSERT_OK(database_.run("DELETE FROM log WHERE idx = 299"));
  EXPECT_FAILS(rebuild(), ErrorKind::forged);
  ASSERT_OK(database_.run("DELETE FROM log WHERE idx = 17"));
  EXPECT_FAILS(rebuild(), ErrorKind::malformed);
}

TEST_F(LogTableTest, AReceiptStandsForItself) {
  fill(9);
  const std::string receipt = make_receipt(entry_of(4), log_.proof(4).value()).value();
  const auto verified = verify_receipt(signer_.key(), receipt);
  ASSERT_OK(verified);
  EXPECT_EQ(verified->entry, entry_of(4));
  EXPECT_EQ(verified->at.index, 4u);
  EXPECT_FAILS(verify_receipt(signer_.key(), make_receipt(entry_of(5), log_.proof(4).value()).value()),
               ErrorKind::forged);
  EXPECT_FAILS(verify_receipt(signer_.key(), log_.proof(4).value()), ErrorKind::malformed);
}

}  // namespace
}  // namespace triclave::custodian
