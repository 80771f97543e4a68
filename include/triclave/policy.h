// An owner's policy: who may open which compartment of one dataset, and what is known of them. Written as textproto
// (src/format/policy_file.proto; samples in src/policy/samples), read once, never changed.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/explanation.h"
#include "triclave/export.h"
#include "triclave/keys.h"

namespace triclave {

// How a custodian is asked over the network, as the registry says.
struct CustodianAddress {
  Id key_id{};
  std::string name;
  std::string endpoint;          // HOST:PORT
  std::filesystem::path tls_ca;  // PEM file of who signs its certificate; empty: the system's own authorities
  std::string log_key;           // of its log: C2SP note verifier key
};

class TRICLAVE_EXPORT Policy {
 public:
  // A policy file of at most 1 MiB, and the key files that it names. A key file that is not there is no error: the
  // policy can be explained, but not sealed under. Errors begin with "FILE:LINE:COLUMN: ": malformed, unsupported (a
  // newer version, or a tree too intricate to judge exactly), forged (a key file that is not the one pinned), io.
  static Result<Policy> load(const std::filesystem::path& file);
  // The same from text; `origin` is what errors call it, `folder` where key files are looked up.
  static Result<Policy> parse(std::string_view text, std::string_view origin, const std::filesystem::path& folder);

  Policy(Policy&&) noexcept;
  Policy& operator=(Policy&&) noexcept;
  ~Policy();

  const std::string& dataset() const noexcept;
  // In written order.
  std::vector<std::string> compartments() const;
  // The compartment that a table's column belongs to: the one that names it, else the first in written order with a
  // pattern (* and ?) that fits, else the default compartment. Errors: invalid_argument (nobody claims the column).
  Result<std::string> compartment_of_column(std::string_view column) const;

  // Who signs rewraps; nullptr where its key file is missing.
  const Verifier* owner() const noexcept;
  // Who is trusted to seal this dataset, as far as their key files are there.
  std::span<const Verifier> producers() const noexcept;
  // A registered recipient's public key; nullptr where the id is unknown. Both stay valid as long as the policy.
  const Recipient* recipient(const Id& key_id) const noexcept;
  // The recipient's name in the registry, or the first 16 hex digits of an id that it does not know.
  std::string recipient_name(const Id& key_id) const;
  // The custodians that have an endpoint and whose key files are there, in written order.
  std::vector<CustodianAddress> custodians() const;
  // Whether the registry gives this key the role OWNER.
  bool is_owner_key(const Id& key_id) const noexcept;

  // The bytes of the compartment's policy as a capsule carries them; the same for the life of the object.
  // Errors: invalid_argument (no such compartment, or key files are missing; the message names them).
  Result<Bytes> compartment_policy(std::string_view compartment) const;

  // Whether the compartment may be sealed at `now`. Errors: policy_refused, whose message names each rule broken and
  // whose culprits are the recipients that break it; invalid_argument (no such compartment, or key files are missing).
  Result<void> check_sealing(std::string_view compartment, std::chrono::system_clock::time_point now) const;

  // How far the compartment is from being lost, where the recipients `lost` (by name) are lost already and the owner
  // keeps its keys. Errors: invalid_argument (no such compartment), unsupported (too intricate).
  Result<Margin> margin(std::string_view compartment, std::span<const std::string> lost) const;

  // What it all means, judged at `now`.
  Explanation explain(std::chrono::system_clock::time_point now = std::chrono::system_clock::now()) const;

 private:
  struct Impl;
  explicit Policy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace triclave
