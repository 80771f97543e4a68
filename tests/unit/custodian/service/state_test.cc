// What survives: upgrades, backups, restores, wrong passphrases, an older database put back.
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/unix_time.h"
#include "custodian/service/schema.h"
#include "custodian/service/settings.h"
#include "scene.h"

namespace triclave::custodian {
namespace {

namespace fs = std::filesystem;
using StateTest = ServiceTest;

TEST_F(StateTest, OpensWithItsPassphraseOnly) {
  const State state = State::open(scene.files).value();
  EXPECT_OK(state.unlock(testing::kPassphrase));
  EXPECT_FAILS(state.unlock("wrong"), ErrorKind::forged);
  EXPECT_FAILS(Service::start(scene.files, "wrong", {"ovh", scene.kLogName, {}}), ErrorKind::forged);
  EXPECT_FAILS(State::create({folder / "new.db", folder / "new.mark"}, {}), ErrorKind::invalid_argument);
  EXPECT_FAILS(State::create(scene.files, scene.cheap()), ErrorKind::invalid_argument);
}

TEST_F(StateTest, NobodyElseMayReadIt) {
  for (const fs::path& each : {scene.files.database, scene.files.mark})
    EXPECT_EQ(fs::status(each).permissions(), fs::perms::owner_read | fs::perms::owner_write) << each;
}

TEST_F(StateTest, KeysAtRestAreSealed) {
  const State state = State::open(scene.files).value();
  const Vault vault = state.unlock(testing::kPassphrase).value();
  ASSERT_OK(state.database().run("UPDATE keys SET sealed = substr(sealed, 1, length(sealed) - 1) || x'00'"));
  EXPECT_FAILS(state.identity(scene.key, vault), ErrorKind::forged);
  ASSERT_OK(state.database().run("UPDATE keys SET sealed = x'00'"));
  EXPECT_FAILS(state.identity(scene.key, vault), ErrorKind::malformed);
  ASSERT_OK(state.database().run("UPDATE keys SET sealed = NULL"));
  EXPECT_FAILS(state.identity(scene.key, vault), ErrorKind::invalid_argument);
}

// The bytes of the sealed half, wherever the database's files have them.
TEST_F(StateTest, ADestroyedKeyIsOverwritten) {
  service.reset();
  Bytes sealed;
  {
    const State state = State::open(scene.files).value();
    Statement row = state.database().prepare("SELECT sealed FROM keys").value();
    ASSERT_TRUE(row.step().value());
    const ByteView found = row.bytes(0);
    sealed.assign(found.begin(), found.end());
  }
  const auto files_have_it = [&] {
    for (const auto& file : fs::directory_iterator(folder.path()))
      if (testing::read_file(file.path()).find(as_text(sealed)) != std::string::npos) return true;
    return false;
  };
  ASSERT_TRUE(files_have_it());
  ASSERT_OK(scene.officer()->destroy_key(scene.key.id, scene.clock));
  EXPECT_FALSE(files_have_it());
}

TEST_F(StateTest, AnOlderDatabaseIsUpgraded) {
  service.reset();
  const StateFiles old{folder / "old.db", folder / "old.mark"};
  {
    const Database database = Database::create(old.database).value();
    ASSERT_OK(upgrade_schema_to(database, 1));
    ASSERT_OK(Mark::create(old.mark, Id{1}));
    ASSERT_OK(set_setting(database, setting::kState, Id{1}));
    ASSERT_OK(set_setting(database, setting::kRefuseUntil, Bytes(8)));
    ASSERT_OK(database.run("INSERT INTO nonces VALUES (x'01')"));
  }
  const auto state = State::open(old);
  ASSERT_OK(state);
  EXPECT_EQ(state->database().number("PRAGMA user_version").value(), kSchemaVersion);
  EXPECT_EQ(state->database().number("SELECT count(*) FROM nonces").value(), 1U);
  EXPECT_EQ(state->database().number("SELECT count(*) FROM floors").value(), 0U);
}

TEST_F(StateTest, AnOlderDatabaseGetsAWitnessKeyOnce) {
  service.reset();
  {
    const Database database = Database::open(scene.files.database).value();
    ASSERT_OK(database.run("DELETE FROM settings WHERE name IN ('witness_key', 'witness_epoch', 'cosigned')"));
    ASSERT_OK(database.run("PRAGMA user_version = 2"));
  }
  fs::resize_file(scene.files.mark, 40);  // it was shorter then
  const std::string made = scene.officer()->witness_key()->text();
  EXPECT_TRUE(made.starts_with("ovh.example/triclave/witness+")) << made;
  EXPECT_EQ(scene.officer()->witness_key()->text(), made);
  start();
  EXPECT_EQ(service->status()->witness_key, made);
  EXPECT_OK(State::open(scene.files)->mark().raise_cosigned(1));
  EXPECT_EQ(Mark::open(scene.files.mark)->cosigned(), 1U);
}

TEST_F(StateTest, ANewerOrAnotherDatabaseIsRefused) {
  service.reset();
  {
    const Database database = Database::open(scene.files.database).value();
    ASSERT_OK(database.run("PRAGMA user_version = 99"));
  }
  EXPECT_FAILS(State::open(scene.files), ErrorKind::unsupported);
  {
    const Database database = Database::create(folder / "other.db").value();
    ASSERT_OK(database.run("CREATE TABLE something (x)"));
  }
  EXPECT_FAILS(State::open({folder / "other.db", scene.files.mark}), ErrorKind::malformed);
  EXPECT_FAILS(State::open({folder / "none.db", scene.files.mark}), ErrorKind::io);
}

TEST_F(StateTest, AnOlderDatabasePutBackDoesNotStart) {
  EXPECT_OK(ask(scene.request()));
  ASSERT_OK(State::open(scene.files)->backup(folder / "older.db"));
  EXPECT_OK(ask(scene.request()));
  service.reset();
  remove_database(scene.files);
  fs::copy_file(folder / "older.db", scene.files.database);
  EXPECT_FAILS(State::open(scene.files), ErrorKind::forged);
  fs::remove(scene.files.mark);
  EXPECT_FAILS(State::open(scene.files), ErrorKind::io);
  ASSERT_OK(Mark::create(scene.files.mark, Id{1}));
  EXPECT_FAILS(State::open(scene.files), ErrorKind::forged);
}

class DamageTest : public ServiceTest {
 protected:
  // Three answers of which the requester keeps the receipts, and then the service stands still.
  void SetUp() override {
    ServiceTest::SetUp();
    for (int i = 0; i < 3; ++i) {
      const auto answer = ask(scene.request());
      ASSERT_OK(answer);
      kept.push_back({"receipt " + std::to_string(i), *make_receipt(answer->entry, answer->proof)});
    }
    key = LogKey::parse(service->status()->log_key).value();
    service.reset();
  }
  void damage(const char* sql) { ASSERT_OK(Database::open(scene.files.database)->run(sql)); }
  Result<Audit> audit() {
    const State state = State::open(scene.files).value();
    LogTable table = LogTable::open(state.database()).value();
    LogTableFiles files(table);
    AuditOptions options;
    options.receipts = kept;
    return audit_log(files, *key, options);
  }
  std::vector<Kept> kept;
  std::optional<LogKey> key;
};

TEST_F(DamageTest, HashesUnderTheNextCheckpointAreMendedAtTheStart) {
  for (const char* sql :
       {"DELETE FROM log_node", "UPDATE log_node SET hash = zeroblob(32)", "UPDATE log_node SET hash = x'00'",
        "DELETE FROM log_node WHERE position = (SELECT max(position) FROM log_node)"}) {
    damage(sql);
    EXPECT_FALSE(audit()) << sql;
    start();
    const auto answer = ask(scene.request());
    ASSERT_OK(answer);
    EXPECT_OK(verify_log_proof(*key, answer->entry, answer->proof)) << sql;
    service.reset();
    EXPECT_OK(audit()) << sql;
  }
}

TEST_F(DamageTest, OlderHashesAreMendedByACheck) {
  damage("UPDATE log_node SET hash = zeroblob(32) WHERE position = 0");
  EXPECT_FAILS(audit(), ErrorKind::forged);
  EXPECT_EQ(State::open(scene.files)->check().value(), 5u);
  EXPECT_OK(audit());
}

TEST_F(DamageTest, EntriesThatWereChangedAreRefused) {
  damage("UPDATE log SET entry = (SELECT entry FROM log WHERE idx = 1) WHERE idx = 2");
  EXPECT_FAILS(State::open(scene.files)->check(), ErrorKind::forged);
  damage("DELETE FROM log_node");
  EXPECT_FAILS(scene.serve(), ErrorKind::forged);
  damage("DELETE FROM log WHERE idx = 1");
  EXPECT_FAILS(scene.serve(), ErrorKind::malformed);
}

TEST_F(DamageTest, PagesThatAreNoneAreFound) {
  const auto size = fs::file_size(scene.files.database);
  std::fstream file(scene.files.database, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(size) - 2 * 4096);
  file << std::string(4096, '\xA5');
  file.close();
  const auto found = State::open(scene.files).and_then([](const State& state) { return state.check(); });
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, ::testing::HasSubstr("restore it from a backup"));
}

// Nothing was logged since, but another history would be cosigned than before.
TEST_F(StateTest, AnOlderWitnessPutBackDoesNotStart) {
  ASSERT_OK(State::open(scene.files)->backup(folder / "older.db"));
  give_cosignature();
  service.reset();
  remove_database(scene.files);
  fs::copy_file(folder / "older.db", scene.files.database);
  EXPECT_FAILS(State::open(scene.files), ErrorKind::forged);
}

class RestoreTest : public ServiceTest {
 protected:
  // After the backup one more request is answered, and then all is lost.
  void SetUp() override {
    ServiceTest::SetUp();
    ASSERT_OK(ask(scene.request()));
    ASSERT_OK(State::open(scene.files)->backup(folder / "backup"));
    log_before = service->status()->log_name;
    witness_before = service->status()->witness_key;
  }
  void lose() {
    service.reset();
    former_mark = folder / "former.mark";
    fs::rename(scene.files.mark, former_mark);
    remove_database(scene.files);
  }
  Result<void> restore(const fs::path& mark = {}) {
    const auto until = scene.clock + kClockSkew;
    return State::restore(folder / "backup", scene.files, unix_seconds(until), mark);
  }
  fs::path former_mark;
  std::string log_before, witness_before;
};

TEST_F(RestoreTest, AnswersNothingThatMayHaveBeenAnsweredBefore) {
  const auto forgotten = scene.request();
  ASSERT_OK(ask(forgotten));
  scene.clock += kClockSkew;
  const auto at_the_edge = scene.request();
  scene.clock -= kClockSkew;
  ASSERT_OK(ask(at_the_edge));
  lose();
  ASSERT_OK(restore());
  start();
  EXPECT_FAILS(ask(forgotten), ErrorKind::permit_refused);
  EXPECT_FAILS(ask(at_the_edge), ErrorKind::permit_refused);
  scene.clock += kClockSkew;
  EXPECT_FAILS(ask(at_the_edge), ErrorKind::permit_refused);
  scene.clock += std::chrono::seconds(1);
  EXPECT_OK(ask(scene.request()));
}

TEST_F(RestoreTest, DoesNotForkTheLog) {
  EXPECT_OK(ask(scene.request()));
  lose();
  ASSERT_OK(restore(former_mark));
  start();
  EXPECT_EQ(service->status()->log_name, log_before + "/2");
  EXPECT_EQ(service->status()->witness_key, witness_before);  // the mark tells that it cosigned nothing
  EXPECT_EQ(entries().size(), 1U);                            // that it started
}

TEST_F(RestoreTest, OneBackupRestoredTwiceBeginsLogsOfDifferentKeys) {
  std::set<std::string> keys{service->status()->log_key};
  lose();
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK(restore());
    EXPECT_FAILS(State::open(scene.files)->unlock("another"), ErrorKind::forged);
    start();
    EXPECT_TRUE(keys.insert(service->status()->log_key).second);
    service.reset();
    remove_database(scene.files);
    fs::remove(scene.files.mark);
  }
}

TEST_F(RestoreTest, GoesOnWhereNothingWasLost) {
  const std::size_t before = entries().size();
  lose();
  ASSERT_OK(restore(former_mark));
  start();
  EXPECT_EQ(service->status()->log_name, log_before);
  EXPECT_EQ(entries().size(), before + 1);
}

TEST_F(RestoreTest, CosignsUnderAnotherKeyWhereSomethingMayBeForgotten) {
  give_cosignature();
  lose();
  for (const bool with_mark : {true, false}) {
    ASSERT_OK(restore(with_mark ? former_mark : fs::path()));
    start();
    const LogKey key = LogKey::parse(service->status()->witness_key).value();
    EXPECT_EQ(key.name(), log_before + "/witness/2");
    EXPECT_NE(key.public_key(), LogKey::parse(witness_before)->public_key());
    EXPECT_EQ(service->status()->log_name, with_mark ? log_before : log_before + "/2");
    service.reset();
    remove_database(scene.files);
    fs::remove(scene.files.mark);
  }
}

TEST_F(RestoreTest, OnlyIntoNewFilesAndWithItsOwnMark) {
  EXPECT_FAILS(restore(), ErrorKind::invalid_argument);
  EXPECT_FAILS(State::open(scene.files)->backup(folder / "backup"), ErrorKind::invalid_argument);
  lose();
  ASSERT_OK(Mark::create(folder / "strange.mark", Id{1}));
  EXPECT_FAILS(restore(folder / "strange.mark"), ErrorKind::invalid_argument);
  EXPECT_OK(restore(former_mark));
}

}  // namespace
}  // namespace triclave::custodian
