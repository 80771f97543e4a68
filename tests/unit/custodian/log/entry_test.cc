// The entries of a custodian's log.
#include "custodian/log/entry.h"

#include <gtest/gtest.h>

#include "base/text_codec.h"
#include "logs.h"
#include "support/result.h"

namespace triclave::custodian {
namespace {

LogEntry release() { return release_of(4); }

TEST(LogEntry, ComesBackAsItWent) {
  LogEntry started;
  started.time = 1;
  LogEntry refusal;
  refusal.kind = LogEntryKind::refusal;
  refusal.time = 2;
  refusal.request_hash = Bytes(32, 2);
  refusal.error = 6;
  refusal.reason = "the permit expired";
  LogEntry created;
  created.kind = LogEntryKind::key_created;
  created.time = 3;
  created.key_id = Bytes(32, 1);
  created.owner = Bytes(32, 9);
  created.dataset = "pmsi-2025";
  created.epoch = 7;
  for (const LogEntry& entry : {release(), started, refusal, created}) {
    const auto bytes = serialize_log_entry(entry);
    ASSERT_OK(bytes);
    EXPECT_EQ(parse_log_entry(*bytes), entry);
    for (std::size_t i = 0; i < bytes->size(); ++i) EXPECT_FALSE(parse_log_entry(ByteView(*bytes).first(i)) == entry);
  }
}

// Written out by hand as protobuf's encoding says.
TEST(LogEntry, BytesOfAStart) {
  LogEntry started;
  started.time = 300;
  started.reason = "ab";
  started.kind = LogEntryKind::started;
  EXPECT_EQ(to_hex(serialize_log_entry(started).value()),
            "0807"
            "10ac02"
            "72026162");
}

TEST(LogEntry, WhatDoesNotBelongIsRefused) {
  const auto refused = [](auto&& change) {
    LogEntry entry = release();
    change(entry);
    EXPECT_FAILS(serialize_log_entry(entry), ErrorKind::invalid_argument);
  };
  refused([](LogEntry& e) { e.time = 0; });
  refused([](LogEntry& e) { e.kind = static_cast<LogEntryKind>(0); });
  refused([](LogEntry& e) { e.kind = static_cast<LogEntryKind>(8); });
  refused([](LogEntry& e) { e.kind = LogEntryKind::refusal; });
  refused([](LogEntry& e) { e.answer_hash.clear(); });
  refused([](LogEntry& e) { e.session.clear(); });
  refused([](LogEntry& e) { e.session.pop_back(); });
  refused([](LogEntry& e) { e.permit_id.push_back(1); });
  refused([](LogEntry& e) { e.owner = Bytes(32, 1); });
  refused([](LogEntry& e) { e.epoch = 1; });
  refused([](LogEntry& e) { e.error = 1; });
  refused([](LogEntry& e) { e.masks = 0; });
  refused([](LogEntry& e) { e.dataset = "PMSI"; });
  refused([](LogEntry& e) { e.compartments = {"identifiers", "clinical"}; });
  refused([](LogEntry& e) { e.compartments = {"clinical", "clinical"}; });
  refused([](LogEntry& e) { e.compartments.clear(); });
  refused([](LogEntry& e) { e.purpose = "a\nb"; });
  refused([](LogEntry& e) { e.purpose = std::string(kMaxLogText + 1, 'a'); });
}

TEST(LogEntry, HostileBytes) {
  const Bytes good = serialize_log_entry(release()).value();
  EXPECT_FAILS(parse_log_entry(Bytes()), ErrorKind::malformed);
  EXPECT_FAILS(parse_log_entry(Bytes(kMaxLogEntry + 1, 8)), ErrorKind::malformed);
  EXPECT_FAILS(parse_log_entry(from_hex("0807").value()), ErrorKind::malformed);          // no time
  EXPECT_FAILS(parse_log_entry(from_hex("08871010ac02").value()), ErrorKind::malformed);  // kind 2055
  EXPECT_FAILS(parse_log_entry(from_hex("10ac020807").value()), ErrorKind::malformed);    // out of order
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FAILS(parse_log_entry(longer), ErrorKind::malformed);
}

// H(M("triclave/v1/session", 32 bytes 0x01, 16 bytes 0x02)), with Python's hashlib.
TEST(LogEntry, SessionAgreesWithPython) {
  Id permit{};
  permit.fill(1);
  EXPECT_EQ(to_hex(session_of(permit, Bytes(16, 2))),
            "f3a8c2869ccb74c90851275c6081643c22e45e25e8129cfe0d30ef868ff65e57");
}

TEST(LogEntry, TextIsMadeFit) {
  EXPECT_EQ(log_text("a\nb\tc\x7F"), "a b c ");
  EXPECT_EQ(log_text(""), "");
  std::string cut(1023, 'a');
  cut.append("\xC3\xA9");
  EXPECT_EQ(log_text(cut), cut.substr(0, 1023));
  EXPECT_EQ(log_text("ok\xFFgone"), "ok");
}

}  // namespace
}  // namespace triclave::custodian
