// A custodian's service and the witnesses that it asks.
#include "custodian/service/collector.h"

#include <atomic>

#include "scene.h"

namespace triclave::custodian {
namespace {

using std::chrono::milliseconds;

// A witness that another custodian's service would have; asked from the collector's threads.
class OtherWitness {
 public:
  OtherWitness(const std::filesystem::path& folder, const std::string& name, std::uint8_t seed, const LogKey& log)
      : signer(signer_of(name, LogKey::Type::witness, seed)),
        database_(database_of(folder / (std::to_string(seed) + ".db"), kWitnessSchema)),
        watched_{log} {}

  Result<std::string> cosign(const std::string& request) {
    const std::lock_guard lock(mutex_);
    ++asked;
    if (down) return fail(ErrorKind::custodian_unavailable, "nobody is there");
    return cosigned(witness_, watched_, request, 1'850'000'000);
  }
  AskedWitness as_asked() {
    return {signer.key(), [this](const std::string& request, const std::stop_token&) { return cosign(request); }};
  }
  void remember(std::uint64_t size) {
    Statement row = database_.prepare("INSERT INTO witness VALUES ('ovh.example/triclave', ?, ?)").value();
    ASSERT_OK(row.bind(1, size).bind(2, ByteView(Id{9})).run());
  }

  NoteSigner signer;
  std::atomic<bool> down = false;
  std::atomic<int> asked = 0;

 private:
  Database database_;
  std::vector<LogKey> watched_;
  Witness witness_ = Witness::open(database_, signer).value();
  std::mutex mutex_;
};

class CollectorTest : public ServiceTest {
 protected:
  void collect(std::vector<AskedWitness> asked) {
    collector = nullptr;
    collector = std::make_unique<Collector>(
        *service, std::move(asked),
        [this](const std::string& whose, const Result<void>& outcome) {
          const std::lock_guard lock(mutex);
          told[whose].push_back(outcome);
        },
        milliseconds(1));
  }
  OtherWitness& witness(const std::string& name, std::uint8_t seed) {
    const LogKey log = LogKey::parse(service->status()->log_key).value();
    return *witnesses.emplace_back(std::make_unique<OtherWitness>(folder.path(), name, seed, log));
  }
  std::size_t cosignatures() {
    std::vector<LogKey> keys;
    for (const auto& each : witnesses) keys.push_back(each->signer.key());
    return count_cosignatures(service->status()->checkpoint, keys).value();
  }
  std::vector<Result<void>> told_of(const OtherWitness& about) {
    const std::lock_guard lock(mutex);
    return told[about.signer.key().name()];
  }
  template <class Condition>
  static bool comes_true(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return condition();
  }

  std::vector<std::unique_ptr<OtherWitness>> witnesses;
  std::mutex mutex;
  std::map<std::string, std::vector<Result<void>>> told;
  std::unique_ptr<Collector> collector;  // last: ends before what it uses
};

TEST_F(CollectorTest, EachNewCheckpointIsCosignedByAll) {
  auto& orange = witness("orange.example/witness", 2);
  auto& outscale = witness("outscale.example/witness", 3);
  collect({orange.as_asked(), outscale.as_asked()});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(comes_true([&] { return cosignatures() == 2; }));
    ASSERT_OK(ask(scene.request()));
  }
  EXPECT_TRUE(comes_true([&] { return cosignatures() == 2; }));
  ASSERT_EQ(told_of(orange).size(), 1U);
  EXPECT_OK(told_of(orange)[0]);
}

TEST_F(CollectorTest, LearnsWhatTheWitnessRemembers) {
  auto& orange = witness("orange.example/witness", 2);
  collect({orange.as_asked()});
  ASSERT_TRUE(comes_true([&] { return cosignatures() == 1; }));
  collector = nullptr;
  ASSERT_OK(ask(scene.request()));
  EXPECT_EQ(cosignatures(), 0U);
  collect({orange.as_asked()});  // it begins with 0, and is told the size
  EXPECT_TRUE(comes_true([&] { return cosignatures() == 1; }));
}

TEST_F(CollectorTest, NobodyWaitsForOneThatIsDown) {
  auto& orange = witness("orange.example/witness", 2);
  auto& outscale = witness("outscale.example/witness", 3);
  orange.down = true;
  collect({orange.as_asked(), outscale.as_asked()});
  EXPECT_TRUE(comes_true([&] { return cosignatures() == 1; }));
  ASSERT_OK(ask(scene.request()));
  EXPECT_TRUE(comes_true([&] { return orange.asked >= 3; }));
  orange.down = false;
  EXPECT_TRUE(comes_true([&] { return cosignatures() == 2; }));
  EXPECT_TRUE(comes_true([&] { return told_of(orange).size() == 2; }));
  EXPECT_FAILS(told_of(orange)[0], ErrorKind::custodian_unavailable);
  EXPECT_OK(told_of(orange)[1]);
}

TEST_F(CollectorTest, OneThatSawMoreIsHeard) {
  auto& orange = witness("orange.example/witness", 2);
  orange.remember(1000);
  collect({orange.as_asked()});
  EXPECT_TRUE(comes_true([&] { return !told_of(orange).empty(); }));
  EXPECT_FAILS(told_of(orange).at(0), ErrorKind::forged);
  EXPECT_EQ(cosignatures(), 0U);
}

TEST_F(CollectorTest, OneThatSawAnotherHistoryIsHeard) {
  auto& orange = witness("orange.example/witness", 2);
  orange.remember(1);
  collect({orange.as_asked()});
  EXPECT_TRUE(comes_true([&] { return !told_of(orange).empty(); }));
  EXPECT_FAILS(told_of(orange).at(0), ErrorKind::forged);
  EXPECT_OK(ask(scene.request()));
}

TEST_F(CollectorTest, WhatIsNotTheWitnesssOwnIsNotKept) {
  auto& orange = witness("orange.example/witness", 2);
  const NoteSigner liar = signer_of("orange.example/witness", LogKey::Type::witness, 7);
  const std::string before = service->status()->checkpoint;
  AskedWitness asked = orange.as_asked();
  asked.ask = [&](const std::string& request, const std::stop_token&) -> Result<std::string> {
    return liar.cosign(parse_cosign_request(request)->note.text, 1);
  };
  collect({asked});
  EXPECT_TRUE(comes_true([&] { return !told_of(orange).empty(); }));
  EXPECT_FAILS(told_of(orange).at(0), ErrorKind::forged);
  asked.ask = [](const std::string&, const std::stop_token&) -> Result<std::string> { return "garbage\n"; };
  collector = nullptr;
  told.clear();
  collect({asked});
  EXPECT_TRUE(comes_true([&] { return !told_of(orange).empty(); }));
  EXPECT_FAILS(told_of(orange).at(0), ErrorKind::malformed);
  EXPECT_EQ(service->status()->checkpoint, before);
}

TEST_F(CollectorTest, EndsWhileAWitnessIsSilent) {
  auto& orange = witness("orange.example/witness", 2);
  std::atomic<bool> waiting = false;
  AskedWitness silent = orange.as_asked();
  silent.ask = [&](const std::string&, const std::stop_token& stop) -> Result<std::string> {
    waiting = true;
    while (!stop.stop_requested()) std::this_thread::yield();
    return fail(ErrorKind::custodian_unavailable, "nobody waits");
  };
  collect({silent});
  EXPECT_TRUE(comes_true([&] { return waiting.load(); }));
  collector = nullptr;
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace triclave::custodian
