#include "policy/facts.h"

#include <fmt/format.h>

#include "base/names.h"
#include "base/try.h"
#include "policy/address.h"
#include "policy/codes.h"

namespace triclave::policy {
namespace {

constexpr std::size_t kMaxProse = 1024;  // bytes of a source or a reason

// `stated` is any message with source, date and illustrative.
template <class Stated>
Result<Provenance> read_provenance(const Stated& stated, const Place& place) {
  if (!stated.source().empty() && !is_text(stated.source(), kMaxProse))
    return place.error("source", "a source is up to 1,024 bytes of plain text");
  if (!stated.date().empty() && !parse_date(stated.date()))
    return place.error("date", fmt::format("'{}' is not a date YYYY-MM-DD", stated.date()));
  if (!stated.illustrative() && (stated.source().empty() || stated.date().empty()))
    return place.error("source", "a fact needs its source and date, or illustrative: true where it is only an example");
  return Provenance{stated.source(), stated.date(), stated.illustrative()};
}

Result<void> check_country(const std::string& code, const char* field, const Place& place) {
  if (is_country(code)) return {};
  const char* hint = code == "UK" ? "; the United Kingdom is GB" : code == "EL" ? "; Greece is GR" : "";
  return place.error(field,
                     fmt::format("'{}' is not an ISO 3166-1 alpha-2 country code, such as FR or US{}", code, hint));
}

Result<Fact> read_country(const v1::Fact& stated, bool written, const char* field, const Place& entry) {
  if (!written) return entry.error(field, fmt::format("{} is missing", field));
  const Place place = entry.inside(field);
  TRICLAVE_TRY(check_country(stated.value(), "value", place));
  TRICLAVE_TRY_ASSIGN(Provenance from, read_provenance(stated, place));
  return Fact{stated.value(), std::move(from)};
}

Result<Exposure> read_exposure(const v1::Exposure& stated, const Place& place) {
  TRICLAVE_TRY(check_country(stated.jurisdiction(), "jurisdiction", place));
  if (!is_text(stated.why(), kMaxProse))
    return place.error("why", "say why, in up to 1,024 bytes of plain text: through a parent, a subsidiary, staff");
  TRICLAVE_TRY_ASSIGN(Provenance from, read_provenance(stated, place));
  return Exposure{stated.jurisdiction(), stated.why(), std::move(from)};
}

Result<Label> read_label(const v1::Label& stated, const Place& place) {
  if (!is_label(stated.name()))
    return place.error("name", "a label is 1 to 64 printable ASCII characters without spaces, such as SECNUMCLOUD");
  if (!stated.expires().empty() && !parse_date(stated.expires()))
    return place.error("expires", fmt::format("'{}' is not a date YYYY-MM-DD", stated.expires()));
  TRICLAVE_TRY_ASSIGN(Provenance from, read_provenance(stated, place));
  return Label{stated.name(), stated.expires(), false, std::move(from)};
}

Result<void> read_key_kind(const v1::RegistryEntry& entry, const Place& place, RecipientFacts& out) {
  if (!entry.has_key_kind()) return {};
  const v1::KeyKind& stated = entry.key_kind();
  const Place inside = place.inside("key_kind");
  switch (stated.value()) {
    case v1::KeyKind::FILE:
      out.key_kind = KeyKind::file;
      break;
    case v1::KeyKind::HSM:
      out.key_kind = KeyKind::hsm;
      break;
    case v1::KeyKind::PASSPHRASE:
      out.key_kind = KeyKind::passphrase;
      break;
    default:
      return inside.error("value", "a key's kind is FILE, HSM or PASSPHRASE");
  }
  out.post_quantum = stated.has_post_quantum() ? stated.post_quantum() : out.key_kind != KeyKind::hsm;
  TRICLAVE_TRY_ASSIGN(out.key_from, read_provenance(stated, inside));
  return {};
}

}  // namespace

Result<RecipientFacts> read_facts(const v1::RegistryEntry& entry, const Place& place) {
  RecipientFacts out;
  out.name = entry.name();
  switch (entry.role()) {
    case v1::RegistryEntry::OWNER:
      out.role = RecipientRole::owner;
      break;
    case v1::RegistryEntry::CUSTODIAN:
      out.role = RecipientRole::custodian;
      break;
    case v1::RegistryEntry::STORAGE:
      out.role = RecipientRole::storage;
      break;
    default:
      return place.error("role", "a recipient's role is OWNER, CUSTODIAN or STORAGE");
  }
  if (!is_text(entry.operator_(), kMaxName))
    return place.error("operator", "name the organisation that runs the recipient, in 1 to 64 bytes of plain text");
  out.operator_name = entry.operator_();
  TRICLAVE_TRY_ASSIGN(out.country, read_country(entry.country(), entry.has_country(), "country", place));
  TRICLAVE_TRY_ASSIGN(out.owner_country,
                      read_country(entry.owner_country(), entry.has_owner_country(), "owner_country", place));
  for (int i = 0; i < entry.exposure_size(); ++i) {
    TRICLAVE_TRY_ASSIGN(Exposure exposure, read_exposure(entry.exposure(i), place.inside("exposure", i)));
    out.exposures.push_back(std::move(exposure));
  }
  for (int i = 0; i < entry.labels_size(); ++i) {
    TRICLAVE_TRY_ASSIGN(Label label, read_label(entry.labels(i), place.inside("labels", i)));
    for (const Label& other : out.labels)
      if (other.name == label.name) return place.error_at("labels", i, fmt::format("{} stands twice", label.name));
    out.labels.push_back(std::move(label));
  }
  TRICLAVE_TRY(read_key_kind(entry, place, out));
  TRICLAVE_TRY(read_address(entry, place, out));
  return out;
}

}  // namespace triclave::policy
