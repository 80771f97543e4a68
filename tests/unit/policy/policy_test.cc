// Policies with their key files in place.
#include "triclave/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/text_codec.h"
#include "policy/compartment_policy.h"
#include "support/temp_folder.h"
#include "unit/policy/policy_files.h"

namespace triclave::policy {
namespace {

using ::testing::ElementsAre;
using testing::Entry;
using ::testing::HasSubstr;
using testing::kNow;
using triclave::testing::TempFolder;
using triclave::testing::write_file;

// Key files of an owner "h", custodians "x" and "y", and signers.
class PolicyWithKeys : public ::testing::Test {
 protected:
  PolicyWithKeys() {
    for (const char* name : {"h", "x", "y"}) write_recipient(name);
    for (const char* name : {"office", "pipeline", "permits"}) write_signer(name);
  }

  Id write_recipient(const std::string& name) {
    const Recipient recipient = Identity::generate(name).recipient();
    write_file(folder_ / (name + ".pub"), recipient.to_text());
    return recipient.id();
  }
  void write_signer(const std::string& name) {
    write_file(folder_ / (name + ".pub"), Signer::generate(name).public_text());
  }
  Id id_of(const std::string& name) const { return Recipient::load(folder_ / (name + ".pub")).value().id(); }
  Id signer_of(const std::string& name) const { return Verifier::load(folder_ / (name + ".pub")).value().id(); }

  static std::string text(const std::string& compartment = "authority: \"permits\"", const std::string& x = {}) {
    return testing::policy_text("all(h, any(x, y))",
                                {{.name = "h", .role = "OWNER"}, {.name = "x", .more = x}, {"y", "DE"}}, compartment) +
           "signers { name: \"pipeline\" key_file: \"pipeline.pub\" roles: PRODUCER }\n"
           "signers { name: \"permits\" key_file: \"permits.pub\" roles: AUTHORITY }\n";
  }
  Result<Policy> read(const std::string& policy) const { return testing::read(policy, folder_.path()); }

  TempFolder folder_;
};

TEST_F(PolicyWithKeys, KnowsItsPeople) {
  const auto policy = read(text());
  ASSERT_OK(policy);
  EXPECT_EQ(policy->dataset(), "d");
  EXPECT_THAT(policy->compartments(), ElementsAre("c"));
  ASSERT_NE(policy->owner(), nullptr);
  EXPECT_EQ(policy->owner()->id(), signer_of("office"));
  ASSERT_EQ(policy->producers().size(), 1u);
  EXPECT_EQ(policy->producers()[0].id(), signer_of("pipeline"));
  const Id x = id_of("x");
  ASSERT_NE(policy->recipient(x), nullptr);
  EXPECT_EQ(policy->recipient(x)->id(), x);
  EXPECT_EQ(policy->recipient_name(x), "x");
  EXPECT_FALSE(policy->is_owner_key(x));
  EXPECT_TRUE(policy->is_owner_key(id_of("h")));
}

TEST_F(PolicyWithKeys, UnknownKeysGoByTheirFingerprint) {
  const auto policy = read(text());
  ASSERT_OK(policy);
  Id unknown{};
  unknown[0] = 0xAB;
  unknown[7] = 0x01;
  EXPECT_EQ(policy->recipient(unknown), nullptr);
  EXPECT_EQ(policy->recipient_name(unknown), "ab00000000000001");
  EXPECT_FALSE(policy->is_owner_key(unknown));
}

TEST_F(PolicyWithKeys, TellsWhereCustodiansAreAsked) {
  const std::string key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const std::string at_x = "endpoint: \"x.example:7443\" tls_ca: \"ca/x.pem\" log_key: \"" + key + "\"";
  const auto policy = read(text({}, at_x));
  ASSERT_OK(policy);
  const auto custodians = policy->custodians();
  ASSERT_EQ(custodians.size(), 1U);
  EXPECT_EQ(custodians[0].key_id, id_of("x"));
  EXPECT_EQ(custodians[0].name, "x");
  EXPECT_EQ(custodians[0].endpoint, "x.example:7443");
  EXPECT_EQ(custodians[0].tls_ca, folder_.path() / "ca/x.pem");
  EXPECT_EQ(custodians[0].log_key, key);
  const Explanation explanation = policy->explain(kNow);
  EXPECT_THAT(explanation.to_text(), HasSubstr("asked at      x.example:7443"));
  EXPECT_THAT(explanation.to_text(), HasSubstr("certified by  ca/x.pem"));
  EXPECT_THAT(explanation.to_json(), HasSubstr("\"endpoint\": \"x.example:7443\""));
  std::filesystem::remove(folder_.path() / "x.pub");
  EXPECT_TRUE(read(text({}, at_x))->custodians().empty());
}

TEST_F(PolicyWithKeys, WritesTheCompartmentsPolicy) {
  const auto policy =
      read(text("authority: \"permits\" expires: \"2027-12-31\" rules { deny_coalition: \"US\" min_operators: 2 }"));
  ASSERT_OK(policy);
  const auto wire = policy->compartment_policy("c");
  ASSERT_OK(wire);
  EXPECT_EQ(*wire, *policy->compartment_policy("c"));
  const auto parsed = parse_compartment_policy(*wire);
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->authority, signer_of("permits"));
  EXPECT_EQ(parsed->expires, 1830297600u);  // date -u -d 2028-01-01 +%s
  EXPECT_THAT(parsed->rules.deny_coalition, ElementsAre("US"));
  EXPECT_EQ(parsed->rules.min_operators, 2u);
  const auto found = leaves(parsed->tree);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].key_id, id_of("h"));
  EXPECT_EQ(found[2].key_id, id_of("y"));
  EXPECT_EQ(found[2].path, (Bytes{2, 2}));
  EXPECT_EQ(found[2].operator_name, "y");
  EXPECT_EQ(parsed->tree.k, 2u);
  EXPECT_EQ(parsed->tree.children[1].k, 1u);
}

TEST_F(PolicyWithKeys, MaySealWhereEveryRuleIsMet) {
  const auto policy = read(text("rules { region: \"EEA\" min_operators: 2 }"));
  ASSERT_OK(policy);
  EXPECT_OK(policy->check_sealing("c", kNow));
  EXPECT_TRUE(policy->explain(kNow).compartments[0].may_seal);
}

TEST_F(PolicyWithKeys, RefusesToSealAndNamesRulesAndRecipients) {
  const auto policy = read(text("rules { min_countries: 2 require_label: \"HDS\" deny_coalition: \"US\" }",
                                testing::labelled("HDS", "2026-01-01")));
  ASSERT_OK(policy);
  const auto refused = policy->check_sealing("c", kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::policy_refused);
  EXPECT_THAT(refused.error().message, HasSubstr("require_label HDS"));
  EXPECT_THAT(refused.error().message, HasSubstr("min_countries 2"));
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("deny_coalition")));
  std::vector<std::string> who;
  for (const Culprit& culprit : refused.error().culprits) who.push_back(culprit.who + " " + culprit.why);
  EXPECT_THAT(who, ElementsAre("x breaks require_label HDS", "y breaks require_label HDS", "h breaks min_countries 2",
                               "x breaks min_countries 2"));
  EXPECT_FALSE(policy->explain(kNow).compartments[0].may_seal);
}

TEST_F(PolicyWithKeys, RefusesToSealWhatHasExpired) {
  const auto policy = read(text("expires: \"2026-06-30\""));
  ASSERT_OK(policy);
  EXPECT_OK(policy->check_sealing("c", testing::noon(2026, 6, 30)));
  EXPECT_FAILS(policy->check_sealing("c", kNow), ErrorKind::policy_refused);
}

TEST_F(PolicyWithKeys, KnowsNoOtherCompartment) {
  const auto policy = read(text());
  ASSERT_OK(policy);
  EXPECT_FAILS(policy->check_sealing("other", kNow), ErrorKind::invalid_argument);
  EXPECT_FAILS(policy->compartment_policy(""), ErrorKind::invalid_argument);
}

TEST_F(PolicyWithKeys, MissingKeyFilesForbidSealingOnly) {
  for (const std::string missing : {"x", "office", "permits"}) {
    const std::string file = missing + ".pub";
    std::filesystem::rename(folder_ / file, folder_ / "elsewhere");
    const auto policy = read(text());
    ASSERT_OK(policy);
    const auto refused = policy->check_sealing("c", kNow);
    EXPECT_FAILS(refused, ErrorKind::invalid_argument);
    EXPECT_THAT(refused.error().message, HasSubstr("missing: " + missing));
    EXPECT_FAILS(policy->compartment_policy("c"), ErrorKind::invalid_argument);
    const auto each = policy->explain(kNow).compartments[0];
    EXPECT_THAT(each.missing_keys, ElementsAre(missing));
    EXPECT_FALSE(each.may_seal);
    EXPECT_EQ(each.coalitions.smallest, 2u);
    EXPECT_EQ(policy->owner() == nullptr, missing == "office");
    std::filesystem::rename(folder_ / "elsewhere", folder_ / file);
  }
}

TEST_F(PolicyWithKeys, KeyFilesThatSealingDoesNotNeedMayBeMissing) {
  std::filesystem::remove(folder_ / "pipeline.pub");
  std::filesystem::remove(folder_ / "permits.pub");
  const auto policy = read(text(""));
  ASSERT_OK(policy);
  EXPECT_OK(policy->check_sealing("c", kNow));
  EXPECT_TRUE(policy->producers().empty());
}

TEST_F(PolicyWithKeys, HoldsKeyFilesAgainstTheirPins) {
  EXPECT_OK(read(text("", "fingerprint: \"" + to_hex(id_of("x")) + "\"")));
  const auto other = read(text("", "\n  fingerprint: \"" + to_hex(id_of("y")) + "\""));
  EXPECT_FAILS(other, ErrorKind::forged);
  EXPECT_THAT(other.error().message, HasSubstr("test.policy:7:3: "));
  EXPECT_THAT(other.error().message, HasSubstr(to_hex(id_of("x"))));
}

TEST_F(PolicyWithKeys, RefusesDamagedKeyFiles) {
  write_file(folder_ / "x.pub", "triclave-key 1\n");
  const auto damaged = read(text());
  EXPECT_FAILS(damaged, ErrorKind::malformed);
  EXPECT_TRUE(damaged.error().message.starts_with("test.policy:")) << damaged.error().message;
  write_file(folder_ / "x.pub", Signer::generate("x").public_text());
  EXPECT_FAILS(read(text()), ErrorKind::malformed);
}

TEST_F(PolicyWithKeys, OpensRegularFilesOnly) {
  std::filesystem::remove(folder_ / "x.pub");
  ASSERT_EQ(::mkfifo((folder_ / "x.pub").c_str(), 0600), 0);
  const auto pipe = read(text());
  EXPECT_FAILS(pipe, ErrorKind::malformed);
  EXPECT_THAT(pipe.error().message, HasSubstr("not a regular file"));
}

TEST_F(PolicyWithKeys, OneKeyIsOneRecipients) {
  std::filesystem::copy_file(folder_ / "x.pub", folder_ / "y.pub", std::filesystem::copy_options::overwrite_existing);
  const auto twice = read(text());
  EXPECT_FAILS(twice, ErrorKind::malformed);
  EXPECT_THAT(twice.error().message, HasSubstr("x already has this key"));
}

TEST_F(PolicyWithKeys, LoadsFromAFileWithKeysBesideIt) {
  write_file(folder_ / "my.policy", text());
  const auto policy = Policy::load(folder_ / "my.policy");
  ASSERT_OK(policy);
  EXPECT_OK(policy->check_sealing("c", kNow));
  EXPECT_EQ(policy->explain(kNow).origin, (folder_ / "my.policy").native());
  EXPECT_FAILS(Policy::load(folder_ / "none.policy"), ErrorKind::io);
  write_file(folder_ / "large.policy", std::string(1024 * 1024 + 1, '\n'));
  EXPECT_FAILS(Policy::load(folder_ / "large.policy"), ErrorKind::malformed);
  write_file(folder_ / "empty.policy", "");
  EXPECT_FAILS(Policy::load(folder_ / "empty.policy"), ErrorKind::malformed);
}

TEST_F(PolicyWithKeys, TheLargestRulesAndTreeFitACompartmentsPolicy) {
  std::string file = "rules { ", own = "rules { ", access = "all(", entries;
  for (int i = 0; i < 32; ++i) {
    const std::string label(61, 'L');
    file += "require_label: \"" + label + "F" + std::to_string(10 + i) + "\" ";
    own += "require_label: \"" + label + "C" + std::to_string(10 + i) + "\" ";
  }
  own += "deny_coalition: [";
  std::string codes;
  for (char a = 'A'; a <= 'Z'; ++a)
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::string code{a, b};
      if (read(testing::policy_text("h", {{"h", code}}))) codes += (codes.empty() ? "\"" : ", \"") + code + "\"";
    }
  own += codes + "] }";
  for (int list = 0; list < 4; ++list) {
    access += list == 0 ? "any(" : "), any(";
    for (int i = 0; i < 16; ++i) {
      const std::string name = "r" + std::to_string(16 * list + i);
      write_recipient(name);
      access += (i == 0 ? "" : ", ") + name;
      entries += Entry{.name = name, .operator_name = std::string(62, 'o') + std::to_string(10 + 16 * list + i)}.text();
    }
  }
  const auto policy = read(testing::policy_text(access + "))", {}, own, file + "}") + entries);
  ASSERT_OK(policy);
  const auto wire = policy->compartment_policy("c");
  ASSERT_OK(wire);
  EXPECT_OK(parse_compartment_policy(*wire));
}

}  // namespace
}  // namespace triclave::policy
