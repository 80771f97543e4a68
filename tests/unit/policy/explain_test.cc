// The two sample policies, read as somebody reads them who has only the program's output.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "unit/policy/policy_files.h"

namespace triclave::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kNow;
using ::testing::Not;

using Names = std::vector<std::string>;

Explanation sample(const std::string& name) {
  const auto policy = Policy::load(std::string(TRICLAVE_SOURCE_DIR "/src/policy/samples/") + name + ".textproto");
  EXPECT_OK(policy);
  return policy ? policy->explain(kNow) : Explanation();
}

bool all_met(const CompartmentExplanation& each) {
  return std::all_of(each.rules.begin(), each.rules.end(), [](const RuleVerdict& rule) { return rule.met; });
}

TEST(Samples, TheHub) {
  const Explanation hub = sample("hub");
  EXPECT_EQ(hub.dataset, "national-hub");
  ASSERT_EQ(hub.compartments.size(), 2u);
  const CompartmentExplanation& identifiers = hub.compartments[0];
  EXPECT_EQ(identifiers.name, "identifiers");
  EXPECT_EQ(identifiers.in_words, "hub together with any 2 of (outscale, ovhcloud, orange)");
  EXPECT_EQ(identifiers.coalitions.smallest, 3u);
  EXPECT_EQ(identifiers.custodians_to_lose, 1u);
  EXPECT_TRUE(all_met(identifiers));
  const CompartmentExplanation& clinical = hub.compartments[1];
  EXPECT_THAT(clinical.coalitions.listed,
              ElementsAre(Names{"Outscale", "OVHcloud"}, Names{"Outscale", "Orange"}, Names{"OVHcloud", "Orange"}));
  EXPECT_EQ(clinical.operators_to_lose, 1u);
  EXPECT_FALSE(clinical.opens_quantum);
  EXPECT_TRUE(all_met(clinical));
  const JurisdictionVerdict& us = clinical.jurisdictions.back();
  EXPECT_EQ(us.jurisdiction, "US");
  EXPECT_THAT(us.compels, ElementsAre("OVHcloud"));
  EXPECT_THAT(us.stores, ElementsAre("Microsoft"));
  EXPECT_FALSE(us.opens);
  EXPECT_TRUE(clinical.jurisdictions[0].opens) << "France can compel all three, and the table must say so";
}

TEST(Samples, TheHospital) {
  const Explanation hospital = sample("hospital");
  ASSERT_EQ(hospital.compartments.size(), 1u);
  const CompartmentExplanation& stays = hospital.compartments[0];
  EXPECT_EQ(stays.coalitions.smallest, 3u);
  for (const Names& coalition : stays.coalitions.listed) EXPECT_EQ(coalition[0], "The hospital");
  EXPECT_EQ(stays.operators_to_lose, 0u);
  EXPECT_EQ(stays.custodians_to_lose, 1u);
  EXPECT_THAT(stays.fatal_losses.listed[0], ElementsAre("The hospital"));
  EXPECT_TRUE(all_met(stays));
}

TEST(Samples, TheCohort) {
  const Explanation cohort = sample("cohort");
  ASSERT_EQ(cohort.compartments.size(), 2u);
  for (const Names& coalition : cohort.compartments[0].coalitions.listed) EXPECT_EQ(coalition[0], "The hospital");
  EXPECT_EQ(cohort.compartments[1].coalitions.smallest, 2u);
  for (const CompartmentExplanation& each : cohort.compartments) EXPECT_TRUE(all_met(each)) << each.name;
  const auto policy = Policy::load(TRICLAVE_SOURCE_DIR "/src/policy/samples/cohort.textproto");
  EXPECT_EQ(policy->compartment_of_column("nir").value(), "identifiers");
  EXPECT_EQ(policy->compartment_of_column("address_2").value(), "identifiers");
  EXPECT_EQ(policy->compartment_of_column("creatinine").value(), "clinical");
}

// Nothing is said of a real company without a source and a date, or the word that it is an example.
TEST(Samples, EveryFactIsSourcedOrIllustrative) {
  const auto marked = [](const Provenance& from) {
    return from.illustrative || (!from.source.empty() && !from.date.empty());
  };
  for (const char* name : {"hub", "hospital", "cohort"})
    for (const RecipientFacts& known : sample(name).recipients) {
      EXPECT_TRUE(marked(known.country.from) && marked(known.owner_country.from)) << known.name;
      for (const Exposure& each : known.exposures) EXPECT_TRUE(marked(each.from)) << known.name;
      for (const Label& each : known.labels) EXPECT_TRUE(marked(each.from)) << known.name;
    }
}

TEST(ExplainText, SaysWhatACourtNeeds) {
  const std::string text = sample("hub").to_text();
  for (const char* phrase :
       {"DATASET national-hub", "As of   2026-07-01", "COMPARTMENT identifiers", "COMPARTMENT clinical",
        "any 2 of (outscale, ovhcloud, orange)", "Outscale + OVHcloud", "Whichever they are, 1 operator may be lost.",
        "While the owner keeps its keys, 1 custodian may be lost.", "OVHcloud; Microsoft, storing only",
        "a quantum computer), alone: cannot open it.", "Classical keys: none.", "deny_coalition US", "MISSING",
        "Sealing: not yet, key files are missing: outscale", "[illustrative]", "keeps ciphertext, holds no share",
        "HOW TO READ THIS"})
    EXPECT_THAT(text, HasSubstr(phrase));
  EXPECT_THAT(text, Not(HasSubstr("NOT MET")));
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  EXPECT_THAT(text, Not(HasSubstr(" \n"))) << "blanks behind a line's end";
}

TEST(ExplainText, NamesTheRuleThatIsNotMetAndWhy) {
  const auto policy = testing::read(testing::policy_text(
      "any(a, h)", {{"a", "US"}, {.name = "h", .more = testing::key_kind("HSM")}}, "rules { deny_coalition: \"US\" }"));
  ASSERT_OK(policy);
  const std::string text = policy->explain(kNow).to_text();
  EXPECT_THAT(text, HasSubstr("NOT MET  deny_coalition US  US can compel a, who can open it"));
  EXPECT_THAT(text, HasSubstr("Sealing: REFUSED, a rule is not met."));
  EXPECT_THAT(text, HasSubstr("alone: CAN OPEN IT"));
  EXPECT_THAT(text, HasSubstr("Classical keys: h."));
}

TEST(ExplainText, SourcesAndExpiredLabelsAreShown) {
  const auto policy = testing::read(testing::policy_text(
      "a",
      {{.name = "a",
        .more = "labels { name: \"HDS\" expires: \"2026-01-31\" source: \"certificate 42\" date: \"2023-02-01\" }"}}));
  ASSERT_OK(policy);
  const std::string text = policy->explain(kNow).to_text();
  EXPECT_THAT(text, HasSubstr("HDS EXPIRED 2026-01-31  [certificate 42, 2023-02-01]"));
}

TEST(ExplainText, AlignsByCharactersNotBytes) {
  const auto policy = testing::read(testing::policy_text(
      "all(a, b)", {{.name = "a", .operator_name = "H\xC3\xB4pital"}, {.name = "b", .operator_name = "Clinics"}}));
  ASSERT_OK(policy);
  const std::string text = policy->explain(kNow).to_text();
  EXPECT_THAT(text, HasSubstr("a          H\xC3\xB4pital   custodian"));
  EXPECT_THAT(text, HasSubstr("b          Clinics   custodian"));
}

TEST(ExplainJson, HoldsTheSameVerdicts) {
  const auto json = nlohmann::json::parse(sample("hub").to_json());
  EXPECT_EQ(json["dataset"], "national-hub");
  EXPECT_EQ(json["date"], "2026-07-01");
  const auto& clinical = json["compartments"][1];
  EXPECT_EQ(clinical["access"], "2 of (outscale, ovhcloud, orange)");
  EXPECT_EQ(clinical["coalitions"]["smallest"], 2);
  EXPECT_EQ(clinical["coalitions"]["listed"][0], nlohmann::json({"Outscale", "OVHcloud"}));
  EXPECT_EQ(clinical["custodians_to_lose"], 1);
  EXPECT_EQ(clinical["jurisdictions"][2]["jurisdiction"], "US");
  EXPECT_EQ(clinical["jurisdictions"][2]["opens"], false);
  EXPECT_EQ(clinical["rules"][0]["met"], true);
  EXPECT_EQ(clinical["may_seal"], false);
  EXPECT_EQ(clinical["expires"], nullptr);
  const auto& azure = json["recipients"][4];
  EXPECT_EQ(azure["role"], "storage");
  EXPECT_FALSE(azure.contains("key"));
  EXPECT_EQ(azure["exposures"][0]["illustrative"], true);
  EXPECT_EQ(json["recipients"][0]["key"]["file"], "missing");
  EXPECT_EQ(json["signers"][0]["owner"], true);
}

TEST(ExplainJson, TakesAnyBytesInAFilesName) {
  const auto policy = Policy::parse(testing::policy_text("a", {{"a"}}), "caf\xE9.policy", "/nonexistent");
  ASSERT_OK(policy);
  EXPECT_NO_THROW(EXPECT_THAT(nlohmann::json::parse(policy->explain(kNow).to_json())["dataset"], "d"));
}

TEST(ExplainJson, AllCustodiansMayBeLostWhereTheOwnerOpensAlone) {
  const auto policy = testing::read(testing::policy_text("any(h, a)", {{.name = "h", .role = "OWNER"}, {"a"}}));
  ASSERT_OK(policy);
  const auto json = nlohmann::json::parse(policy->explain(kNow).to_json());
  EXPECT_EQ(json["compartments"][0]["custodians_to_lose"], "all");
  EXPECT_THAT(policy->explain(kNow).to_text(),
              HasSubstr("While the owner keeps its keys, all custodians may be lost."));
}

}  // namespace
}  // namespace triclave::policy
