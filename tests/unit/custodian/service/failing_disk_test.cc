// A custodian's beginning, a short history of it and its restoration, each ended at every moment at which something is
// on its way to the disk: by SIGKILL, by a power cut, by an error. Whatever was acknowledged before holds afterwards.
#include "support/failing_disk.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <set>

#include "base/unix_time.h"
#include "scene.h"

namespace triclave::custodian {
namespace {

namespace fs = std::filesystem;
using testing::DiskFault;

constexpr std::size_t kRevoked = 4;  // which request is under the permit that gets revoked
constexpr std::size_t kAsked = 6;

class FailingDisk : public ::testing::TestWithParam<DiskFault> {
 protected:
  void SetUp() override {
    ASSERT_OK(scene.created());
    key = scene.officer()->signer().key().text();
    const Bytes good = scene.permit(), revoked = scene.permit();
    revocation = revoke_permit(*read_permit(revoked), scene.authority, scene.clock).value();
    const MaskRequest asked = scene.asked();
    for (std::size_t i = 0; i < kAsked; ++i) sent.push_back(scene.request(asked, i == kRevoked ? revoked : good));
  }

  // `what` in a folder with copies of `files` and in a process whose disk fails; true where it came to its end before
  // that.
  bool live(std::uint64_t moment, std::initializer_list<const char*> files, const std::function<void()>& what) {
    fs::remove_all(run);
    fs::create_directory(run);
    fs::remove_all(acknowledged);
    fs::create_directory(acknowledged);
    for (const char* each : files) fs::copy(folder / each, run / each);
    scene.files = {run / "state.db", run / "state.mark"};
    const fs::path unsynced = fs::exists(scene.files.mark) ? scene.files.mark : fs::path();
    const pid_t child = ::fork();
    if (child == 0) {
      testing::fail_disk({GetParam(), moment, unsynced});
      what();
      ::_exit(testing::disk_failed() ? 1 : 0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) || WTERMSIG(status) == SIGKILL) << status;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  void history() {
    auto service = scene.serve();
    if (!service) return;
    const auto ask = [&](std::size_t which) {
      const auto answer = scene.ask(**service, sent[which].asked());
      if (answer) acknowledge("receipt-" + std::to_string(which), *make_receipt(answer->entry, answer->proof));
    };
    for (const std::size_t which : {0u, 1u, 2u}) ask(which);
    auto officer = scene.officer();
    const auto made = officer ? officer->create_key(scene.owner.verifier().id(), "cohort", "", scene.clock)
                              : tl::unexpected(officer.error());
    if (made) acknowledge("created", std::string(as_text(sealed_half(*made))));
    ask(3);
    if (scene.revoke(**service, revocation)) acknowledge("revoked", "");
    ask(kRevoked);
    if (made && officer->destroy_key(made->id, scene.clock)) acknowledge("destroyed", "");
    ask(5);
  }

  void acknowledge(const std::string& what, const std::string& content) {
    testing::write_file(acknowledged / what, content);
  }
  bool is_acknowledged(const std::string& what) const { return fs::exists(acknowledged / what); }

  Bytes sealed_half(const HeldKey& held) const {
    const auto state = State::open(scene.files);
    if (!state) return {};
    Statement row = state->database().prepare("SELECT sealed FROM keys WHERE number = ?").value();
    if (!row.bind(1, held.number).step().value_or(false)) return {};
    const ByteView found = row.bytes(0);
    return {found.begin(), found.end()};
  }
  bool files_hold(const std::string& bytes) const {
    for (const auto& file : fs::directory_iterator(run))
      if (testing::read_file(file.path()).find(bytes) != std::string::npos) return true;
    return false;
  }

  // What the next process finds, and does.
  void hold_against_acknowledged() {
    const std::string created = is_acknowledged("created") ? testing::read_file(acknowledged / "created") : "";
    if (is_acknowledged("destroyed") && !created.empty()) {
      EXPECT_FALSE(files_hold(created));
    }
    auto service = scene.serve();
    ASSERT_OK(service);
    for (std::size_t i = 0; i < kAsked; ++i) {
      const auto again = scene.ask(**service, sent[i].asked());
      if (is_acknowledged("receipt-" + std::to_string(i)) || (i == kRevoked && is_acknowledged("revoked"))) {
        EXPECT_FAILS(again, ErrorKind::permit_refused) << i;
      }
    }
    const State state = State::open(scene.files).value();
    hold_keys(state, created);
    hold_log(state);
  }

  void hold_keys(const State& state, const std::string& created) {
    const auto keys = state.keys().value();
    if (!created.empty()) {
      ASSERT_EQ(keys.size(), 2u);
    }
    const Vault vault = state.unlock(testing::kPassphrase).value();
    for (const HeldKey& each : keys)
      if (each.destroyed == 0) {
        EXPECT_OK(state.identity(each, vault));
      }
    // One whose destruction is in the log, but was cut short, is gone from the first start on.
    if (keys.size() == 2 && keys[1].destroyed != 0 && !created.empty()) {
      EXPECT_FALSE(files_hold(created));
    }
    if (is_acknowledged("destroyed")) {
      EXPECT_NE(keys.at(1).destroyed, 0u);
    }
  }

  // All receipts stand in the log, which is whole; nothing was answered twice; what it says is what the tables say.
  void hold_log(const State& state) {
    LogTable table = LogTable::open(state.database()).value();
    LogTableFiles files(table);
    AuditOptions options;
    for (const auto& file : fs::directory_iterator(acknowledged))
      if (file.path().filename().native().starts_with("receipt"))
        options.receipts.push_back({file.path().filename(), testing::read_file(file.path())});
    std::multiset<Bytes> released;
    std::uint64_t created = 0, destroyed = 0;
    options.each = [&](std::uint64_t, const LogEntry& entry) {
      if (entry.kind == LogEntryKind::release) released.insert(entry.request_hash);
      created += std::uint64_t{entry.kind == LogEntryKind::key_created};
      destroyed += std::uint64_t{entry.kind == LogEntryKind::key_destroyed};
    };
    EXPECT_OK(audit_log(files, LogKey::parse(key).value(), options));
    for (const auto& sent_one : sent)
      EXPECT_LE(released.count(Bytes(sent_one.pending.hash.begin(), sent_one.pending.hash.end())), 1u);
    const auto number = [&](std::string_view sql) { return state.database().number(sql).value(); };
    EXPECT_EQ(number("SELECT sum(releases) FROM permits"), released.size());
    EXPECT_EQ(number("SELECT count(*) FROM nonces"), released.size());
    EXPECT_EQ(number("SELECT count(*) FROM keys"), created);
    EXPECT_EQ(number("SELECT count(destroyed) FROM keys"), destroyed);
  }

  testing::TempFolder folder;
  const fs::path run = folder / "run", acknowledged = folder / "acknowledged";
  testing::CustodianScene scene{folder.path()};
  std::vector<testing::SentRequest> sent;
  std::string key;
  Bytes revocation;
};

TEST_P(FailingDisk, WhatWasAcknowledgedHolds) {
  std::uint64_t moment = 0;
  for (bool ended = false; !ended; ++moment) {
    SCOPED_TRACE(moment);
    ended = live(moment, {"state.db", "state.mark"}, [this] { history(); });
    hold_against_acknowledged();
    ASSERT_FALSE(HasFailure());
    ASSERT_LT(moment, 2000u);
  }
  EXPECT_GT(moment, 200u);  // the disk did fail
  EXPECT_TRUE(is_acknowledged("destroyed") && is_acknowledged("receipt-5"));
}

TEST_P(FailingDisk, ANewStateIsWholeOrNone) {
  const auto create = [this] { return State::create(scene.files, testing::CustodianScene::cheap()); };
  std::uint64_t moment = 0;
  for (bool ended = false; !ended; ++moment) {
    SCOPED_TRACE(moment);
    ended = live(moment, {}, [&] {
      if (create()) acknowledge("created", "");
    });
    if (GetParam() == DiskFault::error && !is_acknowledged("created")) {
      EXPECT_TRUE(fs::is_empty(run));
      EXPECT_OK(create());
    }
    const auto state = State::open(scene.files);
    if (is_acknowledged("created")) {
      EXPECT_OK(state);
    }
    if (state) {
      const Vault vault = state->unlock(testing::kPassphrase).value();
      EXPECT_OK(state->log_signer(vault, scene.kLogName));
    } else {
      remove_database(scene.files);
      fs::remove(scene.files.mark);
      EXPECT_OK(create());
    }
    ASSERT_FALSE(HasFailure());
    ASSERT_LT(moment, 500u);
  }
  EXPECT_GT(moment, 20u);
}

// A request is answered after the backup was made. Whatever becomes of the restoration, nobody answers it again, not
// even where the former mark is put back beside what is left.
TEST_P(FailingDisk, ARestoredStateIsWholeOrRefused) {
  ASSERT_OK(State::open(scene.files)->backup(folder / "backup"));
  ASSERT_OK(scene.ask(**scene.serve(), sent[0].asked()));
  const std::string former_mark = testing::read_file(folder / "state.mark");
  const std::string former_log = scene.kLogName;
  const auto until = unix_seconds(scene.clock + kClockSkew);
  const auto restore = [&] { return State::restore(run / "backup", scene.files, until); };
  std::uint64_t moment = 0;
  for (bool ended = false; !ended; ++moment) {
    SCOPED_TRACE(moment);
    ended = live(moment, {"backup"}, [&] {
      if (restore()) acknowledge("restored", "");
    });
    if (GetParam() == DiskFault::error && !is_acknowledged("restored")) {
      EXPECT_FALSE(fs::exists(scene.files.database) || fs::exists(scene.files.mark));
    }
    if (State::open(scene.files)) {
      auto service = scene.serve();
      ASSERT_OK(service);
      EXPECT_FAILS(scene.ask(**service, sent[0].asked()), ErrorKind::permit_refused);
      EXPECT_EQ((*service)->status()->log_name, former_log + "/2");
    } else {
      EXPECT_FALSE(is_acknowledged("restored"));
      testing::write_file(scene.files.mark, former_mark);
      EXPECT_FALSE(State::open(scene.files));
      remove_database(scene.files);
      fs::remove(scene.files.mark);
      EXPECT_OK(restore());
    }
    ASSERT_FALSE(HasFailure());
    ASSERT_LT(moment, 500u);
  }
  EXPECT_GT(moment, 20u);
}

std::string name_of(const ::testing::TestParamInfo<DiskFault>& info) {
  constexpr const char* kNames[] = {"killed", "power", "torn", "error"};
  return kNames[static_cast<std::size_t>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(AtEveryMoment, FailingDisk,
                         ::testing::Values(DiskFault::killed, DiskFault::power, DiskFault::torn, DiskFault::error),
                         name_of);

}  // namespace
}  // namespace triclave::custodian
