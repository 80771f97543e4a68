// A whole log computed again, and what forked, rolled back, split and damaged ones get.
#include "triclave/audit.h"

#include <gtest/gtest.h>

#include <fstream>

#include "custodian/log/checkpoint.h"
#include "logs.h"
#include "support/temp_folder.h"

namespace triclave::custodian {
namespace {

namespace fs = std::filesystem;

void overwrite(const fs::path& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class AuditTest : public ::testing::Test {
 protected:
  Result<Audit> audit(const AuditOptions& options = {}) {
    return audit_log(*log_folder(copy_), log_.signer.key(), options);
  }
  void copy() { log_.copy_to(copy_); }

  testing::TempFolder folder_;
  fs::path copy_ = folder_.path() / "copy";
  TestLog log_{folder_.path() / "log.db"};
};

TEST_F(AuditTest, AHonestLogPasses) {
  log_.add({release_of(1), refusal_of(2)});
  log_.grow_to(700);
  copy();
  std::vector<LogEntry> seen;
  AuditOptions options;
  options.each = [&](std::uint64_t index, const LogEntry& entry) {
    EXPECT_EQ(index, seen.size());
    seen.push_back(entry);
  };
  const auto result = audit(options);
  ASSERT_OK(result);
  EXPECT_EQ(result->checkpoint, log_.head());
  EXPECT_EQ(result->tiles, 3u + 3u + 1u);  // bundles, hashes, and a partial tile above
  ASSERT_EQ(seen.size(), 700u);
  EXPECT_EQ(seen[0], release_of(1));
  EXPECT_EQ(seen[1], refusal_of(2));
}

TEST_F(AuditTest, AnEmptyLogPasses) {
  log_.add({});
  copy();
  EXPECT_EQ(audit()->checkpoint.size, 0u);
}

TEST_F(AuditTest, WhatWasKeptAgrees) {
  log_.grow_to(300);
  AuditOptions kept;
  kept.receipts = {{"r7", log_.receipt(7)}, {"r299", log_.receipt(299)}};
  kept.checkpoints = {{"old", log_.table.checkpoint().value()}};
  log_.grow_to(520);
  kept.receipts.push_back({"r519", log_.receipt(519)});
  copy();
  const auto result = audit(kept);
  ASSERT_OK(result);
  EXPECT_EQ(result->receipts, 3u);
  EXPECT_EQ(result->checkpoints, 1u);
}

// Who shows one history to a requester and another to the auditor.
TEST_F(AuditTest, AForkedLogIsFoundByWhatWasKept) {
  TestLog other(folder_.path() / "other.db");
  log_.grow_to(10);
  other.grow_to(9);
  other.grow_to(400, 5000);
  log_.copy_to(folder_.path() / "early");
  log_.grow_to(420);
  copy();
  EXPECT_OK(audit());
  for (const auto& [index, what] : {std::pair{8u, "is signed over"}, std::pair{300u, "proves another entry"}}) {
    AuditOptions kept;
    kept.receipts = {{"mine.tlog-proof", other.receipt(index)}};
    const auto result = audit(kept);
    ASSERT_FAILS(result, ErrorKind::forged);
    EXPECT_EQ(result.error().culprits.at(0).who, "mine.tlog-proof");
    EXPECT_NE(result.error().text().find(what), std::string::npos) << result.error().text();
  }
  // Two checkpoints of one size: a split view.
  other.grow_to(420, 5000);
  AuditOptions split;
  split.checkpoints = {{"theirs", other.table.checkpoint().value()}};
  EXPECT_FAILS(audit(split), ErrorKind::forged);
}

TEST_F(AuditTest, ARolledBackLogIsFound) {
  log_.grow_to(30);
  copy();
  log_.grow_to(40);
  AuditOptions kept;
  kept.receipts = {{"r35", log_.receipt(35)}, {"r3", log_.receipt(3)}};
  const auto result = audit(kept);
  ASSERT_FAILS(result, ErrorKind::forged);
  EXPECT_EQ(result.error().culprits.size(), 2u);
  EXPECT_NE(result.error().text().find("rolled back"), std::string::npos);
}

TEST_F(AuditTest, KeptThingsOfAnotherLogAreRefused) {
  TestLog stranger(folder_.path() / "other.db", "ovh.example/triclave", 2);
  stranger.grow_to(3);
  log_.grow_to(3);
  copy();
  AuditOptions kept;
  kept.receipts = {{"r", stranger.receipt(1)}};
  EXPECT_FAILS(audit(kept), ErrorKind::forged);
  EXPECT_FAILS(audit_log(*log_folder(copy_), stranger.signer.key()), ErrorKind::forged);
  kept.receipts = {{"r", "garbage"}};
  EXPECT_FAILS(audit(kept), ErrorKind::malformed);
}

TEST_F(AuditTest, EveryDamagedFileIsFound) {
  log_.grow_to(600);
  copy();
  ASSERT_OK(audit());
  std::vector<fs::path> files;
  for (const auto& each : fs::recursive_directory_iterator(copy_))
    if (each.is_regular_file()) files.push_back(each.path());
  EXPECT_EQ(files.size(), 8u);
  for (const fs::path& file : files) {
    const std::string good = text_of(file);
    for (const std::size_t at : {std::size_t{0}, good.size() / 2, good.size() - 2}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      overwrite(file, bad);
      EXPECT_FALSE(audit()) << file << " " << at;
    }
    for (const std::string& bad :
         {good.substr(0, good.size() - 1), good.substr(0, good.size() / 2), good + "x", std::string()}) {
      overwrite(file, bad);
      EXPECT_FALSE(audit()) << file << " of " << bad.size();
    }
    fs::remove(file);
    EXPECT_FAILS(audit(), ErrorKind::io) << file;
    overwrite(file, good);
  }
  EXPECT_OK(audit());
}

// The custodian changes an old entry and everything that follows from it, but for what it signed.
TEST_F(AuditTest, ARewrittenEntryDoesNotFitTheSignedRoot) {
  log_.grow_to(20);
  const std::string signed_before = log_.table.checkpoint().value();
  ASSERT_OK(log_.database.run("UPDATE log SET entry = (SELECT entry FROM log WHERE idx = 3) WHERE idx = 4"));
  {
    const auto change = Transaction::begin(log_.database).value();
    EXPECT_FAILS(log_.table.rebuild(), ErrorKind::forged);
  }
  copy();
  EXPECT_FAILS(audit(), ErrorKind::forged);
}

TEST_F(AuditTest, AnEntryThatIsNoneIsRefused) {
  auto change = Transaction::begin(log_.database).value();
  ASSERT_OK(log_.table.append(as_bytes("garbage")));
  ASSERT_OK(log_.table.sign(log_.signer));
  ASSERT_OK(change.commit());
  copy();
  EXPECT_FAILS(audit(), ErrorKind::malformed);
}

TEST_F(AuditTest, AsksForCosignatures) {
  log_.grow_to(5);
  const auto witness = signer_of("orange.example/witness", LogKey::Type::witness, 2);
  const auto other = signer_of("hospital.example/witness", LogKey::Type::witness, 3);
  const std::string text = checkpoint_text(log_.head());
  ASSERT_OK(log_.table.add_cosignatures(5, witness.cosign(text, 1), {witness.key()}));
  copy();
  AuditOptions options;
  options.witnesses = {witness.key(), other.key()};
  options.cosignatures = 1;
  EXPECT_EQ(audit(options)->cosignatures, 1u);
  options.cosignatures = 2;
  EXPECT_FAILS(audit(options), ErrorKind::forged);
}

TEST_F(AuditTest, ACopyGoesIntoANewFolderOnly) {
  log_.grow_to(3);
  copy();
  LogTableFiles files(log_.table);
  EXPECT_FAILS(copy_log(files, copy_), ErrorKind::invalid_argument);
}

class CompareTest : public ::testing::Test {
 protected:
  Result<Comparison> compare(std::size_t at_least, bool third = true) {
    std::vector<ComparedLog> logs;
    for (TestLog* each : {&a_, &b_, &c_}) {
      if (each == &c_ && !third) continue;
      files_.push_back(std::make_unique<LogTableFiles>(each->table));
      logs.push_back({files_.back().get(), each->signer.key()});
    }
    return compare_logs(logs, at_least);
  }

  testing::TempFolder folder_;
  TestLog a_{folder_.path() / "a.db", "a.example/log", 1};
  TestLog b_{folder_.path() / "b.db", "b.example/log", 2};
  TestLog c_{folder_.path() / "c.db", "c.example/log", 3};
  std::vector<std::unique_ptr<LogFiles>> files_;
};

TEST_F(CompareTest, ReleasesThatEnoughCustodiansLogged) {
  a_.add({release_of(1), release_of(2)});
  b_.add({release_of(1), release_of(3)});
  c_.add({refusal_of(9), release_of(3), release_of(2)});
  const auto result = compare(2);
  ASSERT_OK(result);
  EXPECT_EQ(result->sessions, 3u);
  EXPECT_EQ(result->unmatched_count, 0u);
  EXPECT_EQ(result->audits.at(2).checkpoint.size, 3u);
}

TEST_F(CompareTest, AReleaseThatOneHidIsFound) {
  a_.add({release_of(1), release_of(2)});
  b_.add({release_of(1), refusal_of(2)});
  c_.add({});
  const auto result = compare(2);
  ASSERT_OK(result);
  EXPECT_EQ(result->sessions, 2u);
  ASSERT_EQ(result->unmatched_count, 1u);
  const UnmatchedSession& found = result->unmatched.at(0);
  EXPECT_EQ(found.session, Bytes(32, 2));
  EXPECT_EQ(found.entry, release_of(2));
  EXPECT_EQ(found.released_by, std::vector<std::string>{"a.example/log"});
  EXPECT_EQ(found.refused_by, std::vector<std::string>{"b.example/log"});
  EXPECT_EQ(compare(3)->unmatched_count, 2u);
}

TEST_F(CompareTest, ANonceThatOneAcceptedTwiceIsFound) {
  a_.add({release_of(1), release_of(1)});
  b_.add({release_of(1)});
  c_.add({});
  EXPECT_EQ(compare(2)->unmatched_count, 1u);
}

TEST_F(CompareTest, WhatCannotBeCompared) {
  a_.add({});
  b_.add({});
  EXPECT_FAILS(compare(3, false), ErrorKind::invalid_argument);
  EXPECT_FAILS(compare(0, false), ErrorKind::invalid_argument);
  LogTableFiles files(a_.table);
  EXPECT_FAILS(compare_logs({{&files, a_.signer.key()}, {&files, a_.signer.key()}}, 1), ErrorKind::invalid_argument);
  EXPECT_FAILS(compare_logs({{&files, b_.signer.key()}}, 1), ErrorKind::forged);
}

}  // namespace
}  // namespace triclave::custodian
