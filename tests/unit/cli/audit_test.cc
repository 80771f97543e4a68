// triclave audit, from its arguments to its exit code, and the page that it makes.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/audit_tally.h"
#include "cli/html.h"
#include "support/temp_folder.h"
#include "unit/cli/ran.h"
#include "unit/custodian/log/logs.h"

namespace triclave::cli {
namespace {

using custodian::refusal_of;
using custodian::release_of;
using custodian::TestLog;

class AuditCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    a_.add({release_of(1), release_of(2)});
    b_.add({release_of(1), release_of(2), refusal_of(3)});
  }
  void copy() {
    a_.copy_to(path("a"));
    b_.copy_to(path("b"));
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).native(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::string read(const std::string& name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Ran audit(std::vector<std::string> arguments, bool both_keys = true) const {
    arguments.insert(arguments.begin(), "audit");
    for (const TestLog* each : {&a_, &b_})
      if (both_keys || each == &a_) arguments.insert(arguments.end(), {"--log-key", each->signer.key().text()});
    return triclave(std::move(arguments));
  }
  Ran report(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"report", path("a"), path("b"), "-o", path("page.html"), "--force"};
    all.insert(all.end(), more.begin(), more.end());
    return audit(std::move(all));
  }

  testing::TempFolder folder_;
  TestLog a_{folder_.path() / "a.db", "a.example/log", 1};
  TestLog b_{folder_.path() / "b.db", "b.example/log", 2};
};

TEST_F(AuditCommand, VerifiesALog) {
  copy();
  const Ran ran = audit({"verify", path("b")});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("b.example/log: the log holds"), std::string::npos) << ran.out;
  const auto json = nlohmann::json::parse(audit({"verify", path("b"), "--json"}).out);
  EXPECT_EQ(json["entries"], 3);
  EXPECT_EQ(json["log"], "b.example/log");
}

TEST_F(AuditCommand, TakesKeysAndKeptProofsFromFiles) {
  a_.grow_to(10);
  write("receipt", a_.receipt(3));
  std::filesystem::create_directory(path("kept"));
  write("kept/1", a_.receipt(1));
  write("kept/2", a_.receipt(9));
  write("old", a_.table.checkpoint().value());
  write("key", a_.signer.key().text() + "\n");
  a_.grow_to(20);
  copy();
  std::ostringstream out, err;
  EXPECT_EQ(run({"audit", "verify", path("a"), "--log-key", path("key"), "--receipt", path("receipt"), path("kept"),
                 "--checkpoint", path("old"), "--json"},
                out, err),
            0)
      << err.str();
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json["receipts"], 3);
  EXPECT_EQ(json["checkpoints"], 1);
}

TEST_F(AuditCommand, NamesWhatDoesNotHold) {
  copy();
  EXPECT_EQ(audit({"verify", path("b")}, false).code, 5);  // judged by the other log's key
  EXPECT_EQ(audit({"verify", path("nothing")}).code, 2);
  std::filesystem::create_directory(path("empty"));
  EXPECT_EQ(audit({"verify", path("empty")}).code, 10);
  EXPECT_EQ(audit({"compare", path("a"), path("b"), "--at-least", "1"}, false).code, 2);
  EXPECT_EQ(audit({"verify", path("a"), "--witness", a_.signer.key().text()}).code, 2);
  EXPECT_EQ(audit({"verify", path("a"), "--cosignatures", "1"}).code, 5);
  write("receipt", "garbage");
  EXPECT_EQ(audit({"verify", path("a"), "--receipt", path("receipt")}).code, 3);
  a_.grow_to(5);
  write("later", a_.receipt(4));
  const Ran ran = audit({"verify", path("a"), "--receipt", path("later")});
  EXPECT_EQ(ran.code, 5);
  EXPECT_NE(ran.err.find("later"), std::string::npos) << ran.err;
}

TEST_F(AuditCommand, ComparesLogs) {
  copy();
  EXPECT_EQ(audit({"compare", path("a"), path("b"), "--at-least", "2"}).code, 0);
  b_.add({release_of(9)});
  b_.copy_to(path("b2"));
  const Ran ran = audit({"compare", path("a"), path("b2"), "--at-least", "2"});
  EXPECT_EQ(ran.code, 8);
  EXPECT_NE(ran.err.find("session 0909"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("released by b.example/log"), std::string::npos) << ran.err;
}

TEST_F(AuditCommand, ReportsWithNothingFromElsewhere) {
  copy();
  const Ran ran = report({"--at-least", "2"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::string page = read("page.html");
  EXPECT_NE(page.find("All logs hold."), std::string::npos);
  EXPECT_NE(page.find("<b>2</b><span>openings</span>"), std::string::npos);
  EXPECT_NE(page.find("<b>4</b><span>releases by custodians</span>"), std::string::npos);
  for (const char* word : {"diabetes study", "pmsi-2025", "the permit expired", "2026-01-01"})
    EXPECT_NE(page.find(word), std::string::npos) << word;
  for (const char* word : {"<script", "<link", "<img", "<iframe", "http:", "https:", "url(", "@import", "src="})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
}

TEST_F(AuditCommand, ShowsHostileTextAsText) {
  LogEntry hostile = release_of(4);
  hostile.purpose = "<script>alert('x')</script>\"&\xE2\x80\xAE";
  LogEntry refusal = refusal_of(5);
  refusal.reason = "</td><img src=x onerror=alert(1)>";
  b_.add({hostile, refusal});
  copy();
  ASSERT_EQ(report({"--title", "</title><script>"}).code, 0);
  const std::string page = read("page.html");
  for (const char* word : {"<script", "<img", "</td><img"}) EXPECT_EQ(page.find(word), std::string::npos) << word;
  EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;[U+202E]"), std::string::npos);
  EXPECT_NE(page.find("<bdi>&lt;/td&gt;&lt;img src=x"), std::string::npos);
  EXPECT_EQ(report({"--title", "\xFF"}).code, 2);
}

TEST_F(AuditCommand, ShowsNothingOfALogThatDoesNotHold) {
  LogEntry lie = release_of(4);
  lie.purpose = "a lie";
  b_.add({lie});
  ASSERT_OK(b_.database.run("UPDATE log SET entry = (SELECT entry FROM log WHERE idx = 0) WHERE idx = 1"));
  copy();
  ASSERT_EQ(report({"--at-least", "2"}).code, 0);
  const std::string page = read("page.html");
  EXPECT_NE(page.find("1 of 2 logs cannot be believed."), std::string::npos);
  EXPECT_NE(page.find("does not hold"), std::string::npos);
  EXPECT_EQ(page.find("a lie"), std::string::npos);
  EXPECT_NE(page.find("<b>2</b><span>releases by custodians</span>"), std::string::npos);
}

TEST(AuditTally, IsBounded) {
  Tally tally;
  tally.begin("log");
  LogEntry entry = release_of(1);
  for (std::uint64_t i = 0; i < 50000; ++i) {
    entry.session[0] = static_cast<std::uint8_t>(i);
    entry.session[1] = static_cast<std::uint8_t>(i >> 8);
    entry.purpose = "purpose " + std::to_string(i);
    entry.time = 1 + i * 86400;
    tally.add(entry);
  }
  EXPECT_EQ(tally.openings, 50000u);
  EXPECT_LE(tally.purposes.distinct(), 10000u);
  EXPECT_LE(tally.days.size(), 40000u);
  const auto top = tally.purposes.top(3);
  ASSERT_EQ(top.size(), 4u);
  EXPECT_EQ(top.back(), (Bar{"all others", 49997, true}));
}

TEST(Html, NumbersAndNames) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(html_escaped("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
  EXPECT_EQ(html_escaped("a\xE2\x80\xAE\xE2\x80\x8B\xC3\xA9\xE2\x82\xAC"), "a[U+202E][U+200B]\xC3\xA9\xE2\x82\xAC");
}

}  // namespace
}  // namespace triclave::cli
