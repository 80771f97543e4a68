// The verdicts on random policies against all subsets of operators, judged by nothing but the definition.
#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <set>

#include "policy/tree.h"
#include "unit/policy/policy_files.h"
#include "unit/policy/trees.h"

namespace triclave::policy {
namespace {

constexpr unsigned kOperators = 6;
const std::vector<std::string> kCountries = {"FR", "DE", "US"};

// Every operator has three keys, x1 to x3, so that it can stand in several subtrees.
struct RandomPolicy {
  explicit RandomPolicy(std::uint32_t seed) : random(seed) {
    for (unsigned i = 0; i < kOperators; ++i) {
      home.push_back(kCountries[below(3)]);
      exposure.push_back(below(3) == 0 ? "US" : "");
      for (unsigned key = 0; key < 3; ++key) kinds.push_back(below(8));
    }
    access = expression(1);
  }

  unsigned below(unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random); }

  std::string expression(unsigned level) {
    if (level > 1 && (level == 4 || below(3) == 0)) return leaf(below(kOperators));
    std::vector<std::string> children;
    std::set<unsigned> here;  // operators of leaves of this list
    Node node;
    for (unsigned n = 1 + below(4); children.size() < n;) {
      const std::size_t before = nodes.size();
      std::string child = expression(level + 1);
      const Node made = nodes.back();
      nodes.resize(before);
      if (made.is_leaf() && !here.insert(made.key_id[0]).second) continue;
      children.push_back(std::move(child));
      node.children.push_back(made);
    }
    node.k = 1 + below(static_cast<unsigned>(children.size()));
    nodes.push_back(node);
    std::string out = std::to_string(node.k) + " of (" + children[0];
    for (std::size_t i = 1; i < children.size(); ++i) out += ", " + children[i];
    return out + ")";
  }

  // The key id holds operator and key.
  std::string leaf(unsigned operator_number) {
    const unsigned key = below(3);
    nodes.push_back({{static_cast<std::uint8_t>(operator_number), static_cast<std::uint8_t>(key)}, "x", 0, {}});
    return "x" + std::to_string(operator_number) + "-" + std::to_string(key);
  }

  const Node& tree() const { return nodes.back(); }
  unsigned kind(const Id& id) const { return kinds[id[0] * 3u + id[1]]; }  // 0: HSM, 1: PASSPHRASE

  std::string text() const {
    std::string out = testing::policy_text(access, {});
    for (unsigned i = 0; i < kOperators; ++i)
      for (unsigned key = 0; key < 3; ++key) {
        const unsigned is = kinds[i * 3 + key];
        const std::string kind = is == 0 ? testing::key_kind("HSM") : is == 1 ? testing::key_kind("PASSPHRASE") : "";
        out += testing::Entry{.name = "x" + std::to_string(i) + "-" + std::to_string(key),
                              .country = home[i],
                              .more = kind + (exposure[i].empty() ? "" : testing::exposed(exposure[i])),
                              .role = i == 0 ? "OWNER" : "CUSTODIAN",
                              .operator_name = "op" + std::to_string(i)}
                   .text();
      }
    return out;
  }

  bool opens(unsigned operators, bool quantum) const {
    return satisfied(tree(), [&](const LeafAt& at) {
      return (operators >> at.key_id[0] & 1) != 0 || kind(at.key_id) == 1 || (quantum && kind(at.key_id) == 0);
    });
  }
  bool opens_after(unsigned lost) const {
    return satisfied(tree(), [&](const LeafAt& at) { return (lost >> at.key_id[0] & 1) == 0; });
  }

  std::mt19937 random;
  std::vector<std::string> home, exposure;
  std::vector<unsigned> kinds;
  std::string access;
  std::vector<Node> nodes;
};

unsigned size_of(unsigned set) { return static_cast<unsigned>(std::popcount(set)); }

void check(const RandomPolicy& made, const CompartmentExplanation& found) {
  unsigned smallest = 99, fatal = 99, fatal_custodians = 99, countries = 99;
  std::set<std::set<std::string>> minimal;
  std::set<unsigned> in_tree;
  for (const LeafAt& at : leaves(made.tree())) in_tree.insert(at.key_id[0]);
  for (unsigned set = 0; set < 1u << kOperators; ++set) {
    if (!made.opens_after(set)) fatal = std::min(fatal, size_of(set));
    if (!made.opens_after(set) && (set & 1) == 0) fatal_custodians = std::min(fatal_custodians, size_of(set));
    if (!made.opens(set, false)) continue;
    smallest = std::min(smallest, size_of(set));
    std::set<std::string> names, homes;
    bool is_minimal = true;
    for (unsigned i = 0; i < kOperators; ++i) {
      if ((set >> i & 1) == 0) continue;
      is_minimal = is_minimal && !made.opens(set & ~(1u << i), false);
      names.insert("op" + std::to_string(i));
      homes.insert(made.home[i]);
    }
    countries = std::min(countries, static_cast<unsigned>(homes.size()));
    if (is_minimal) minimal.insert(names);
  }
  EXPECT_EQ(found.coalitions.smallest, smallest);
  std::set<std::set<std::string>> listed;
  for (const auto& names : found.coalitions.listed) listed.insert({names.begin(), names.end()});
  EXPECT_EQ(listed, minimal);
  EXPECT_EQ(found.operators_to_lose + 1, fatal);
  EXPECT_EQ(found.custodians_to_lose ? *found.custodians_to_lose + 1 : 99, fatal_custodians);
  EXPECT_EQ(found.opens_quantum, made.opens(0, true));
  for (const RuleVerdict& rule : found.rules) EXPECT_EQ(rule.met, countries >= 2) << rule.rule;
  for (const JurisdictionVerdict& verdict : found.jurisdictions) {
    unsigned held = 0;
    for (unsigned i = 0; i < kOperators; ++i)
      if (made.home[i] == verdict.jurisdiction || made.exposure[i] == verdict.jurisdiction) held |= 1u << i;
    EXPECT_EQ(verdict.opens, made.opens(held, false)) << verdict.jurisdiction;
    EXPECT_EQ(verdict.opens_quantum, made.opens(held, true)) << verdict.jurisdiction;
  }
}

TEST(SovereigntyBruteForce, MarginsAgreeWithAllFurtherLosses) {
  for (std::uint32_t seed = 0; seed < 300 && !HasFailure(); ++seed) {
    const RandomPolicy made(seed);
    const auto policy = testing::read(made.text());
    ASSERT_OK(policy) << made.access;
    for (unsigned lost = 0; lost < 1u << kOperators; lost += 2) {  // never the owner, who is number 0
      std::vector<std::string> names;
      for (unsigned i = 0; i < kOperators; ++i)
        for (unsigned key = 0; (lost >> i & 1) != 0 && key < 3; ++key)
          names.push_back("x" + std::to_string(i) + "-" + std::to_string(key));
      unsigned fatal = 99;
      for (unsigned more = 0; more < 1u << kOperators; more += 2)
        if (!made.opens_after(lost | more)) fatal = std::min(fatal, size_of(more & ~lost));
      const auto margin = policy->margin("c", names);
      ASSERT_OK(margin);
      EXPECT_EQ(margin->opens, fatal != 0) << made.access;
      EXPECT_EQ(margin->more ? *margin->more : 98, fatal == 0 ? 0 : fatal - 1) << made.access << " without " << lost;
    }
  }
}

TEST(SovereigntyBruteForce, VerdictsAgreeWithAllSubsetsOnRandomPolicies) {
  for (std::uint32_t seed = 0; seed < 2000 && !HasFailure(); ++seed) {
    const RandomPolicy made(seed);
    const auto policy = testing::read(made.text() + "rules { min_countries: 2 }");
    ASSERT_OK(policy) << made.access;
    SCOPED_TRACE(made.access + "\n" + made.text());
    check(made, policy->explain(testing::kNow).compartments[0]);
  }
}

}  // namespace
}  // namespace triclave::policy
