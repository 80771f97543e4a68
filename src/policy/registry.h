// Who the recipients and signers of a policy file are.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policy/policy_text.h"
#include "triclave/explanation.h"
#include "triclave/keys.h"

namespace triclave::policy {

struct RegisteredRecipient {
  RecipientFacts facts;
  std::optional<Recipient> key;  // empty: no key, or its file is missing
};

struct RegisteredSigner {
  SignerFacts facts;
  std::optional<Verifier> key;
};

class Registry {
 public:
  // Errors, with their place: malformed, and those of key files.
  static Result<Registry> read(const PolicyText& text, const std::filesystem::path& folder);

  const std::vector<RegisteredRecipient>& recipients() const noexcept { return recipients_; }
  const std::vector<RegisteredSigner>& signers() const noexcept { return signers_; }
  // Positions in the lists above; empty where the name is unknown.
  std::optional<std::size_t> recipient(std::string_view name) const;
  std::optional<std::size_t> recipient(const Id& key_id) const;
  std::optional<std::size_t> signer(std::string_view name) const;

 private:
  Result<void> add_recipient(const v1::RegistryEntry& entry, const Place& place, const std::filesystem::path& folder);
  Result<void> check_alike(const RecipientFacts& facts, const Place& place) const;
  Result<void> add_signer(const v1::NamedSigner& signer, const Place& place, const std::filesystem::path& folder);

  std::vector<RegisteredRecipient> recipients_;
  std::vector<RegisteredSigner> signers_;
  std::map<std::string, std::size_t, std::less<>> recipient_names_, signer_names_;
  std::map<Id, std::size_t> recipient_ids_;
  std::map<std::string, std::size_t, std::less<>> operators_;  // the first recipient of each
};

}  // namespace triclave::policy
