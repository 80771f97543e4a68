// Who could open a compartment, who could be made to, and what may be lost: by operator, since all keys of one operator
// act together.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policy/coalitions.h"
#include "policy/compartments.h"
#include "policy/registry.h"
#include "triclave/explanation.h"

namespace triclave::policy {

class Sovereignty {
 public:
  // Keeps references to both. Errors: unsupported (a tree too intricate to judge exactly).
  static Result<Sovereignty> judge(const Compartment& compartment, const Registry& registry, Work& work);

  // Each rule of the compartment; what is said of recipients is judged at `today`.
  std::vector<RuleVerdict> rules(std::chrono::sys_days today) const;
  // While the owner keeps its keys, and where the leaves for which `is_lost` holds are lost already. Errors: unsupported
  // (too much work).
  Result<Margin> margin(const std::function<bool(std::size_t)>& is_lost, Work& work) const;
  // All but names of keys that are missing.
  CompartmentExplanation explain(std::chrono::sys_days today) const;

 private:
  Sovereignty(const Compartment& compartment, const Registry& registry);

  const RecipientFacts& facts(std::size_t leaf) const;
  // `root`, with the group of each leaf as `group_of` says of its place in written order.
  CoalitionTree tree(const Node& root, const std::function<int(std::size_t)>& group_of) const;
  CoalitionTree by_operator(bool classical_keys_broken) const;
  CoalitionTree by_country() const;
  CoalitionTree losses(
      bool owner_keeps_keys, const std::function<bool(std::size_t)>& is_lost = [](std::size_t) { return false; }) const;

  bool compels(const std::string& jurisdiction, const std::string& operator_name) const;
  Groups compelled(const std::string& jurisdiction) const;
  std::vector<std::string> stores(const std::string& jurisdiction) const;
  std::vector<std::string> jurisdictions() const;
  std::vector<std::string> operators_in(Groups groups) const;
  // Names of the recipients in the tree for whose leaves `which` holds, each once.
  std::vector<std::string> recipients(const std::function<bool(std::size_t)>& which) const;
  Coalitions list(const CoalitionTree& tree, unsigned smallest) const;

  RuleVerdict deny_coalition(const std::string& jurisdiction) const;
  RuleVerdict require_label(const std::string& label, std::chrono::sys_days today) const;
  RuleVerdict region() const;
  RuleVerdict min_operators() const;
  RuleVerdict min_countries() const;
  RuleVerdict expires(std::chrono::sys_days today) const;

  const Compartment* compartment_;
  const Registry* registry_;
  std::vector<std::string> operators_, countries_;  // by group number, of the recipients in the tree
  std::vector<int> operator_of_leaf_, country_of_leaf_;
  // Exact, in operators but for the second, which is in countries.
  unsigned smallest_ = 0, smallest_countries_ = 0, fatal_loss_ = 0;
  std::optional<unsigned> fatal_custodian_loss_;
};

}  // namespace triclave::policy
