// The service killed while it answers: nothing that left it is missing from its log, and nothing is answered twice.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "base/hash.h"
#include "scene.h"

namespace triclave::custodian {
namespace {

constexpr std::size_t kRequests = 60;

// A service in a process of its own, which writes the hash of each answer's log entry into a pipe and is killed once
// `after` of them have come out. Gives back those that did.
std::vector<Id> serve_and_kill(testing::CustodianScene& scene, const std::vector<testing::SentRequest>& sent,
                               std::size_t after) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto service = scene.serve();
    if (!service) ::_exit(1);
    for (const auto& each : sent)
      (*service)->release(each.asked(), [&](const Result<Answer>& answer) {
        if (!answer) return;
        const Id hash = sha256(answer->entry);
        (void)!::write(ends[1], hash.data(), hash.size());
      });
    ::pause();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::vector<Id> out;
  for (Id hash; ::read(ends[0], hash.data(), hash.size()) == static_cast<ssize_t>(hash.size());) {
    out.push_back(hash);
    if (out.size() == after) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  return out;
}

TEST(Crash, WhatWasAnsweredStandsInTheLogAndIsNotAnsweredAgain) {
  for (const std::size_t after : {std::size_t{1}, std::size_t{9}, std::size_t{30}}) {
    testing::TempFolder folder;
    testing::CustodianScene scene(folder.path());
    ASSERT_OK(scene.created());
    const Bytes permit = scene.permit();
    const MaskRequest asked = scene.asked();
    std::vector<testing::SentRequest> sent;
    for (std::size_t i = 0; i < kRequests; ++i) sent.push_back(scene.request(asked, permit));
    const auto answered = serve_and_kill(scene, sent, after);
    ASSERT_GE(answered.size(), after);

    auto service = scene.serve();
    ASSERT_OK(service);
    std::set<Id> logged;
    std::size_t releases = 0;
    {
      const auto database = Database::open(scene.files.database);
      ASSERT_OK(database);
      auto log = LogTable::open(*database);
      for (std::uint64_t i = 0; i < log->size().value(); ++i) {
        const Bytes entry = log->entry(i).value();
        logged.insert(sha256(entry));
        releases += std::size_t{parse_log_entry(entry)->kind == LogEntryKind::release};
      }
    }
    for (const Id& each : answered) EXPECT_TRUE(logged.contains(each));
    // Each request once: before the crash or now.
    std::size_t now = 0;
    for (const auto& each : sent) now += std::size_t{scene.ask(**service, each.asked()).has_value()};
    EXPECT_EQ(releases + now, kRequests);
  }
}

}  // namespace
}  // namespace triclave::custodian
