// Each error of a policy file names its line and column. In the texts here @ marks the place and is taken out before
// the text is read.
#include <gtest/gtest.h>

#include "unit/policy/policy_files.h"

namespace triclave::policy {
namespace {

using testing::Entry;
using testing::kOwnerSigner;
using testing::policy_text;
using testing::read;

void expect_error(std::string text, std::string_view word, ErrorKind kind = ErrorKind::malformed) {
  const std::size_t at = text.find('@');
  ASSERT_NE(at, std::string::npos);
  text.erase(at, 1);
  const std::string before = text.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = at - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  const auto policy = read(text);
  ASSERT_FALSE(policy) << text;
  EXPECT_EQ(policy.error().kind, kind);
  const std::string place = "test.policy:" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  EXPECT_TRUE(policy.error().message.starts_with(place)) << place << "\n" << policy.error().message;
  EXPECT_NE(policy.error().message.find(word), std::string::npos) << policy.error().message;
}

// The compartment's access expression, in an otherwise sound file.
void expect_access_error(const std::string& access, std::string_view word) {
  expect_error(
      policy_text(access, {{"a"}, {"b"}, {.name = "b2", .operator_name = "b"}, {.name = "store", .role = "STORAGE"}}),
      word);
}

// `entry` is the registry entry "x" as the file has it.
void expect_entry_error(const std::string& entry, std::string_view word) {
  expect_error(policy_text("a", {{"a"}}) + entry, word);
}

std::string entry_with(const std::string& country, const std::string& more) {
  return "recipients {\n  name: \"x\"\n  role: CUSTODIAN\n  operator: \"x\"\n  key_file: \"x.pub\"\n  country " +
         country + "\n  owner_country { value: \"FR\" illustrative: true }\n  " + more + "\n}";
}
const std::string kFrance = "{ value: \"FR\" illustrative: true }";

TEST(PolicyErrors, TheTextsWithoutErrorAreSound) {
  EXPECT_OK(read(policy_text("a", {{"a"}})));
  EXPECT_OK(read(policy_text("a", {{"a"}}) + entry_with(kFrance, "")));
}

TEST(PolicyErrors, OfTextproto) {
  expect_error("version: 1\n@bogus: 2\n", "no field named \"bogus\"");
  expect_error("version: 1\ndataset: @17\n", "Expected string");
  expect_error("version: 1\n  @version: 2\n", "specified multiple times");
  expect_error("version: 1\ndataset: \"d@\n", "line boundaries");
  expect_error("version: 1\nrecipients { role: @CZAR\n }", "CZAR");
  expect_error("version: 1\ncompartments {\n  name: \"c\"\n@", "Expected identifier");
  expect_error("recipients { country {\n illustrative: @maybe\n } }", "boolean");
  expect_error("version: @99999999999999999999\n", "out of range");
  expect_error(std::string("version: 1\n@\x01", 13), "");
}

TEST(PolicyErrors, NestingIsBounded) {
  std::string deep = "version: 1 ";
  for (int i = 0; i < 50'000; ++i) deep += "compartments { ";
  EXPECT_FAILS(read(deep), ErrorKind::malformed);
}

TEST(PolicyErrors, OfTheHead) {
  expect_error("@", "version: 1");
  expect_error("dataset: \"d\"\n@version: 0\n", "version: 1");
  expect_error("dataset: \"d\"\n\n   @version: 2\n", "newer", ErrorKind::unsupported);
  expect_error("version: 1\n@dataset: \"Big Data\"\n", "name the dataset");
}

TEST(PolicyErrors, InsideAccessExpressions) {
  expect_access_error("all(a, @nobody)", "no recipient nobody");
  expect_access_error("@0 of (a, b)", "nobody");
  expect_access_error("all(b, @3 of (a, b))", "never be met");
  expect_access_error("all(a, @A)", "has no place");
  expect_access_error("any(a, @store)", "may hold no share");
  expect_access_error("any(a, b, @b2)", "b holds another key in this list");
  expect_access_error("all(a, b@", "closing parenthesis");
  expect_access_error("all(all(all(all(all(all(all(all(@a))))))))", "8 levels");
}

TEST(PolicyErrors, InsideAccessExpressionsOfSeveralLines) {
  expect_error("version: 1 dataset: \"d\"\n" + kOwnerSigner + Entry{"a"}.text() +
                   "compartments {\n  name: \"c\"\n  access:  # who may\n    \"all(a,\"\n    ' @b)'\n}",
               "no recipient b");
}

TEST(PolicyErrors, OneOperatorMayStandInDifferentLists) {
  EXPECT_OK(read(policy_text("any(b, all(a, b2))", {{"a"}, {"b"}, {.name = "b2", .operator_name = "b"}})));
}

TEST(PolicyErrors, OfCompartments) {
  const std::string rest = "version: 1 dataset: \"d\" " + Entry{"a"}.text() + kOwnerSigner;
  expect_error("@" + rest, "at least one compartment");
  expect_error(rest + "compartments { @name: \"C\" access: \"a\" }", "a name is");
  expect_error(rest + "@compartments { name: \"c\" }", "say who may open it");
  expect_error(rest + "compartments { name: \"c\" access: \"a\" }\ncompartments { @name: \"c\" access: \"a\" }",
               "c is named twice");
  expect_error(rest + "compartments { name: \"c\" access: \"a\" @expires: \"2026-02-30\" }", "not a date");
  expect_error(rest + "compartments { name: \"c\" access: \"a\" @authority: \"office\" }", "has the role AUTHORITY");
  expect_error(rest + "compartments { name: \"c\" access: \"a\" @authority: \"nobody\" }", "has the role AUTHORITY");
  expect_error(rest + "compartments { name: \"c\" access: \"a\" } @default_compartment: \"other\"",
               "no compartment other");
  expect_error(rest + "compartments { name: \"c\" access: \"a\" columns: \"ok\" @columns: \"\" }", "columns");
  expect_error(rest + "compartments { name: \"c\" access: \"a\" } @expires: \"soon\"", "not a date");
}

TEST(PolicyErrors, OfTooManyCompartments) {
  std::string text = "version: 1 dataset: \"d\" " + Entry{"a"}.text() + kOwnerSigner;
  for (int i = 0; i < 64; ++i) text += "compartments { name: \"c" + std::to_string(i) + "\" access: \"a\" }\n";
  EXPECT_OK(read(text));
  expect_error(text + "@compartments { name: \"last\" access: \"a\" }", "at most 64 compartments");
}

TEST(PolicyErrors, OfRules) {
  const auto with = [](const std::string& rules) {
    return policy_text("a", {{"a"}}, "rules {\n    " + rules + "\n  }");
  };
  expect_error(with("@deny_coalition: \"USA\""), "'USA' is not an ISO 3166-1");
  expect_error(with("deny_coalition: \"US\" @deny_coalition: \"UK\""), "'UK' is not");
  expect_error(with("deny_coalition: \"US\" @deny_coalition: \"US\""), "US stands twice");
  expect_error(with("@require_label: \"SEC NUM\""), "not a label");
  expect_error(with("@region: \"EU\""), "neither EEA");
  expect_error(with("@min_operators: 65"), "64");
  expect_error(with("@min_countries: 65"), "64");
  expect_error(policy_text("a", {{"a"}}, "rules { @region: \"FR\" }", "rules { region: \"DE\" }"), "nothing in common");
}

TEST(PolicyErrors, OfRecipients) {
  expect_entry_error("recipients { @name: \"X\" }", "a name is");
  expect_entry_error("recipients { @name: \"a\" }", "a is named twice");
  expect_entry_error("recipients { @name: \"all\" }", "means something else");
  expect_entry_error("recipients { @name: \"12\" }", "means something else");
  expect_entry_error("@recipients { name: \"x\" }", "role");
  expect_entry_error("@recipients { name: \"x\" role: OWNER }", "organisation");
  expect_entry_error("@recipients { name: \"x\" role: OWNER operator: \"x\" }", "country is missing");
  expect_entry_error("@recipients { name: \"x\" role: OWNER operator: \"x\" country " + kFrance + "}",
                     "owner_country is missing");
  expect_entry_error(
      "@recipients { name: \"x\" role: OWNER operator: \"x\" country " + kFrance + " owner_country " + kFrance + "}",
      "public key file");
  expect_entry_error("recipients { name: \"x\" role: STORAGE operator: \"x\" country " + kFrance + " owner_country " +
                         kFrance + " @key_file: \"x\"}",
                     "holds no key");
}

TEST(PolicyErrors, OfFacts) {
  expect_entry_error(entry_with("{ @value: \"UK\" illustrative: true }", ""), "the United Kingdom is GB");
  expect_entry_error(entry_with("{ @value: \"fr\" illustrative: true }", ""), "'fr' is not an ISO 3166-1");
  expect_entry_error(entry_with("{ value: \"FR\" @source: \"register\" }", ""), "source and date");
  expect_entry_error(entry_with("{ value: \"FR\" source: \"register\" @date: \"2026-1-1\" }", ""), "not a date");
  expect_entry_error(entry_with(kFrance, "exposure { @jurisdiction: \"EU\" }"), "'EU' is not");
  expect_entry_error(entry_with(kFrance, "@exposure { jurisdiction: \"US\" }"), "say why");
  expect_entry_error(entry_with(kFrance, "@exposure { jurisdiction: \"US\" why: \"parent\" }"), "source and date");
  expect_entry_error(entry_with(kFrance, "labels { @name: \"HDS v2\" illustrative: true }"), "a label is");
  expect_entry_error(entry_with(kFrance, "labels { name: \"HDS\" @expires: \"never\" illustrative: true }"),
                     "not a date");
  expect_entry_error(entry_with(kFrance,
                                "labels { name: \"HDS\" illustrative: true }\n"
                                "  @labels { name: \"HDS\" illustrative: true }"),
                     "HDS stands twice");
  expect_entry_error(entry_with(kFrance, "@key_kind { illustrative: true }"), "FILE, HSM or PASSPHRASE");
  expect_entry_error(entry_with(kFrance, "@key_kind { value: HSM }"), "source and date");
  expect_entry_error(entry_with(kFrance, "@fingerprint: \"ABCD\""), "64 lowercase hex");
}

// The key is the one of golang.org/x/mod/sumdb/note's documentation.
TEST(PolicyErrors, OfNetworkAddresses) {
  const std::string key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const std::string log = "log_key: \"" + key + "\"";
  const auto at = [&](const std::string& endpoint) {
    return entry_with(kFrance, "endpoint: \"" + endpoint + "\" " + log);
  };
  const std::string base = policy_text("a", {{"a"}});
  for (const char* right : {"custodian.ovh.example:7443", "127.0.0.1:1", "[::1]:65535", "localhost:443"})
    EXPECT_OK(read(base + at(right)));
  for (const char* wrong :
       {"ovh.example", ":443", "ovh.example:", "ovh.example:0", "ovh.example:65536", "ovh.example:044",
        "https://ovh.example:443", "ovh example:443", "[]:443", "::1:443", "ovh.example:443/x"})
    expect_entry_error(entry_with(kFrance, "@endpoint: \"" + std::string(wrong) + "\" " + log), "HOST:PORT");
  expect_entry_error(entry_with(kFrance, "@endpoint: \"ovh:443\""), "give the log_key");
  expect_entry_error(entry_with(kFrance, "@" + log), "without an endpoint");
  expect_entry_error(entry_with(kFrance, "@tls_ca: \"ca.pem\""), "without an endpoint");
  expect_entry_error(entry_with(kFrance, "endpoint: \"ovh:443\" @tls_ca: \"a\\nb\" " + log), "PEM file");
  for (const std::string& wrong : {std::string("PeterNeumann"), key.substr(1), key.substr(0, key.size() - 4),
                                   "PeterNeumann+c74f20a4" + key.substr(21), "Peter Neumann" + key.substr(12)})
    expect_entry_error(entry_with(kFrance, "endpoint: \"ovh:443\" @log_key: \"" + wrong + "\""), "verifier key");
  std::string owner = at("ovh:443");
  owner.replace(owner.find("CUSTODIAN"), 9, "OWNER");
  owner.insert(owner.find("endpoint"), "@");
  expect_entry_error(owner, "only a CUSTODIAN");
}

TEST(PolicyErrors, AFactWithSourceAndDateNeedsNoMark) {
  const std::string stated = "{ value: \"FR\" source: \"commercial register\" date: \"2026-01-15\" }";
  EXPECT_OK(read(policy_text("a", {{"a"}}) + entry_with(stated, "")));
}

TEST(PolicyErrors, OneOperatorHasOneCountryAndOneOwner) {
  expect_entry_error(
      "recipients { name: \"x\" role: CUSTODIAN operator: \"a\" @country { value: \"DE\" illustrative: true } "
      "owner_country " +
          kFrance + "}",
      "one operator has one country");
  expect_entry_error("recipients { name: \"x\" role: CUSTODIAN operator: \"a\" country " + kFrance +
                         " @owner_country { value: \"US\" illustrative: true } }",
                     "one operator has one country");
}

TEST(PolicyErrors, OfSigners) {
  const std::string rest = policy_text("a", {{"a"}});
  expect_error(rest + "signers { @name: \"office\" key_file: \"x\" roles: PRODUCER }", "office is named twice");
  expect_error(rest + "@signers { name: \"x\" key_file: \"x\" }", "at least one role");
  expect_error(rest + "signers { name: \"x\" key_file: \"x\" @roles: [PRODUCER, ROLE_UNSPECIFIED] }", "roles are");
  expect_error(rest + "@signers { name: \"x\" roles: PRODUCER }", "public key file");
  const auto two_owners = read(rest + "signers { name: \"x\" key_file: \"x\" roles: OWNER }");
  ASSERT_FALSE(two_owners);
  EXPECT_NE(two_owners.error().message.find("exactly one signer"), std::string::npos) << two_owners.error().message;
}

TEST(PolicyErrors, AFileHasAtMostOneMebibyte) {
  std::string text = policy_text("a", {{"a"}});
  text += "#" + std::string(1024 * 1024 - text.size() - 1, ' ');
  EXPECT_OK(read(text));
  EXPECT_FAILS(read(text + " "), ErrorKind::malformed);
}

TEST(PolicyErrors, WhatTheyQuoteIsHarmless) {
  const auto policy = read(policy_text("a", {{"a"}}, "expires: \"\\033[2J" + std::string(5000, 'x') + "\""));
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().message.find('\x1B'), std::string::npos);
  EXPECT_LT(policy.error().message.size(), 1000u);
}

void expect_value_or_error_with_place(const std::string& text) {
  const auto policy = read(text);
  EXPECT_TRUE(policy || policy.error().message.starts_with("test.policy:")) << policy.error().message;
}

// Every truncation, and every byte replaced by several others: a value or an error, nothing else.
TEST(PolicyErrors, HostileTextNeverCrashes) {
  const std::string text = policy_text("all(a, 1 of (b))", {{.name = "a", .more = testing::exposed("US")}, {"b"}},
                                       "rules { deny_coalition: [\"US\", \"CN\"] } expires: \"2030-01-01\"");
  for (std::size_t size = 0; size < text.size(); ++size) expect_value_or_error_with_place(text.substr(0, size));
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char other : {'\0', '"', '{', '}', '\n', '\x80', '(', '9', '\\'}) {
      std::string changed = text;
      changed[i] = other;
      expect_value_or_error_with_place(changed);
    }
}

}  // namespace
}  // namespace triclave::policy
