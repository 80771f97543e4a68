// The program from its arguments to its exit code, with its words.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/temp_folder.h"
#include "triclave/engine.h"
#include "unit/cli/ran.h"

namespace triclave::cli {
namespace {

TEST(ExitCode, IsTheKindsNumberPlusOne) {
  EXPECT_EQ(exit_code(ErrorKind::invalid_argument), 2);
  EXPECT_EQ(exit_code(ErrorKind::malformed), 3);
  EXPECT_EQ(exit_code(ErrorKind::unsupported), 4);
  EXPECT_EQ(exit_code(ErrorKind::forged), 5);
  EXPECT_EQ(exit_code(ErrorKind::policy_refused), 6);
  EXPECT_EQ(exit_code(ErrorKind::permit_refused), 7);
  EXPECT_EQ(exit_code(ErrorKind::quorum_short), 8);
  EXPECT_EQ(exit_code(ErrorKind::custodian_unavailable), 9);
  EXPECT_EQ(exit_code(ErrorKind::io), 10);
}

TEST(Run, HelpTellsTheExitCodesAndEveryCommand) {
  const Ran ran = triclave({"--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "");
  for (const char* word :
       {"Exit codes:", "keygen", "policy", "seal", "open", "inspect", "rewrap", "verify", "prove", "audit", "10  io"})
    EXPECT_NE(ran.out.find(word), std::string::npos) << word;
}

TEST(Run, EveryCommandHasHelpThatSaysHowItIsCalled) {
  for (const char* command : {"keygen", "seal", "open", "inspect", "rewrap", "verify", "version", "bench"}) {
    const Ran ran = triclave({command, "--help"});
    EXPECT_EQ(ran.code, 0) << command;
    EXPECT_NE(ran.out.find(std::string("Usage: triclave ") + command), std::string::npos) << ran.out;
  }
  EXPECT_NE(triclave({"policy", "explain", "--help"}).out.find("Usage: triclave policy explain"), std::string::npos);
}

TEST(Run, WrongArgumentsAreInvalid) {
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"frobnicate"},
                                                       {"seal"},
                                                       {"version", "more"},
                                                       {"keygen", "wizard", "name"},
                                                       {"open", "x", "--no-such-option"},
                                                       {"policy"},
                                                       {"open", "x", "--policy", "p", "--memory", "m", "--no-memory"}};
  for (const auto& arguments : wrong) {
    const Ran ran = triclave(arguments);
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err.find("triclave: "), 0u) << ran.err;
  }
}

TEST(Run, JsonIsOneObjectAlsoForErrors) {
  const Ran wrong = triclave({"seal", "--json"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.err, "");
  const auto error = nlohmann::json::parse(wrong.out);
  EXPECT_EQ(error["error"]["kind"], "invalid_argument");
  EXPECT_TRUE(error["error"]["culprits"].is_array());

  const Ran missing = triclave({"inspect", "/no/such/file", "--json"});
  EXPECT_EQ(missing.code, 10);
  EXPECT_EQ(nlohmann::json::parse(missing.out)["error"]["kind"], "io");

  const Ran version = triclave({"version", "--json"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(nlohmann::json::parse(version.out)["format"], 1);
}

TEST(Bench, TellsEngineAndSpeeds) {
  const Ran ran = triclave({"bench", "--seconds", "0", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.out;
  const auto told = nlohmann::json::parse(ran.out);
  EXPECT_EQ(told["engine"], engine_name());
  for (const char* speed : {"seal_gb_per_second", "open_gb_per_second", "memcpy_gb_per_second"})
    EXPECT_GT(told[speed], 0.0) << speed;
  EXPECT_DOUBLE_EQ(told["seal_of_memcpy"],
                   told["seal_gb_per_second"].get<double>() / told["memcpy_gb_per_second"].get<double>());
  const Ran words = triclave({"bench", "--seconds", "0"});
  EXPECT_NE(words.out.find(engine_name()), std::string::npos) << words.out;
  EXPECT_EQ(triclave({"bench", "--seconds", "-1"}).code, exit_code(ErrorKind::invalid_argument));
}

TEST(Run, JsonSurvivesNamesThatAreNotUtf8) {
  const Ran ran = triclave({"inspect", "/no/such/\xFF", "--json"});
  EXPECT_EQ(nlohmann::json::parse(ran.out)["error"]["kind"], "io");
}

TEST(Run, WhatCannotBePrintedIsAnIoError) {
  std::ostringstream err;
  std::ostream full(nullptr);
  EXPECT_EQ(run({"version"}, full, err), 10);
  EXPECT_NE(err.str().find("standard output"), std::string::npos);
}

TEST(Keygen, WritesBothHalvesAndNeverOverwrites) {
  const testing::TempFolder folder;
  const Ran made = triclave({"keygen", "recipient", "ovh", "-o", folder.path(), "--json"});
  EXPECT_EQ(made.code, 0) << made.out;
  EXPECT_EQ(folder.names(), (std::set<std::string>{"ovh.key", "ovh.pub"}));
  const auto json = nlohmann::json::parse(made.out);
  EXPECT_EQ(json["fingerprint"].get<std::string>().size(), 64u);
  EXPECT_NE(testing::read_file(folder / "ovh.pub").find(json["fingerprint"].get<std::string>()), std::string::npos);
  EXPECT_EQ(std::filesystem::status(folder / "ovh.key").permissions(), std::filesystem::perms{0600});
  EXPECT_EQ(std::filesystem::status(folder / "ovh.pub").permissions(), std::filesystem::perms{0644});

  const std::string before = testing::read_file(folder / "ovh.key");
  EXPECT_EQ(triclave({"keygen", "recipient", "ovh", "-o", folder.path()}).code, 2);
  EXPECT_EQ(testing::read_file(folder / "ovh.key"), before);
}

TEST(Keygen, MakesTheFolderThatASlashNames) {
  const testing::TempFolder folder;
  EXPECT_EQ(triclave({"keygen", "recipient", "ovh", "-o", folder / "new/keys/"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "new/keys/ovh.key"));
  const Ran refused = triclave({"keygen", "recipient", "ovh", "-o", folder / "new/keys/ovh.key/deeper/"});
  EXPECT_EQ(refused.code, 10);
  EXPECT_NE(refused.err.find("cannot make the folder"), std::string::npos) << refused.err;
}

TEST(Keygen, SaysThatALostKeyIsLostData) {
  const testing::TempFolder folder;
  const Ran made = triclave({"keygen", "recipient", "owner", "-o", folder / "mine"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_NE(made.out.find("lost"), std::string::npos) << made.out;
  EXPECT_EQ(folder.names(), (std::set<std::string>{"mine.key", "mine.pub"}));
}

TEST(Keygen, AnOwnKeyAlwaysGivesTheSameRecipient) {
  const testing::TempFolder folder;
  const std::string key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  testing::write_file(folder / "hex", key + "\n");
  std::string raw;
  for (int i = 0; i < 32; ++i) raw.push_back(static_cast<char>(i));
  testing::write_file(folder / "raw", raw);
  const Ran first =
      triclave({"keygen", "recipient", "own", "-o", folder / "first", "--own-key", folder / "hex", "--json"});
  const Ran second =
      triclave({"keygen", "recipient", "own", "-o", folder / "second", "--own-key", folder / "raw", "--json"});
  ASSERT_EQ(first.code, 0) << first.out;
  ASSERT_EQ(second.code, 0) << second.out;
  EXPECT_EQ(nlohmann::json::parse(first.out)["fingerprint"], nlohmann::json::parse(second.out)["fingerprint"]);
  EXPECT_EQ(triclave({"keygen", "signer", "own", "-o", folder / "third", "--own-key", folder / "hex"}).code, 2);
  testing::write_file(folder / "bad", "00\n");
  EXPECT_EQ(triclave({"keygen", "recipient", "own", "-o", folder / "third", "--own-key", folder / "bad"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "third.pub"));
}

}  // namespace
}  // namespace triclave::cli
