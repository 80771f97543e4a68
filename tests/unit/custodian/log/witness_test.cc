// Custodians that cosign one another's checkpoints.
#include "custodian/log/witness.h"

#include <gtest/gtest.h>

#include "custodian/log/checkpoint.h"
#include "logs.h"
#include "support/temp_folder.h"

namespace triclave::custodian {
namespace {

class WitnessTest : public ::testing::Test {
 protected:
  testing::TempFolder folder_;
  TestLog log_{folder_.path() / "log.db"};
  NoteSigner signer_ = signer_of("orange.example/witness", LogKey::Type::witness, 2);
  std::vector<LogKey> watched_{log_.signer.key()};
  Database state_ = database_of(folder_.path() / "witness.db", kWitnessSchema);
  Result<std::string> cosign(std::string_view request, std::uint64_t time) {
    return cosigned(witness_, watched_, request, time);
  }
  std::string ask(TestLog& log, std::uint64_t old_size) { return ask_to_cosign(log.table, old_size).value().request; }
  Witness witness_ = Witness::open(state_, signer_).value();
};

TEST_F(WitnessTest, CosignsALogThatGrows) {
  for (const auto& [old, size] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 3}, {3, 3}, {3, 10}, {10, 300}}) {
    log_.grow_to(size);
    const auto answer = cosign(ask(log_, old), 1700000000 + size);
    ASSERT_OK(answer);
    const auto parsed = parse_cosign_answer(*answer);
    ASSERT_OK(parsed);
    EXPECT_FALSE(parsed->other_size);
    ASSERT_OK(log_.table.add_cosignatures(size, parsed->lines, {signer_.key()}));
    EXPECT_EQ(count_cosignatures(log_.table.checkpoint().value(), {signer_.key()}), 1u);
  }
}

TEST_F(WitnessTest, TellsTheSizeThatItKnows) {
  log_.grow_to(5);
  ASSERT_OK(cosign(ask(log_, 0), 1));
  log_.grow_to(9);
  EXPECT_EQ(cosign(ask(log_, 0), 2), "5\n");
  EXPECT_EQ(cosign(ask(log_, 3), 2), "5\n");
  EXPECT_EQ(parse_cosign_answer("5\n")->other_size, 5u);
  ASSERT_OK(cosign(ask(log_, 5), 2));
}

TEST_F(WitnessTest, RefusesAForkedLog) {
  TestLog forked(folder_.path() / "fork.db");
  log_.grow_to(10);
  ASSERT_OK(cosign(ask(log_, 0), 1));
  // Other entries from the fifth on, whatever its size; the same size too.
  forked.grow_to(4);
  for (const std::uint64_t size : std::vector<std::uint64_t>{10, 11, 200}) {
    forked.grow_to(size, 1000);
    EXPECT_FAILS(cosign(ask(forked, 10), 2), ErrorKind::forged);
  }
  // It goes on with the true one.
  log_.grow_to(12);
  EXPECT_OK(cosign(ask(log_, 10), 3));
}

TEST_F(WitnessTest, RefusesALogThatWentBack) {
  TestLog restored(folder_.path() / "old.db");
  log_.grow_to(10);
  ASSERT_OK(cosign(ask(log_, 0), 1));
  restored.grow_to(7);
  // The log cannot even ask with the witness's size, and with its own it learns that it is behind.
  EXPECT_EQ(cosign(ask(restored, 7), 2), "10\n");
  EXPECT_FAILS(ask_to_cosign(restored.table, 10), ErrorKind::invalid_argument);
}

TEST_F(WitnessTest, RefusesStrangersAndForgers) {
  log_.grow_to(5);
  std::string forged = ask(log_, 0);
  forged[forged.find("\n5\n") + 1] = '6';
  EXPECT_FAILS(cosign(forged, 1), ErrorKind::forged);
  const std::vector<LogKey> others{signer_of("else.example/log", LogKey::Type::log, 9).key()};
  EXPECT_FAILS(cosigned(witness_, others, ask(log_, 0), 1), ErrorKind::permit_refused);
  // Nothing was remembered.
  EXPECT_OK(cosign(ask(log_, 0), 1));
}

TEST_F(WitnessTest, HostileRequestsAndAnswers) {
  log_.grow_to(5);
  const std::string good = ask(log_, 0);
  const std::string note = good.substr(good.find("\n\n") + 2);
  for (const std::string& text :
       {std::string(), std::string("old 0\n"), std::string("old 0\n\n"), "old\n\n" + note, "old 00\n\n" + note,
        "old 6\n\n" + note, "old 0\nAAAA\n\n" + note, "new 0\n\n" + note, std::string(kMaxCosignRequest + 1, 'a')})
    EXPECT_FAILS(cosign(text, 1), ErrorKind::malformed) << text.substr(0, 100);
  for (const char* text : {"", "5", "5\n5\n", "-5\n", "garbage\n", "\n"})
    EXPECT_FAILS(parse_cosign_answer(text), ErrorKind::malformed) << text;
}

}  // namespace
}  // namespace triclave::custodian
