// What a policy's verdicts are, through the public class alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/policy/policy_files.h"

namespace triclave::policy {
namespace {

using ::testing::ElementsAre;
using testing::Entry;
using testing::explained;
using testing::exposed;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::key_kind;
using testing::labelled;
using testing::noon;
using testing::policy_text;
using testing::read;

using Names = std::vector<std::string>;

const JurisdictionVerdict& verdict(const CompartmentExplanation& each, const std::string& code) {
  for (const JurisdictionVerdict& one : each.jurisdictions)
    if (one.jurisdiction == code) return one;
  ADD_FAILURE() << "no verdict on " << code;
  static const JurisdictionVerdict none;
  return none;
}

const RuleVerdict& rule(const CompartmentExplanation& each, const std::string& name) {
  for (const RuleVerdict& one : each.rules)
    if (one.rule == name) return one;
  ADD_FAILURE() << "no verdict on " << name;
  static const RuleVerdict none;
  return none;
}

std::string rules(const std::string& text) { return "rules { " + text + " }"; }

TEST(Sovereignty, ListsTheSmallestCoalitions) {
  const auto each = explained(policy_text("any(a, all(b, c), all(b, c, d))", {{"a"}, {"b"}, {"c"}, {"d"}}));
  EXPECT_EQ(each.coalitions.smallest, 1u);
  EXPECT_THAT(each.coalitions.listed, ElementsAre(Names{"a"}, Names{"b", "c"}));
  EXPECT_FALSE(each.coalitions.more);
}

TEST(Sovereignty, SaysWhenThereAreMoreCoalitionsThanListed) {
  std::string access = "8 of (a0", more;
  for (int i = 1; i < 16; ++i) access += ", a" + std::to_string(i);
  std::string text = policy_text(access + ")", {});
  for (int i = 0; i < 16; ++i) text += Entry{"a" + std::to_string(i)}.text();
  const auto each = explained(text);
  EXPECT_EQ(each.coalitions.smallest, 8u);
  EXPECT_EQ(each.coalitions.listed.size(), 64u);
  EXPECT_TRUE(each.coalitions.more);
  EXPECT_EQ(each.operators_to_lose, 8u);
}

// Design: any(owner, 2 of 3) does not die with two custodians; all(owner, 2 of 3) dies with the owner alone.
TEST(Sovereignty, TellsWhatMayBeLost) {
  const std::initializer_list<Entry> entries = {{.name = "owner", .role = "OWNER"}, {"x"}, {"y"}, {"z"}};
  const auto either = explained(policy_text("any(owner, 2 of (x, y, z))", entries));
  EXPECT_EQ(either.operators_to_lose, 2u);
  EXPECT_EQ(either.custodians_to_lose, std::nullopt);
  EXPECT_THAT(either.fatal_losses.listed,
              ElementsAre(Names{"owner", "x", "y"}, Names{"owner", "x", "z"}, Names{"owner", "y", "z"}));

  const auto both = explained(policy_text("all(owner, 2 of (x, y, z))", entries));
  EXPECT_EQ(both.operators_to_lose, 0u);
  EXPECT_EQ(both.custodians_to_lose, 1u);
  EXPECT_THAT(both.fatal_losses.listed, ElementsAre(Names{"owner"}, Names{"x", "y"}, Names{"x", "z"}, Names{"y", "z"}));
}

TEST(Sovereignty, KeysOfOneOperatorActAndAreLostTogether) {
  const std::initializer_list<Entry> entries = {
      {.name = "a1", .operator_name = "A"}, {.name = "a2", .operator_name = "A"}, {"b"}};
  const auto each = explained(policy_text("all(a1, any(b, all(a2)))", entries));
  EXPECT_THAT(each.coalitions.listed, ElementsAre(Names{"A"}));
  EXPECT_EQ(each.operators_to_lose, 0u);
}

TEST(Sovereignty, AJurisdictionCompelsByCountryOwnerOrExposure) {
  const auto each = explained(policy_text(
      "all(at_home, owned, exposed)",
      {{"at_home", "US"}, {.name = "owned", .owner_country = "US"}, {.name = "exposed", .more = exposed("US")}}));
  EXPECT_THAT(verdict(each, "US").compels, ElementsAre("at_home", "owned", "exposed"));
  EXPECT_TRUE(verdict(each, "US").opens);
  EXPECT_THAT(verdict(each, "FR").compels, ElementsAre("owned", "exposed"));
  EXPECT_FALSE(verdict(each, "FR").opens);
}

TEST(Sovereignty, ExposureOfOneRecipientIsItsOperators) {
  const auto each = explained(policy_text(
      "a1", {{.name = "a1", .operator_name = "A"}, {.name = "a2", .more = exposed("CN"), .operator_name = "A"}}));
  EXPECT_TRUE(verdict(each, "CN").opens);
}

TEST(Sovereignty, EveryJurisdictionNamedGetsAVerdict) {
  const auto each = explained(
      policy_text("a", {{"a", "DE"}, {.name = "store", .country = "IE", .role = "STORAGE", .owner_country = "US"}},
                  rules("deny_coalition: \"CN\"")));
  Names codes;
  for (const JurisdictionVerdict& one : each.jurisdictions) codes.push_back(one.jurisdiction);
  EXPECT_THAT(codes, ElementsAre("CN", "DE", "IE", "US"));
  EXPECT_THAT(verdict(each, "US").compels, IsEmpty());
  EXPECT_THAT(verdict(each, "US").stores, ElementsAre("store"));
  EXPECT_FALSE(verdict(each, "US").opens);
}

TEST(Sovereignty, APassphraseKeyIsHeldByEveryone) {
  const auto each =
      explained(policy_text("2 of (p, a, b)", {{.name = "p", .more = key_kind("PASSPHRASE")}, {"a", "US"}, {"b"}},
                            rules("deny_coalition: \"US\"")));
  EXPECT_THAT(each.coalitions.listed, ElementsAre(Names{"a"}, Names{"b"}));
  EXPECT_TRUE(verdict(each, "US").opens);
  EXPECT_FALSE(rule(each, "deny_coalition US").met);
  EXPECT_THAT(rule(each, "deny_coalition US").recipients, ElementsAre("p", "a"));
  EXPECT_EQ(each.operators_to_lose, 1u);  // but who may forget it is one of three all the same
}

TEST(Sovereignty, WhatOnlyAPassphraseGuardsIsOpenToAnybody) {
  const auto each = explained(policy_text("any(p, a)", {{.name = "p", .more = key_kind("PASSPHRASE")}, {"a"}},
                                          rules("deny_coalition: \"CN\" min_operators: 1 min_countries: 1")));
  EXPECT_EQ(each.coalitions.smallest, 0u);
  EXPECT_THAT(each.coalitions.listed, ElementsAre(Names{}));
  EXPECT_FALSE(rule(each, "deny_coalition CN").met);
  EXPECT_FALSE(rule(each, "min_operators 1").met);
  EXPECT_FALSE(rule(each, "min_countries 1").met);
}

TEST(Sovereignty, AQuantumAttackerHoldsTheClassicalKeys) {
  const auto each =
      explained(policy_text("2 of (hsm, a, b)", {{.name = "hsm", .more = key_kind("HSM")}, {"a", "US"}, {"b"}}));
  EXPECT_FALSE(each.opens_quantum);
  EXPECT_FALSE(verdict(each, "US").opens);
  EXPECT_TRUE(verdict(each, "US").opens_quantum);
  EXPECT_EQ(each.coalitions.smallest, 2u);

  EXPECT_TRUE(explained(policy_text("hsm", {{.name = "hsm", .more = key_kind("HSM")}})).opens_quantum);
  EXPECT_FALSE(
      explained(policy_text("hsm", {{.name = "hsm", .more = key_kind("HSM", "post_quantum: true")}})).opens_quantum);
  EXPECT_TRUE(
      explained(policy_text("f", {{.name = "f", .more = key_kind("FILE", "post_quantum: false")}})).opens_quantum);
}

TEST(Sovereignty, DenyCoalitionLooksAtAllWhomItCompelsTogether) {
  const std::initializer_list<Entry> entries = {{"a", "US"}, {.name = "b", .more = exposed("US")}, {"c"}, {"d"}};
  const auto enough = explained(policy_text("2 of (a, b, c, d)", entries, rules("deny_coalition: \"US\"")));
  EXPECT_FALSE(rule(enough, "deny_coalition US").met);
  EXPECT_THAT(rule(enough, "deny_coalition US").recipients, ElementsAre("a", "b"));
  const auto short_of = explained(policy_text("3 of (a, b, c, d)", entries, rules("deny_coalition: \"US\"")));
  EXPECT_TRUE(rule(short_of, "deny_coalition US").met);
  EXPECT_THAT(rule(short_of, "deny_coalition US").finding, HasSubstr("a, b"));
}

TEST(Sovereignty, RequireLabelIsForAllButTheOwner) {
  const std::initializer_list<Entry> entries = {{.name = "owner", .role = "OWNER"},
                                                {.name = "a", .more = labelled("HDS")},
                                                {.name = "b", .more = labelled("SECNUMCLOUD")}};
  const auto each = explained(policy_text("all(owner, a, b)", entries, rules("require_label: \"HDS\"")));
  EXPECT_FALSE(rule(each, "require_label HDS").met);
  EXPECT_THAT(rule(each, "require_label HDS").recipients, ElementsAre("b"));
  EXPECT_TRUE(
      rule(explained(policy_text("all(owner, a)", entries, rules("require_label: \"HDS\""))), "require_label HDS").met);
}

TEST(Sovereignty, ALabelHoldsThroughItsLastDay) {
  const auto policy =
      read(policy_text("a", {{.name = "a", .more = labelled("HDS", "2026-06-30")}}, rules("require_label: \"HDS\"")));
  ASSERT_OK(policy);
  const auto met_on = [&](auto time) { return policy->explain(time).compartments[0].rules.at(0).met; };
  EXPECT_TRUE(met_on(noon(2026, 6, 30)));
  EXPECT_FALSE(met_on(noon(2026, 7, 1)));
  EXPECT_FALSE(policy->explain(noon(2026, 6, 30)).recipients[0].labels[0].expired);
  EXPECT_TRUE(policy->explain(noon(2026, 7, 1)).recipients[0].labels[0].expired);
}

TEST(Sovereignty, RegionIsOfCountryAndOwner) {
  const auto broken_by = [](Entry entry, const std::string& region) {
    return rule(explained(policy_text("all(a, x)", {{"a"}, entry}, rules("region: \"" + region + "\""))),
                "region " + region)
        .recipients;
  };
  EXPECT_THAT(broken_by({"x", "NO"}, "EEA"), IsEmpty());
  EXPECT_THAT(broken_by({"x", "CH"}, "EEA"), ElementsAre("x"));
  EXPECT_THAT(broken_by({.name = "x", .owner_country = "US"}, "EEA"), ElementsAre("x"));
  EXPECT_THAT(broken_by({"x", "DE"}, "FR"), ElementsAre("x"));
}

TEST(Sovereignty, EveryCoalitionNeedsItsOperatorsAndCountries) {
  const std::initializer_list<Entry> entries = {{"fr1"}, {"fr2"}, {"de", "DE"}};
  const auto each = explained(policy_text("2 of (fr1, fr2, de)", entries, rules("min_operators: 2 min_countries: 2")));
  EXPECT_TRUE(rule(each, "min_operators 2").met);
  EXPECT_FALSE(rule(each, "min_countries 2").met);
  EXPECT_THAT(rule(each, "min_countries 2").recipients, ElementsAre("fr1", "fr2"));
  EXPECT_TRUE(
      rule(explained(policy_text("all(de, any(fr1, fr2))", entries, rules("min_countries: 2"))), "min_countries 2")
          .met);
  const auto alone = explained(policy_text("any(de, all(fr1, fr2))", entries, rules("min_operators: 2")));
  EXPECT_THAT(rule(alone, "min_operators 2").recipients, ElementsAre("de"));
}

TEST(Sovereignty, ThePolicyHoldsThroughItsLastDay) {
  const auto policy = read(policy_text("a", {{"a"}}, "expires: \"2026-12-31\""));
  ASSERT_OK(policy);
  const auto met_on = [&](auto time) { return policy->explain(time).compartments[0].rules.at(0).met; };
  EXPECT_TRUE(met_on(noon(2026, 12, 31)));
  EXPECT_FALSE(met_on(noon(2027, 1, 1)));
}

TEST(Sovereignty, RulesOfFileAndCompartmentAreJoined) {
  const auto each = explained(policy_text(
      "a", {{"a"}},
      rules("deny_coalition: \"CN\" require_label: \"HDS\" region: \"FR\" min_operators: 1 min_countries: 2") +
          " expires: \"2030-01-01\"",
      rules("deny_coalition: \"US\" deny_coalition: \"CN\" require_label: \"SECNUMCLOUD\" region: \"EEA\" "
            "min_operators: 3") +
          " expires: \"2029-01-01\""));
  Names names;
  for (const RuleVerdict& one : each.rules) names.push_back(one.rule);
  EXPECT_THAT(names,
              ElementsAre("deny_coalition CN", "deny_coalition US", "require_label HDS", "require_label SECNUMCLOUD",
                          "region FR", "min_operators 3", "min_countries 2", "expires 2029-01-01"));
}

}  // namespace
}  // namespace triclave::policy
