#include "policy/registry.h"

#include <fmt/format.h>

#include "base/names.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "policy/access.h"
#include "policy/facts.h"
#include "policy/key_files.h"

namespace triclave::policy {
namespace {

constexpr int kMaxRegistered = 256;  // as many recipients as a wrap may have

Result<void> check_new_name(const std::string& name, const std::map<std::string, std::size_t, std::less<>>& known,
                            const Place& place) {
  if (!is_name(name)) return place.error("name", "a name is 1 to 64 characters of a-z, 0-9, '.', '_' and '-'");
  if (known.contains(name)) return place.error("name", fmt::format("{} is named twice", name));
  return {};
}

template <class Key>
std::optional<std::size_t> find(const auto& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Result<Registry> Registry::read(const PolicyText& text, const std::filesystem::path& folder) {
  Registry out;
  const Place file = place_of(text);
  for (int i = 0; i < text.file.recipients_size(); ++i) {
    if (i == kMaxRegistered) return file.error_at("recipients", i, "a policy has at most 256 recipients");
    TRICLAVE_TRY(out.add_recipient(text.file.recipients(i), file.inside("recipients", i), folder));
  }
  for (int i = 0; i < text.file.signers_size(); ++i) {
    if (i == kMaxRegistered) return file.error_at("signers", i, "a policy has at most 256 signers");
    TRICLAVE_TRY(out.add_signer(text.file.signers(i), file.inside("signers", i), folder));
  }
  std::size_t owners = 0;
  for (const RegisteredSigner& signer : out.signers_) owners += signer.facts.owner ? 1u : 0u;
  if (owners != 1)
    return file.error("signers", fmt::format("exactly one signer must have the role OWNER, here {} have", owners));
  return out;
}

Result<void> Registry::add_recipient(const v1::RegistryEntry& entry, const Place& place,
                                     const std::filesystem::path& folder) {
  TRICLAVE_TRY(check_new_name(entry.name(), recipient_names_, place));
  if (!is_free_name(entry.name()))
    return place.error("name",
                       fmt::format("'{}' means something else in access expressions; take another name", entry.name()));
  TRICLAVE_TRY_ASSIGN(RecipientFacts facts, read_facts(entry, place));
  TRICLAVE_TRY(check_alike(facts, place));

  std::optional<Recipient> key;
  if (facts.role == RecipientRole::storage) {
    if (!entry.key_file().empty()) return place.error("key_file", "who keeps the ciphertext holds no key");
  } else {
    TRICLAVE_TRY_ASSIGN(key, load_recipient(place, folder, entry.key_file(), entry.fingerprint()));
    facts.key_file = key ? KeyFileStatus::present : KeyFileStatus::missing;
    facts.fingerprint = key ? to_hex(key->id()) : entry.fingerprint();
  }
  const std::size_t place_in_list = recipients_.size();
  if (key && !recipient_ids_.emplace(key->id(), place_in_list).second)
    return place.error("key_file",
                       fmt::format("{} already has this key", recipients_[recipient_ids_.at(key->id())].facts.name));
  recipient_names_.emplace(facts.name, place_in_list);
  operators_.emplace(facts.operator_name, place_in_list);
  recipients_.push_back({std::move(facts), std::move(key)});
  return {};
}

// The sovereignty check reasons by operator, so what is said of one may not depend on the key.
Result<void> Registry::check_alike(const RecipientFacts& facts, const Place& place) const {
  const auto first = find(operators_, facts.operator_name);
  if (!first) return {};
  const RecipientFacts& other = recipients_[*first].facts;
  const auto differs = [&](const char* field) {
    return place.error(field,
                       fmt::format("{} is said to be elsewhere at {}; one operator has one country and one owner",
                                   facts.operator_name, other.name));
  };
  if (other.country.value != facts.country.value) return differs("country");
  if (other.owner_country.value != facts.owner_country.value) return differs("owner_country");
  return {};
}

Result<void> Registry::add_signer(const v1::NamedSigner& signer, const Place& place,
                                  const std::filesystem::path& folder) {
  TRICLAVE_TRY(check_new_name(signer.name(), signer_names_, place));
  SignerFacts facts;
  facts.name = signer.name();
  for (int i = 0; i < signer.roles_size(); ++i) {
    switch (signer.roles(i)) {
      case v1::NamedSigner::OWNER:
        facts.owner = true;
        break;
      case v1::NamedSigner::PRODUCER:
        facts.producer = true;
        break;
      case v1::NamedSigner::AUTHORITY:
        facts.authority = true;
        break;
      default:
        return place.error_at("roles", i, "a signer's roles are OWNER, PRODUCER and AUTHORITY");
    }
  }
  if (signer.roles().empty()) return place.error("roles", "a signer has at least one role: OWNER, PRODUCER, AUTHORITY");
  TRICLAVE_TRY_ASSIGN(auto key, load_verifier(place, folder, signer.key_file(), signer.fingerprint()));
  facts.key_file = key ? KeyFileStatus::present : KeyFileStatus::missing;
  facts.fingerprint = key ? to_hex(key->id()) : signer.fingerprint();
  signer_names_.emplace(facts.name, signers_.size());
  signers_.push_back({std::move(facts), std::move(key)});
  return {};
}

std::optional<std::size_t> Registry::recipient(std::string_view name) const { return find(recipient_names_, name); }
std::optional<std::size_t> Registry::recipient(const Id& key_id) const { return find(recipient_ids_, key_id); }
std::optional<std::size_t> Registry::signer(std::string_view name) const { return find(signer_names_, name); }

}  // namespace triclave::policy
