// A small world for tests: a dataset whose owner, custodians and signers have fresh keys, with their public key files
// and a policy file in a temporary folder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/temp_folder.h"
#include "triclave/mask_provider.h"
#include "triclave/policy.h"

namespace triclave::testing {

// Who may open which compartment, in the language of policy files.
struct Access {
  std::string identifiers = "all(owner, 2 of (outscale, ovh, orange))";
  std::string clinical = "2 of (outscale, ovh, orange)";
  std::string more = {};     // further text of the policy file
  std::string columns = {};  // of tables: names of the identifiers' columns, with * and ?; all others are clinical
};

// Recipients: owner (operator hospital), outscale, ovh, orange, and for rewraps fresh keys of the custodians:
// outscale-2, ovh-2, orange-2 and -3. Signers: hospital (OWNER), pipeline (PRODUCER), and stranger, whom no policy
// names.
class World {
 public:
  explicit World(std::string dataset = "cohort");

  const TempFolder& folder() const { return folder_; }
  std::string policy_text(const Access& access = {}) const;
  Policy policy(const Access& access = {}) const;

  Identity identity(const std::string& name) const;
  const Recipient& recipient(const std::string& name) const { return recipients_.at(name); }
  Id key_id(const std::string& name) const { return recipient(name).id(); }
  const Signer& signer(const std::string& name) const { return signers_.at(name); }

  std::unique_ptr<MaskProvider> provider(const std::string& name) const;
  std::vector<std::unique_ptr<MaskProvider>> providers(const std::vector<std::string>& names) const;

 private:
  TempFolder folder_;
  std::string dataset_;
  std::map<std::string, std::string> own_keys_;  // hex: the same bytes give the same key again
  std::map<std::string, Recipient> recipients_;
  std::map<std::string, Signer> signers_;
};

}  // namespace triclave::testing
