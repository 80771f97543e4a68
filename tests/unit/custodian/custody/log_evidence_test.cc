#include <gmock/gmock.h>

#include "support/temp_folder.h"
#include "triclave/erasure.h"
#include "unit/custodian/log/logs.h"

namespace triclave::custodian {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Id key(std::uint8_t number) {
  Id out;
  out.fill(number);
  return out;
}

LogEntry about(LogEntryKind kind, std::uint8_t key_number, std::uint64_t time) {
  LogEntry out;
  out.kind = kind;
  out.time = time;
  if (kind == LogEntryKind::started) return out;
  out.key_id = Bytes(32, key_number);
  out.dataset = "pmsi-2025";
  out.owner = Bytes(32, 9);
  out.epoch = 1;
  return out;
}

// A release of clinical and identifiers by this key.
LogEntry released(std::uint8_t key_number, std::string dataset = "pmsi-2025") {
  LogEntry out = release_of(7);
  out.key_id = Bytes(32, key_number);
  out.dataset = std::move(dataset);
  return out;
}

class LogEvidence : public ::testing::Test {
 protected:
  Result<ErasureEvidence> read(const std::vector<LogEntry>& entries, std::vector<Id> keys = {key(1), key(2)}) {
    log.add(entries);
    ErasureEvidence out;
    LogTableFiles files(log.table);
    auto added = add_log_evidence(out, files, log.signer.key(), "pmsi-2025", keys);
    if (!added) return tl::unexpected(added.error());
    return out;
  }
  testing::TempFolder folder;
  TestLog log{folder / "log.db"};
};

TEST_F(LogEvidence, AKeysEndIsFoundWithItsPlace) {
  const auto found = read({about(LogEntryKind::key_created, 1, 10), about(LogEntryKind::key_created, 2, 11),
                           about(LogEntryKind::key_destroyed, 1, 12)});
  ASSERT_OK(found);
  ASSERT_EQ(found->keys.size(), 1u);
  EXPECT_EQ(found->keys[0].key_id, key(1));
  EXPECT_EQ(found->keys[0].destroyed_by, DestroyedBy::log);
  EXPECT_EQ(found->keys[0].destroyed, 12u);
  EXPECT_EQ(found->keys[0].entry, 2u);
  EXPECT_EQ(found->keys[0].log, "ovh.example/triclave");
  EXPECT_THAT(found->released, IsEmpty());
  ASSERT_EQ(found->logs.size(), 1u);
  EXPECT_EQ(found->logs[0].size, 3u);
  EXPECT_EQ(found->logs[0].root, log.head().root);
  EXPECT_THAT(found->created, ElementsAre(key(1), key(2)));
}

TEST_F(LogEvidence, ALogThatBeginsLaterSaysSo) {
  const auto found = read({about(LogEntryKind::started, 0, 9), about(LogEntryKind::key_destroyed, 1, 12)});
  ASSERT_OK(found);
  EXPECT_EQ(found->keys.size(), 1u);
  EXPECT_THAT(found->created, IsEmpty());
}

TEST_F(LogEvidence, ReleasesOfTheDatasetCount) {
  const auto found = read({released(1), released(2, "another"), about(LogEntryKind::key_destroyed, 1, 12)});
  ASSERT_OK(found);
  std::vector<std::string> compartments;
  for (const ReleasedMask& each : found->released) {
    EXPECT_EQ(each.key_id, key(1));
    compartments.push_back(each.compartment);
  }
  EXPECT_THAT(compartments, UnorderedElementsAre("clinical", "identifiers"));
}

TEST_F(LogEvidence, OtherKeysAreNobodysBusiness) {
  const auto found = read({about(LogEntryKind::key_destroyed, 3, 12), released(3)});
  ASSERT_OK(found);
  EXPECT_THAT(found->keys, IsEmpty());
  EXPECT_THAT(found->released, IsEmpty());
}

TEST_F(LogEvidence, WhatIsThereAgainWasNotDestroyed) {
  const auto found = read({about(LogEntryKind::key_destroyed, 1, 12), about(LogEntryKind::key_created, 1, 13)});
  ASSERT_OK(found);
  EXPECT_THAT(found->keys, IsEmpty());
}

TEST_F(LogEvidence, AnAnswerBehindTheEndIsAContradiction) {
  const auto refused = read({about(LogEntryKind::key_destroyed, 1, 12), released(1)});
  EXPECT_FAILS(refused, ErrorKind::forged);
  EXPECT_THAT(refused.error().message, HasSubstr("answered later"));
}

TEST_F(LogEvidence, AnotherLogsKeyAndTheSameLogTwiceAreRefused) {
  log.add({about(LogEntryKind::key_destroyed, 1, 12)});
  ErasureEvidence evidence;
  LogTableFiles files(log.table);
  const std::vector<Id> keys = {key(1)};
  const auto other = signer_of("ovh.example/triclave", LogKey::Type::log, 2);
  EXPECT_FAILS(add_log_evidence(evidence, files, other.key(), "pmsi-2025", keys), ErrorKind::forged);
  EXPECT_THAT(evidence.keys, IsEmpty());
  EXPECT_OK(add_log_evidence(evidence, files, log.signer.key(), "pmsi-2025", keys));
  EXPECT_FAILS(add_log_evidence(evidence, files, log.signer.key(), "pmsi-2025", keys), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace triclave::custodian
