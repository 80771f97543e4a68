// A running service in a folder of its own.
#pragma once

#include <algorithm>

#include "support/custodian.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/audit.h"
#include "unit/custodian/log/logs.h"

namespace triclave::custodian {

// With what SQLite puts beside it.
inline void remove_database(const StateFiles& files) {
  for (const char* tail : {"", "-journal", "-wal", "-shm"})
    std::filesystem::remove(files.database.native() + tail);
}

class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(scene.created());
    start();
  }
  void start() {
    service.reset();
    auto started = scene.serve();
    ASSERT_OK(started);
    service = std::move(*started);
  }
  Result<Answer> ask(const testing::SentRequest& sent) { return scene.ask(*service, sent.asked()); }

  // As the witness of a log that has one entry.
  void give_cosignature() {
    TestLog log(folder.path() / "watched.db", "orange.example/triclave");
    log.grow_to(1);
    service->set_watched({log.signer.key()});
    const auto answered = std::make_shared<std::promise<Result<std::string>>>();
    service->cosign(ask_to_cosign(log.table, 0).value().request, "orange",
                    [answered](Result<std::string> answer) { answered->set_value(std::move(answer)); });
    ASSERT_OK(answered->get_future().get());
  }

  // The log's entries, read from its database.
  std::vector<LogEntry> entries() {
    const auto database = Database::open(scene.files.database);
    auto log = LogTable::open(*database);
    std::vector<LogEntry> out;
    for (std::uint64_t i = 0; i < log->size().value(); ++i)
      out.push_back(parse_log_entry(log->entry(i).value()).value());
    return out;
  }
  std::size_t count(LogEntryKind kind) {
    const auto all = entries();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const LogEntry& each) { return each.kind == kind; }));
  }

  testing::TempFolder folder;
  testing::CustodianScene scene{folder.path()};
  std::unique_ptr<Service> service;
};

}  // namespace triclave::custodian
