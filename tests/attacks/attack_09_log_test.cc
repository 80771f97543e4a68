// Attack 9, of custodians who lie in their logs: proofs that are missing, forged or borrowed, two histories for two
// readers, a history that went back, tiles cut short. Each is refused by its kind, and what was kept is named.
#include <gtest/gtest.h>

#include <fstream>

#include "custodian/log/checkpoint.h"
#include "custodian/log/proof_text.h"
#include "custodian/log/witness.h"
#include "support/temp_folder.h"
#include "unit/custodian/log/logs.h"

namespace triclave::custodian {
namespace {

class LogLies : public ::testing::Test {
 protected:
  // Another history under the same key, from the fourth entry on.
  void fork(std::uint64_t size) {
    other_.grow_to(3);
    other_.grow_to(size, 1000);
  }
  static Result<Audit> audit(TestLog& log, const AuditOptions& options) {
    LogTableFiles files(log.table);
    return audit_log(files, log.signer.key(), options);
  }
  static Result<Audit> audit_with_checkpoint(TestLog& log, const Kept& checkpoint) {
    AuditOptions options;
    options.checkpoints = {checkpoint};
    return audit(log, options);
  }
  static Result<Audit> audit_with_receipt(TestLog& log, std::string receipt) {
    AuditOptions options;
    options.receipts = {{"receipt", std::move(receipt)}};
    return audit(log, options);
  }

  testing::TempFolder folder_;
  TestLog log_{folder_.path() / "log.db"};
  TestLog other_{folder_.path() / "other.db"};
};

TEST_F(LogLies, AnAnswerWithoutItsProofOrWithAnothersIsNoEvidence) {
  log_.grow_to(20);
  const LogKey key = log_.signer.key();
  const Bytes entry = log_.table.entry(7).value();
  const std::string good = log_.table.proof(7).value();
  ASSERT_OK(verify_log_proof(key, entry, good));
  EXPECT_FAILS(verify_log_proof(key, entry, ""), ErrorKind::malformed);
  EXPECT_FAILS(verify_log_proof(key, entry, log_.table.proof(8).value()), ErrorKind::forged);
  EXPECT_FAILS(verify_log_proof(key, log_.table.entry(8).value(), good), ErrorKind::forged);
  // The right path to a root that somebody else signed, or nobody.
  auto proof = parse_proof(good).value();
  const auto stranger = signer_of("ovh.example/triclave", LogKey::Type::log, 9);
  proof.checkpoint = sign_checkpoint(stranger, 20, log_.head().root);
  EXPECT_FAILS(verify_log_proof(key, entry, format_proof(proof)), ErrorKind::forged);
  proof.checkpoint = checkpoint_text(log_.head()) + "\n";
  EXPECT_FAILS(verify_log_proof(key, entry, format_proof(proof)), ErrorKind::malformed);
  // The entry as if the tree were only itself.
  proof = parse_proof(good).value();
  proof.path.clear();
  EXPECT_FAILS(verify_log_proof(key, entry, format_proof(proof)), ErrorKind::forged);
}

TEST_F(LogLies, TwoHistoriesAreFoundAsSoonAsTheyMeet) {
  log_.grow_to(10);
  fork(10);
  ASSERT_EQ(log_.head().size, other_.head().size);
  ASSERT_NE(log_.head().root, other_.head().root);
  const Kept theirs{"what the other reader was shown", other_.table.checkpoint().value()};
  const auto found = audit_with_checkpoint(log_, theirs);
  ASSERT_FAILS(found, ErrorKind::forged);
  EXPECT_EQ(found.error().culprits.at(0).who, theirs.name);
  EXPECT_FAILS(audit_with_receipt(log_, other_.receipt(6)), ErrorKind::forged);
  // What both histories share proves nothing against either.
  TestLog before(folder_.path() / "before.db");
  before.grow_to(3);
  EXPECT_OK(audit_with_receipt(log_, before.receipt(1)));
  EXPECT_OK(audit_with_receipt(other_, before.receipt(1)));
}

TEST_F(LogLies, AWitnessLendsItsNameToOneHistoryOnly) {
  log_.grow_to(10);
  fork(12);
  const auto signer = signer_of("orange.example/witness", LogKey::Type::witness, 2);
  const std::vector<LogKey> watched{log_.signer.key()};
  const Database state = database_of(folder_.path() / "witness.db", kWitnessSchema);
  auto witness = Witness::open(state, signer).value();
  ASSERT_OK(cosigned(witness, watched, ask_to_cosign(log_.table, 0).value().request, 1));
  EXPECT_FAILS(cosigned(witness, watched, ask_to_cosign(other_.table, 10).value().request, 2), ErrorKind::forged);
  AuditOptions wanted;
  wanted.witnesses = {signer.key()};
  wanted.cosignatures = 1;
  EXPECT_FAILS(audit(other_, wanted), ErrorKind::forged);
}

TEST_F(LogLies, AHistoryThatWentBackIsFound) {
  log_.grow_to(10);
  const Kept last{"the last checkpoint", log_.table.checkpoint().value()};
  TestLog restored(folder_.path() / "restored.db");
  restored.grow_to(8);
  EXPECT_FAILS(audit_with_checkpoint(restored, last), ErrorKind::forged);
  // It grew again, otherwise.
  restored.grow_to(15, 1000);
  EXPECT_FAILS(audit_with_checkpoint(restored, last), ErrorKind::forged);
}

TEST_F(LogLies, TilesCutShortAreRefused) {
  log_.grow_to(300);
  const auto copy = folder_.path() / "copy";
  log_.copy_to(copy);
  for (const char* path :
       {"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"}) {
    const auto size = std::filesystem::file_size(copy / path);
    std::filesystem::resize_file(copy / path, size - 1);
    EXPECT_FAILS(audit_log(*log_folder(copy), log_.signer.key()), ErrorKind::malformed) << path;
    std::filesystem::remove_all(copy);
    log_.copy_to(copy);
  }
}

}  // namespace
}  // namespace triclave::custodian
