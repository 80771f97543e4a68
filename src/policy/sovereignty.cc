#include "policy/sovereignty.h"

#include <algorithm>
#include <set>

#include "base/try.h"
#include "policy/codes.h"

namespace triclave::policy {
namespace {

constexpr std::size_t kMaxListed = 64;

int number_of(std::vector<std::string>& list, const std::string& text) {
  const auto found = std::find(list.begin(), list.end(), text);
  if (found != list.end()) return static_cast<int>(found - list.begin());
  list.push_back(text);
  return static_cast<int>(list.size() - 1);
}

}  // namespace

Sovereignty::Sovereignty(const Compartment& compartment, const Registry& registry)
    : compartment_(&compartment), registry_(&registry) {
  for (std::size_t leaf = 0; leaf < compartment.recipients.size(); ++leaf) {
    operator_of_leaf_.push_back(number_of(operators_, facts(leaf).operator_name));
    country_of_leaf_.push_back(number_of(countries_, facts(leaf).country.value));
  }
}

Result<Sovereignty> Sovereignty::judge(const Compartment& compartment, const Registry& registry, Work& work) {
  Sovereignty out(compartment, registry);
  // A tree's own leaves always satisfy it and, lost together, its dual; where the owner's may not be lost nothing may
  // do.
  TRICLAVE_TRY_ASSIGN(const auto smallest, out.by_operator(false).smallest(work));
  out.smallest_ = smallest.value_or(0);
  TRICLAVE_TRY_ASSIGN(const auto countries, out.by_country().smallest(work));
  out.smallest_countries_ = countries.value_or(0);
  TRICLAVE_TRY_ASSIGN(const auto fatal, out.losses(false).smallest(work));
  out.fatal_loss_ = fatal.value_or(0);
  TRICLAVE_TRY_ASSIGN(out.fatal_custodian_loss_, out.losses(true).smallest(work));
  return out;
}

const RecipientFacts& Sovereignty::facts(std::size_t leaf) const {
  return registry_->recipients()[compartment_->recipients[leaf]].facts;
}

CoalitionTree Sovereignty::tree(const Node& root, const std::function<int(std::size_t)>& group_of) const {
  std::vector<int> groups;
  for (std::size_t leaf = 0; leaf < compartment_->recipients.size(); ++leaf) groups.push_back(group_of(leaf));
  return CoalitionTree(root, groups);
}

CoalitionTree Sovereignty::by_operator(bool classical_keys_broken) const {
  return tree(compartment_->tree, [&](std::size_t leaf) {
    const bool open_to_all = facts(leaf).key_kind == KeyKind::passphrase;
    const bool broken = classical_keys_broken && !facts(leaf).post_quantum;
    return open_to_all || broken ? CoalitionTree::kAlways : operator_of_leaf_[leaf];
  });
}

CoalitionTree Sovereignty::by_country() const {
  return tree(compartment_->tree, [&](std::size_t leaf) {
    return facts(leaf).key_kind == KeyKind::passphrase ? CoalitionTree::kAlways : country_of_leaf_[leaf];
  });
}

// A passphrase counts as held by everyone where that is the danger, and as lost with its operator where this is.
CoalitionTree Sovereignty::losses(bool owner_keeps_keys, const std::function<bool(std::size_t)>& is_lost) const {
  std::set<int> kept;
  for (std::size_t leaf = 0; owner_keeps_keys && leaf < operator_of_leaf_.size(); ++leaf)
    if (facts(leaf).role == RecipientRole::owner) kept.insert(operator_of_leaf_[leaf]);
  return tree(dual(compartment_->tree), [&](std::size_t leaf) {
    if (is_lost(leaf)) return CoalitionTree::kAlways;
    return kept.contains(operator_of_leaf_[leaf]) ? CoalitionTree::kNever : operator_of_leaf_[leaf];
  });
}

Result<Margin> Sovereignty::margin(const std::function<bool(std::size_t)>& is_lost, Work& work) const {
  TRICLAVE_TRY_ASSIGN(const auto fatal, losses(true, is_lost).smallest(work));
  if (!fatal) return Margin{true, {}};
  if (*fatal == 0) return Margin{false, 0};
  return Margin{true, *fatal - 1};
}

bool Sovereignty::compels(const std::string& jurisdiction, const std::string& operator_name) const {
  const auto& all = registry_->recipients();
  return std::any_of(all.begin(), all.end(), [&](const RegisteredRecipient& each) {
    const RecipientFacts& known = each.facts;
    return known.operator_name == operator_name &&
           (known.country.value == jurisdiction || known.owner_country.value == jurisdiction ||
            std::any_of(known.exposures.begin(), known.exposures.end(),
                        [&](const Exposure& exposure) { return exposure.jurisdiction == jurisdiction; }));
  });
}

Groups Sovereignty::compelled(const std::string& jurisdiction) const {
  Groups out = 0;
  for (std::size_t i = 0; i < operators_.size(); ++i)
    if (compels(jurisdiction, operators_[i])) out |= Groups{1} << i;
  return out;
}

std::vector<std::string> Sovereignty::stores(const std::string& jurisdiction) const {
  std::set<std::string> out;
  for (const RegisteredRecipient& each : registry_->recipients())
    if (each.facts.role == RecipientRole::storage && compels(jurisdiction, each.facts.operator_name))
      out.insert(each.facts.operator_name);
  return {out.begin(), out.end()};
}

std::vector<std::string> Sovereignty::jurisdictions() const {
  std::set<std::string> out(compartment_->rules.deny_coalition.begin(), compartment_->rules.deny_coalition.end());
  for (const RegisteredRecipient& each : registry_->recipients()) {
    out.insert(each.facts.country.value);
    out.insert(each.facts.owner_country.value);
    for (const Exposure& exposure : each.facts.exposures) out.insert(exposure.jurisdiction);
  }
  return {out.begin(), out.end()};
}

std::vector<std::string> Sovereignty::operators_in(Groups groups) const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < operators_.size(); ++i)
    if ((groups >> i & 1) != 0) out.push_back(operators_[i]);
  return out;
}

Coalitions Sovereignty::list(const CoalitionTree& tree, unsigned smallest) const {
  const auto listing = tree.minimal(kMaxListed, kListingWork);
  Coalitions out{smallest, {}, !listing.complete};
  for (const Groups set : listing.sets) out.listed.push_back(operators_in(set));
  return out;
}

CompartmentExplanation Sovereignty::explain(std::chrono::sys_days today) const {
  CompartmentExplanation out;
  out.name = compartment_->name;
  out.access = to_text(compartment_->access);
  out.in_words = in_words(compartment_->access);
  if (compartment_->authority) out.authority = registry_->signers()[*compartment_->authority].facts.name;
  if (compartment_->expires) out.expires = format_date(*compartment_->expires);
  out.recipients = recipients([](std::size_t) { return true; });
  const CoalitionTree now = by_operator(false);
  const CoalitionTree quantum = by_operator(true);
  out.coalitions = list(now, smallest_);
  out.fatal_losses = list(losses(false), fatal_loss_);
  out.operators_to_lose = fatal_loss_ - 1;
  if (fatal_custodian_loss_) out.custodians_to_lose = *fatal_custodian_loss_ - 1;
  for (const std::string& jurisdiction : jurisdictions()) {
    const Groups held = compelled(jurisdiction);
    out.jurisdictions.push_back(
        {jurisdiction, operators_in(held), stores(jurisdiction), now.opens(held), quantum.opens(held)});
  }
  out.opens_quantum = quantum.opens(0);
  out.rules = rules(today);
  return out;
}

}  // namespace triclave::policy
