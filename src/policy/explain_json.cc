// An explanation for programs. Keys are those of explanation.h.
#include <nlohmann/json.hpp>

#include "policy/words.h"
#include "triclave/explanation.h"

namespace triclave {
namespace {

using Json = nlohmann::ordered_json;
using policy::word;

Json provenance(Json out, const Provenance& from) {
  if (!from.source.empty()) out["source"] = from.source;
  if (!from.date.empty()) out["date"] = from.date;
  if (from.illustrative) out["illustrative"] = true;
  return out;
}

template <class List, class Render>
Json array(const List& list, Render render) {
  Json out = Json::array();
  for (const auto& each : list) out.push_back(render(each));
  return out;
}

// Empty text becomes null.
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json fact(const Fact& known) { return provenance({{"value", known.value}}, known.from); }

Json exposure(const Exposure& known) {
  return provenance({{"jurisdiction", known.jurisdiction}, {"why", known.why}}, known.from);
}

Json label(const Label& known) {
  return provenance({{"name", known.name}, {"expires", text_or_null(known.expires)}, {"expired", known.expired}},
                    known.from);
}

Json recipient(const RecipientFacts& known) {
  Json out{{"name", known.name}, {"operator", known.operator_name}, {"role", word(known.role)}};
  out["country"] = fact(known.country);
  out["owner_country"] = fact(known.owner_country);
  out["exposures"] = array(known.exposures, exposure);
  out["labels"] = array(known.labels, label);
  if (known.role == RecipientRole::storage) return out;
  out["key"] = provenance({{"kind", word(known.key_kind)},
                           {"post_quantum", known.post_quantum},
                           {"file", word(known.key_file)},
                           {"fingerprint", text_or_null(known.fingerprint)}},
                          known.key_from);
  if (!known.endpoint.empty())
    out["network"] = {{"endpoint", known.endpoint}, {"tls_ca", text_or_null(known.tls_ca)}, {"log_key", known.log_key}};
  return out;
}

Json signer(const SignerFacts& known) {
  return {{"name", known.name},           {"owner", known.owner},
          {"producer", known.producer},   {"authority", known.authority},
          {"file", word(known.key_file)}, {"fingerprint", text_or_null(known.fingerprint)}};
}

Json coalitions(const Coalitions& found) {
  return {{"smallest", found.smallest}, {"listed", found.listed}, {"more", found.more}};
}

Json jurisdiction(const JurisdictionVerdict& verdict) {
  return {{"jurisdiction", verdict.jurisdiction},
          {"compels", verdict.compels},
          {"stores", verdict.stores},
          {"opens", verdict.opens},
          {"opens_quantum", verdict.opens_quantum}};
}

Json rule(const RuleVerdict& verdict) {
  return {
      {"rule", verdict.rule}, {"met", verdict.met}, {"finding", verdict.finding}, {"recipients", verdict.recipients}};
}

Json compartment(const CompartmentExplanation& each) {
  Json out{{"name", each.name}, {"access", each.access}, {"in_words", each.in_words}};
  out["authority"] = text_or_null(each.authority);
  out["expires"] = text_or_null(each.expires);
  out["recipients"] = each.recipients;
  out["coalitions"] = coalitions(each.coalitions);
  out["fatal_losses"] = coalitions(each.fatal_losses);
  out["operators_to_lose"] = each.operators_to_lose;
  out["custodians_to_lose"] = each.custodians_to_lose ? Json(*each.custodians_to_lose) : Json("all");
  out["jurisdictions"] = array(each.jurisdictions, jurisdiction);
  out["opens_quantum"] = each.opens_quantum;
  out["rules"] = array(each.rules, rule);
  out["missing_keys"] = each.missing_keys;
  out["may_seal"] = each.may_seal;
  return out;
}

}  // namespace

std::string Explanation::to_json() const {
  Json out{{"dataset", dataset}, {"policy", origin}, {"date", date}};
  out["recipients"] = array(recipients, recipient);
  out["signers"] = array(signers, signer);
  out["compartments"] = array(compartments, compartment);
  // A path need not be UTF-8; all the rest is.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace triclave
