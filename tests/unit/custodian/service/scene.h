// A running service in a folder of its own.
#pragma once

#include <algorithm>

#include "support/custodian.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/audit.h"

namespace triclave::custodian {

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
