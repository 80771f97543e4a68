// Each rule, held against the tree and the registry.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>

#include "policy/codes.h"
#include "policy/sovereignty.h"

namespace triclave::policy {
namespace {

std::string list_of(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace

std::vector<std::string> Sovereignty::recipients(const std::function<bool(std::size_t)>& which) const {
  std::vector<std::string> out;
  for (std::size_t leaf = 0; leaf < operator_of_leaf_.size(); ++leaf)
    if (which(leaf) && std::find(out.begin(), out.end(), facts(leaf).name) == out.end())
      out.push_back(facts(leaf).name);
  return out;
}

// Those whom the jurisdiction can compel, all together, and whatever everybody holds.
RuleVerdict Sovereignty::deny_coalition(const std::string& jurisdiction) const {
  const Groups held = compelled(jurisdiction);
  RuleVerdict out{"deny_coalition " + jurisdiction, !by_operator(false).opens(held), {}, {}};
  const std::string who = list_of(operators_in(held));
  if (!out.met)
    out.recipients = recipients([&](std::size_t leaf) {
      return (held >> operator_of_leaf_[leaf] & 1) != 0 || facts(leaf).key_kind == KeyKind::passphrase;
    });
  if (out.met)
    out.finding = held == 0 ? jurisdiction + " can compel none of the operators"
                            : fmt::format("{} can compel {}, who cannot open it", jurisdiction, who);
  else
    out.finding =
        held == 0 ? "anybody can open it" : fmt::format("{} can compel {}, who can open it", jurisdiction, who);
  return out;
}

// Of every recipient in the tree that is not the owner's.
RuleVerdict Sovereignty::require_label(const std::string& label, std::chrono::sys_days today) const {
  const auto holds = [&](const RecipientFacts& recipient) {
    return std::any_of(recipient.labels.begin(), recipient.labels.end(), [&](const Label& each) {
      return each.name == label && (each.expires.empty() || today <= *parse_date(each.expires));
    });
  };
  RuleVerdict out{"require_label " + label, false, {}, {}};
  out.recipients =
      recipients([&](std::size_t leaf) { return facts(leaf).role != RecipientRole::owner && !holds(facts(leaf)); });
  out.met = out.recipients.empty();
  out.finding = out.met ? "every recipient but the owner's holds it"
                        : fmt::format("missing or expired on {}: {}", format_date(today), list_of(out.recipients));
  return out;
}

// Of every recipient in the tree, the country and the ultimate owner's.
RuleVerdict Sovereignty::region() const {
  const std::string& region = compartment_->rules.region;
  RuleVerdict out{"region " + region, false, {}, {}};
  out.recipients = recipients([&](std::size_t leaf) {
    return !in_region(facts(leaf).country.value, region) || !in_region(facts(leaf).owner_country.value, region);
  });
  out.met = out.recipients.empty();
  out.finding = out.met ? "every recipient and its ultimate owner lie in it"
                        : "outside, or owned from outside: " + list_of(out.recipients);
  return out;
}

RuleVerdict Sovereignty::min_operators() const {
  const unsigned least = compartment_->rules.min_operators;
  RuleVerdict out{fmt::format("min_operators {}", least), smallest_ >= least, {}, {}};
  out.finding = fmt::format("the smallest coalition has {}", smallest_);
  if (out.met) return out;
  const auto example = by_operator(false).minimal(1, kListingWork).sets;
  const Groups set = example.empty() ? 0 : example[0];
  if (set != 0) out.finding += ": " + list_of(operators_in(set));
  out.recipients = recipients([&](std::size_t leaf) { return (set >> operator_of_leaf_[leaf] & 1) != 0; });
  return out;
}

// All operators of a country count as one: the fewest countries whose operators together can open it.
RuleVerdict Sovereignty::min_countries() const {
  const unsigned least = compartment_->rules.min_countries;
  RuleVerdict out{fmt::format("min_countries {}", least), smallest_countries_ >= least, {}, {}};
  out.finding = fmt::format("the coalition of fewest countries has {}", smallest_countries_);
  if (out.met) return out;
  const auto example = by_country().minimal(1, kListingWork).sets;
  const Groups set = example.empty() ? 0 : example[0];
  std::vector<std::string> names;
  for (std::size_t i = 0; i < countries_.size(); ++i)
    if ((set >> i & 1) != 0) names.push_back(countries_[i]);
  if (set != 0) out.finding += ": " + list_of(names);
  out.recipients = recipients([&](std::size_t leaf) { return (set >> country_of_leaf_[leaf] & 1) != 0; });
  return out;
}

RuleVerdict Sovereignty::expires(std::chrono::sys_days today) const {
  const std::string day = format_date(*compartment_->expires);
  const bool met = today <= *compartment_->expires;
  return {"expires " + day, met, met ? "not yet" : "nothing new may be sealed under it", {}};
}

std::vector<RuleVerdict> Sovereignty::rules(std::chrono::sys_days today) const {
  const Rules& rules = compartment_->rules;
  std::vector<RuleVerdict> out;
  for (const std::string& jurisdiction : rules.deny_coalition) out.push_back(deny_coalition(jurisdiction));
  for (const std::string& label : rules.require_label) out.push_back(require_label(label, today));
  if (!rules.region.empty()) out.push_back(region());
  if (rules.min_operators > 0) out.push_back(min_operators());
  if (rules.min_countries > 0) out.push_back(min_countries());
  if (compartment_->expires) out.push_back(expires(today));
  return out;
}

}  // namespace triclave::policy
