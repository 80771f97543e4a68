#include "support/world.h"

#include "base/random.h"
#include "base/text_codec.h"
#include "support/result.h"

namespace triclave::testing {
namespace {

const std::vector<std::string> kRecipients = {"owner", "outscale", "ovh",   "orange",   "outscale-2",
                                              "ovh-2", "orange-2", "ovh-3", "orange-3", "outscale-3"};

std::string operator_of(const std::string& recipient) {
  return recipient == "owner" ? "hospital" : recipient.substr(0, recipient.find('-'));
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::string fact(const std::string& value) { return "{ value: " + quoted(value) + " illustrative: true }"; }

}  // namespace

World::World(std::string dataset) : dataset_(std::move(dataset)) {
  for (const std::string& name : kRecipients) {
    own_keys_[name] = to_hex(random_array<32>());
    recipients_.emplace(name, identity(name).recipient());
    write_file(folder_ / (name + ".pub"), recipient(name).to_text());
  }
  for (const std::string name : {"hospital", "pipeline", "stranger"}) {
    signers_.emplace(name, Signer::generate(name));
    write_file(folder_ / (name + ".pub"), signer(name).public_text());
  }
}

std::string World::policy_text(const Access& access) const {
  std::string out = "version: 1\ndataset: " + quoted(dataset_) + "\n";
  const bool claims = !access.columns.empty();
  out += "compartments { name: \"identifiers\" access: " + quoted(access.identifiers) +
         (claims ? " columns: " + quoted(access.columns) : "") + " }\n";
  out += "compartments { name: \"clinical\" access: " + quoted(access.clinical) + " }\n";
  for (const std::string& name : kRecipients)
    out += "recipients { name: " + quoted(name) + " role: " + (name == "owner" ? "OWNER" : "CUSTODIAN") +
           " operator: " + quoted(operator_of(name)) + " key_file: " + quoted(name + ".pub") + " country " +
           fact("FR") + " owner_country " + fact("FR") + " }\n";
  out += "signers { name: \"hospital\" key_file: \"hospital.pub\" roles: OWNER }\n";
  out += "signers { name: \"pipeline\" key_file: \"pipeline.pub\" roles: PRODUCER }\n";
  if (claims) out += "default_compartment: \"clinical\"\n";
  return out + access.more;
}

Policy World::policy(const Access& access) const {
  auto parsed = Policy::parse(policy_text(access), "world.policy", folder_.path());
  EXPECT_OK(parsed);
  return std::move(parsed).value();
}

Identity World::identity(const std::string& name) const {
  return Identity::import_own_key(own_keys_.at(name), name).value();
}

std::unique_ptr<MaskProvider> World::provider(const std::string& name) const { return key_provider(identity(name)); }

std::vector<std::unique_ptr<MaskProvider>> World::providers(const std::vector<std::string>& names) const {
  std::vector<std::unique_ptr<MaskProvider>> out;
  for (const std::string& name : names) out.push_back(provider(name));
  return out;
}

}  // namespace triclave::testing
