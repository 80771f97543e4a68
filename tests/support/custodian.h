// A custodian for tests and for the load program: a state in a temporary folder with one key, an authority, a requester
// with a permit, and requests that are in order but for what a test changes.
#pragma once

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "capsule/derive.h"
#include "custodian/log/log_table.h"
#include "custodian/messages/permit.h"
#include "custodian/messages/request.h"
#include "custodian/service/officer.h"
#include "custodian/service/service.h"
#include "keys/hpke.h"
#include "policy/compartment_policy.h"
#include "triclave/permit.h"

namespace triclave::testing {

inline constexpr std::string_view kPassphrase = "correct horse";

// What goes over the wire, and what opens the answer.
struct SentRequest {
  Bytes permit, requester_key;
  custodian::PendingRequest pending;

  custodian::Asked asked() const { return {permit, requester_key, pending.bytes, pending.signature, "client"}; }
};

class CustodianScene {
 public:
  explicit CustodianScene(const std::filesystem::path& folder)
      : files{folder / "state.db", folder / "state.mark"}, terms(default_terms()) {
    created_ = custodian::State::create(files, cheap());
    if (!created_) return;
    auto officer = custodian::Officer::with(files, kPassphrase, kLogName);
    created_ = officer ? Result<void>() : tl::unexpected(officer.error());
    if (!created_) return;
    auto made = officer->create_key(owner.verifier().id(), "cohort", "ovh", clock);
    if (!made) created_ = tl::unexpected(made.error());
    if (made) key = *made;
  }

  // Argon2 as cheap as it may be: its strength is tested elsewhere.
  static Protection cheap() { return {kPassphrase, 32, 1, 1}; }
  const Result<void>& created() const { return created_; }

  Result<std::unique_ptr<custodian::Service>> serve() {
    return custodian::Service::start(files, kPassphrase, {"ovh", kLogName, rate, [this] { return clock; }, {}, on_fork});
  }
  Result<custodian::Officer> officer() const { return custodian::Officer::with(files, kPassphrase, kLogName); }

  Recipient recipient() const { return Recipient::from_public_key(Kem::xwing, key.public_key, key.name).value(); }
  policy::CompartmentPolicy policy() const {
    policy::Node leaf, other, root;
    leaf.key_id = key.id;
    leaf.operator_name = "ovh";
    other.key_id = Id{7};
    other.operator_name = "orange";
    root.k = 1;
    root.children = {leaf, other};
    return {authority.verifier().id(), {}, 0, root};
  }

  MaskRequest asked() const {
    MaskRequest out;
    out.capsule_id = Id{5};
    out.generation = 2;
    out.enc = keys::hpke_setup_sender(recipient(), capsule::wrap_info(out.capsule_id, 2, key.id))->enc;
    out.dataset = "cohort";
    out.items = {{"clinical", {1}, policy::serialize_compartment_policy(policy())}};
    return out;
  }

  Bytes permit() const { return issue_permit(terms, authority).value(); }
  SentRequest request(const MaskRequest& what, const Bytes& record) const {
    const Id hash = custodian::parse_permit(record)->hash;
    return {record, requester.verifier().public_key(),
            custodian::make_request(key.id, hash, random_array<16>(), clock, what, requester).value()};
  }
  SentRequest request() const { return request(asked(), permit()); }

  // Asks, and waits for the answer.
  static Result<custodian::Answer> ask(custodian::Service& service, const custodian::Asked& asked) {
    // Shared: the service's thread may still be leaving set_value() when this one goes on.
    const auto answered = std::make_shared<std::promise<Result<custodian::Answer>>>();
    service.release(asked, [answered](Result<custodian::Answer> answer) { answered->set_value(std::move(answer)); });
    return answered->get_future().get();
  }
  static Result<void> revoke(custodian::Service& service, const Bytes& record) {
    const auto done = std::make_shared<std::promise<Result<void>>>();
    service.revoke(record, "client", [done](const Result<void>& result) { done->set_value(result); });
    return done->get_future().get();
  }

  static constexpr const char* kLogName = "ovh.example/triclave";
  custodian::StateFiles files;
  std::chrono::sys_seconds clock{std::chrono::seconds{1'850'000'000}};
  custodian::Rate rate;  // none
  custodian::WitnessingChanged on_fork;
  Signer authority = Signer::generate("authority"), requester = Signer::generate("requester"),
         owner = Signer::generate("owner");
  custodian::HeldKey key;
  PermitTerms terms;

 private:
  PermitTerms default_terms() const {
    PermitTerms out;
    out.requester = requester.verifier().id();
    out.dataset = "cohort";
    out.compartments = {"clinical", "imaging"};
    out.purpose = "research";
    out.not_before = clock - std::chrono::days(1);
    out.not_after = clock + std::chrono::days(30);
    return out;
  }
  Result<void> created_;
};

}  // namespace triclave::testing
