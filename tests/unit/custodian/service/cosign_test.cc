// A custodian's service as the witness of another's log.
#include "scene.h"

namespace triclave::custodian {
namespace {

class CosignTest : public ServiceTest {
 protected:
  void SetUp() override {
    scene.on_fork = [this](const std::string& whose, const Result<void>& outcome) {
      EXPECT_FAILS(outcome, ErrorKind::forged);
      told.push_back(whose);
    };
    ServiceTest::SetUp();
    service->set_watched({log.signer.key()});
    log.grow_to(5);
  }
  void restart() {
    start();
    service->set_watched({log.signer.key()});
  }
  // `then` runs where the answer leaves.
  Result<std::string> cosign(const std::string& request, const std::function<void()>& then = [] {}) {
    const auto answered = std::make_shared<std::promise<Result<std::string>>>();
    service->cosign(request, "orange", [answered, then](Result<std::string> answer) {
      then();
      answered->set_value(std::move(answer));
    });
    return answered->get_future().get();
  }
  static std::string ask(TestLog& of, std::uint64_t old_size) {
    return ask_to_cosign(of.table, old_size).value().request;
  }
  LogKey key() { return LogKey::parse(service->status()->witness_key).value(); }

  TestLog log{folder.path() / "log.db", "orange.example/triclave"};
  std::vector<std::string> told;
};

TEST_F(CosignTest, CosignsALogThatGrows) {
  const std::size_t logged = entries().size();
  for (const auto& [old, size] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 5}, {5, 5}, {5, 300}}) {
    log.grow_to(size);
    const auto answer = cosign(ask(log, old));
    ASSERT_OK(answer);
    EXPECT_EQ(count_cosignatures(log.table.checkpoint().value() + *answer, {key()}), 1U);
  }
  EXPECT_EQ(cosign(ask(log, 0)), "300\n");
  EXPECT_EQ(entries().size(), logged);
}

TEST_F(CosignTest, UnderAKeyOfItsOwn) {
  EXPECT_EQ(key().type(), LogKey::Type::witness);
  EXPECT_EQ(key().name(), "ovh.example/triclave/witness");
  EXPECT_NE(key().public_key(), LogKey::parse(service->status()->log_key)->public_key());
}

TEST_F(CosignTest, NeitherForksNorStrangersNorGarbage) {
  ASSERT_OK(cosign(ask(log, 0)));
  TestLog forked(folder.path() / "fork.db", "orange.example/triclave");
  forked.grow_to(9, 1000);
  for (int i = 0; i < 3; ++i) EXPECT_FAILS(cosign(ask(forked, 5)), ErrorKind::forged);
  EXPECT_EQ(told, std::vector<std::string>{"orange.example/triclave"});  // once
  TestLog other(folder.path() / "other.db", "outscale.example/triclave");
  other.grow_to(1);
  EXPECT_FAILS(cosign(ask(other, 0)), ErrorKind::permit_refused);
  EXPECT_FAILS(cosign("old 0\n"), ErrorKind::malformed);
  log.grow_to(6);
  EXPECT_OK(cosign(ask(log, 5)));
  EXPECT_FAILS(cosign(ask(forked, 6)), ErrorKind::forged);
  EXPECT_EQ(told.size(), 2U);  // it had gone on meanwhile
  service->set_watched({});
  EXPECT_FAILS(cosign(ask(log, 6)), ErrorKind::permit_refused);
}

TEST_F(CosignTest, RemembersBeforeItAnswers) {
  const auto answer = cosign(ask(log, 0), [this] {
    const Database seen = Database::open(scene.files.database).value();
    EXPECT_EQ(seen.number("SELECT size FROM witness").value(), 5U);
    EXPECT_EQ(Mark::open(scene.files.mark)->cosigned(), 1U);
  });
  ASSERT_OK(answer);
  restart();
  EXPECT_EQ(cosign(ask(log, 0)), "5\n");
  TestLog forked(folder.path() / "fork.db", "orange.example/triclave");
  forked.grow_to(7, 1000);
  EXPECT_FAILS(cosign(ask(forked, 5)), ErrorKind::forged);
  EXPECT_EQ(count_cosignatures(log.table.checkpoint().value() + *answer, {key()}), 1U);  // by the same key still
}

TEST_F(CosignTest, WhatItCannotWriteItDoesNotAnswer) {
  service.reset();
  {
    const Database database = Database::open(scene.files.database).value();
    ASSERT_OK(database.run("CREATE TRIGGER full BEFORE INSERT ON witness BEGIN SELECT raise(ABORT, 'full'); END"));
  }
  restart();
  EXPECT_FAILS(cosign(ask(log, 0)), ErrorKind::custodian_unavailable);
  EXPECT_OK(ServiceTest::ask(scene.request()));
}

TEST_F(CosignTest, NotFasterThanTheRate) {
  service->set_rate({0.001, 2});
  EXPECT_OK(cosign(ask(log, 0)));
  EXPECT_OK(cosign(ask(log, 5)));
  EXPECT_FAILS(cosign(ask(log, 5)), ErrorKind::custodian_unavailable);
}

}  // namespace
}  // namespace triclave::custodian
