// An explanation for people: no symbol that needs a legend, no verdict without the names it rests on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "policy/text_table.h"
#include "policy/words.h"
#include "triclave/explanation.h"

namespace triclave {
namespace {

using policy::TextTable;
using policy::word;
using Names = std::vector<std::string>;

std::string listed(const Names& names, const char* where_none = "-") {
  return names.empty() ? where_none : fmt::format("{}", fmt::join(names, ", "));
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string sourced(const Provenance& from) {
  std::string out = from.source.empty() ? "" : from.source;
  if (!from.date.empty()) out += (out.empty() ? "" : ", ") + from.date;
  if (from.illustrative) out += out.empty() ? "illustrative" : " (illustrative)";
  return out;
}

std::string described(const Label& label) {
  if (label.expires.empty()) return label.name;
  return fmt::format("{} {} {}", label.name, label.expired ? "EXPIRED" : "until", label.expires);
}

std::string key_of(const RecipientFacts& known) {
  if (known.role == RecipientRole::storage) return "none";
  return fmt::format("{}, {}", word(known.key_kind), known.post_quantum ? "post-quantum" : "classical");
}

bool illustrative(const RecipientFacts& known) {
  const auto is = [](const auto& fact) { return fact.from.illustrative; };
  return is(known.country) || is(known.owner_country) || known.key_from.illustrative ||
         std::any_of(known.exposures.begin(), known.exposures.end(), is) ||
         std::any_of(known.labels.begin(), known.labels.end(), is);
}

std::string key_file_of(KeyFileStatus status) {
  return std::string(status == KeyFileStatus::missing ? "MISSING" : word(status));
}

TextTable recipient_table() {
  return TextTable(
      {"Recipient", "Operator", "Role", "Country", "Owned from", "Exposed to", "Labels", "Key", "Key file", "Facts"});
}

void add_recipient(TextTable& table, const RecipientFacts& known) {
  Names exposed, labels;
  for (const Exposure& each : known.exposures) exposed.push_back(each.jurisdiction);
  for (const Label& each : known.labels) labels.push_back(each.expired ? each.name + " EXPIRED" : each.name);
  table.add({known.name, known.operator_name, std::string(word(known.role)), known.country.value,
             known.owner_country.value, listed(exposed), listed(labels), key_of(known), key_file_of(known.key_file),
             illustrative(known) ? "illustrative" : "sourced"});
}

std::string sets_of(const Coalitions& found, std::size_t indent) {
  std::string out;
  for (const Names& set : found.listed)
    out += fmt::format("{:{}}{}\n", "", indent,
                       set.empty() ? "nobody is needed" : fmt::format("{}", fmt::join(set, " + ")));
  if (found.more) out += fmt::format("{:{}}and more\n", "", indent);
  return out;
}

std::string losses_of(const CompartmentExplanation& each, bool owner_holds_share) {
  std::string out = "\n  What may be lost before nobody can open it\n    ";
  if (each.operators_to_lose == 0)
    out += "Not every operator can be spared: the loss of a single one may be the end.\n";
  else
    out += fmt::format("Whichever they are, {} may be lost.\n", counted(each.operators_to_lose, "operator"));
  if (owner_holds_share)
    out += fmt::format("    While the owner keeps its keys, {} may be lost.\n",
                       !each.custodians_to_lose        ? "all custodians"
                       : *each.custodians_to_lose == 0 ? "not every custodian"
                                                       : counted(*each.custodians_to_lose, "custodian"));
  return out + "    It is lost for ever when these have lost their keys:\n" + sets_of(each.fatal_losses, 6);
}

std::string compelled_text(const JurisdictionVerdict& one) {
  std::string out = listed(one.compels, "nobody who holds a share");
  if (!one.stores.empty()) out += fmt::format("; {}, storing only", listed(one.stores));
  return out;
}

std::string jurisdictions_of(const CompartmentExplanation& each) {
  TextTable table({"Jurisdiction", "Can compel", "Can open it", "With every classical key broken"});
  const auto verdict = [](bool opens) { return opens ? "YES" : "no"; };
  for (const JurisdictionVerdict& one : each.jurisdictions)
    table.add({one.jurisdiction, compelled_text(one), verdict(one.opens), verdict(one.opens_quantum)});
  return "\n  Who could be made to open it: each jurisdiction with all whom it can compel\n" + table.to_text(4);
}

std::string quantum_of(const CompartmentExplanation& each, const std::vector<RecipientFacts>& known) {
  Names classical;
  for (const RecipientFacts& one : known)
    if (!one.post_quantum && std::count(each.recipients.begin(), each.recipients.end(), one.name) != 0)
      classical.push_back(one.name);
  return fmt::format(
      "\n  An attacker who breaks every classical key (a quantum computer), alone: {}.\n  Classical keys: {}.\n",
      each.opens_quantum ? "CAN OPEN IT" : "cannot open it", listed(classical, "none"));
}

std::string rules_of(const CompartmentExplanation& each) {
  std::string out = "\n  Rules\n";
  if (each.rules.empty()) return out + "    none\n";
  TextTable table({"Verdict", "Rule", "Because"});
  for (const RuleVerdict& rule : each.rules) table.add({rule.met ? "met" : "NOT MET", rule.rule, rule.finding});
  return out + table.to_text(4);
}

std::string sealing_of(const CompartmentExplanation& each) {
  if (each.may_seal) return "\n  Sealing: allowed.\n";
  if (!std::all_of(each.rules.begin(), each.rules.end(), [](const RuleVerdict& rule) { return rule.met; }))
    return "\n  Sealing: REFUSED, a rule is not met.\n";
  return fmt::format("\n  Sealing: not yet, key files are missing: {}.\n", listed(each.missing_keys));
}

std::string compartment_text(const CompartmentExplanation& each, const std::vector<RecipientFacts>& known) {
  std::string out = fmt::format("\nCOMPARTMENT {}\n\n  Opens with    {}\n  Written as    {}\n", each.name,
                                each.in_words, each.access);
  out += fmt::format("  Permits from  {}\n", each.authority.empty() ? "nobody" : each.authority);
  out += fmt::format("  Valid         {}\n", each.expires.empty() ? "without end" : "through " + each.expires);
  TextTable table = recipient_table();
  bool owner_holds_share = false;
  for (const std::string& name : each.recipients)
    for (const RecipientFacts& one : known)
      if (one.name == name) {
        add_recipient(table, one);
        owner_holds_share = owner_holds_share || one.role == RecipientRole::owner;
      }
  out += "\n  Who holds a share\n" + table.to_text(4);
  out += fmt::format("\n  Smallest coalitions that can open it (the smallest has {})\n{}",
                     counted(each.coalitions.smallest, "operator"), sets_of(each.coalitions, 4));
  return out + losses_of(each, owner_holds_share) + jurisdictions_of(each) + quantum_of(each, known) + rules_of(each) +
         sealing_of(each);
}

std::string registry_text(const std::vector<RecipientFacts>& recipients) {
  std::string out = "\nWHAT IS KNOWN OF EACH RECIPIENT, AND FROM WHERE\n";
  for (const RecipientFacts& known : recipients) {
    out += fmt::format(
        "\n  {} ({}, {})\n", known.name, known.operator_name,
        known.role == RecipientRole::storage ? "storage: keeps ciphertext, holds no share" : word(known.role));
    const auto line = [&](std::string_view what, std::string_view value, const Provenance& from) {
      const std::string source = sourced(from);
      out += fmt::format("    {:<12}  {}{}\n", what, value, source.empty() ? "" : "  [" + source + "]");
    };
    line("country", known.country.value, known.country.from);
    line("owned from", known.owner_country.value, known.owner_country.from);
    for (const Exposure& each : known.exposures)
      line("exposed to", fmt::format("{}: {}", each.jurisdiction, each.why), each.from);
    for (const Label& each : known.labels) line("label", described(each), each.from);
    if (known.role == RecipientRole::storage) continue;
    line("key", fmt::format("{}; key file {}", key_of(known), key_file_of(known.key_file)), known.key_from);
    if (!known.fingerprint.empty()) line("fingerprint", known.fingerprint, {});
    if (known.endpoint.empty()) continue;
    line("asked at", known.endpoint, {});
    line("certified by", known.tls_ca.empty() ? "the system's own authorities" : known.tls_ca, {});
    line("log", known.log_key, {});
  }
  return out;
}

std::string signer_text(const std::vector<SignerFacts>& signers) {
  TextTable table({"Signer", "May", "Key file", "Fingerprint"});
  for (const SignerFacts& each : signers) {
    Names may;
    if (each.owner) may.push_back("rewrap (owner)");
    if (each.producer) may.push_back("seal (producer)");
    if (each.authority) may.push_back("issue permits");
    table.add({each.name, listed(may), key_file_of(each.key_file), each.fingerprint.empty() ? "-" : each.fingerprint});
  }
  return "\nWHO SIGNS\n\n" + table.to_text(2);
}

constexpr std::string_view kHowToRead =
    "\nHOW TO READ THIS\n\n"
    "  All keys of one operator act together. A jurisdiction can compel an operator that is established there, whose\n"
    "  ultimate owner is, or that is exposed to its law in another way. A key behind a passphrase alone counts as "
    "held\n"
    "  by everyone. Coalitions are minimal: without any one of its operators a coalition cannot open the compartment.\n"
    "  The verdicts follow from the facts above and are worth what these are; \"illustrative\" marks an example, not "
    "a\n"
    "  statement about a real company.\n";

}  // namespace

std::string Explanation::to_text() const {
  std::string out = fmt::format("DATASET {}\n\n  Policy  {}\n  As of   {}\n", dataset, origin, date);
  for (const CompartmentExplanation& each : compartments) out += compartment_text(each, recipients);
  out += registry_text(recipients);
  out += signer_text(signers);
  out += kHowToRead;
  return out;
}

}  // namespace triclave
