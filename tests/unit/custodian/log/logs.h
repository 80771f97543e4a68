// Logs to test with.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "custodian/log/entry.h"
#include "custodian/log/log_table.h"
#include "custodian/log/witness.h"
#include "support/result.h"

namespace triclave::custodian {

inline NoteSigner signer_of(std::string name, LogKey::Type type, std::uint8_t seed) {
  Secret<32> secret;
  std::fill_n(secret.data(), 32, seed);
  return NoteSigner::make(std::move(name), type, secret).value();
}

inline Database database_of(const std::filesystem::path& file, const char* schema) {
  auto database = Database::create(file).value();
  EXPECT_OK(database.run(schema));
  return database;
}

// A release in the session that `session` stands for.
inline LogEntry release_of(std::uint8_t session, std::uint64_t time = 1767225600) {
  LogEntry out;
  out.kind = LogEntryKind::release;
  out.time = time;
  out.key_id = Bytes(32, 1);
  out.request_hash = Bytes(32, 2);
  out.answer_hash = Bytes(32, 3);
  out.session = Bytes(32, session);
  out.permit_id = Bytes(16, 5);
  out.requester = Bytes(32, 6);
  out.dataset = "pmsi-2025";
  out.compartments = {"clinical", "identifiers"};
  out.purpose = "diabetes study";
  out.masks = 2;
  return out;
}

inline LogEntry refusal_of(std::uint8_t session) {
  LogEntry out;
  out.kind = LogEntryKind::refusal;
  out.time = 1767225601;
  out.request_hash = Bytes(32, 2);
  out.session = Bytes(32, session);
  out.error = static_cast<std::uint32_t>(ErrorKind::permit_refused);
  out.reason = "the permit expired";
  return out;
}

// What a witness that watches these logs answers, as its service would.
inline Result<std::string> cosigned(Witness& witness, const std::vector<LogKey>& watched, std::string_view request,
                                    std::uint64_t time) {
  const auto read = parse_cosign_request(request);
  if (!read) return tl::unexpected(read.error());
  if (const auto known = check_watched(*read, watched); !known) return tl::unexpected(known.error());
  return witness.cosign(*read, time).map([](const CosignAnswer& answer) { return to_text(answer); });
}

// A custodian's log in a database of its own.
class TestLog {
 public:
  TestLog(const std::filesystem::path& file, std::string name = "ovh.example/triclave", std::uint8_t seed = 1)
      : database(database_of(file, kLogSchema)), signer(signer_of(std::move(name), LogKey::Type::log, seed)) {}

  void add(const std::vector<LogEntry>& entries) {
    auto change = Transaction::begin(database).value();
    for (const LogEntry& each : entries) ASSERT_OK(table.append(serialize_log_entry(each).value()));
    ASSERT_OK(table.sign(signer));
    ASSERT_OK(change.commit());
  }
  // Releases whose times count from 1, or from `base`.
  void grow_to(std::uint64_t size, std::uint64_t base = 0) {
    std::vector<LogEntry> all;
    for (std::uint64_t i = table.size().value(); i < size; ++i) all.push_back(release_of(7, base + i + 1));
    add(all);
  }
  void copy_to(const std::filesystem::path& folder) {
    LogTableFiles files(table);
    ASSERT_OK(copy_log(files, folder));
  }
  std::string receipt(std::uint64_t index) {
    return make_receipt(table.entry(index).value(), table.proof(index).value()).value();
  }
  Checkpoint head() { return open_checkpoint(table.checkpoint().value(), signer.key()).value(); }

  Database database;
  NoteSigner signer;
  LogTable table = LogTable::open(database).value();
};

}  // namespace triclave::custodian
