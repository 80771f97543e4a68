#include "custodian/service/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/copy.h"
#include "base/hash.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "base/unix_time.h"
#include "custodian/log/entry.h"
#include "policy/compartment_policy.h"

namespace triclave::custodian {
namespace {

Result<void> check_rate(Limiter& limiter, std::string_view who, double now) {
  if (limiter.take(who, now)) return {};
  return fail(ErrorKind::custodian_unavailable,
              "asked too often: wait a second, or have the custodian raise requests_per_second in its configuration");
}

//= SPEC REQ-04
Result<void> check_time(const Request& request, std::chrono::sys_seconds now) {
  const auto apart = request.time - now;
  if (apart <= kClockSkew && apart >= -kClockSkew) return {};
  return fail(
      ErrorKind::permit_refused,
      fmt::format("the request's time is {} s {} the custodian's clock, and {} are allowed: send a new request, "
                  "and set the clock that is wrong",
                  std::abs(apart.count()), apart.count() > 0 ? "ahead of" : "behind", kClockSkew.count()));
}

// The permit covers every item, and the key is of the items' dataset.
//= SPEC REQ-05
Result<void> check_permit(const Judged& judged, std::chrono::sys_seconds now, LogEntry& entry) {
  const std::string& dataset = judged.key->held.dataset;
  for (const RequestItem& item : judged.request.items) {
    if (item.dataset != dataset)
      return fail(ErrorKind::permit_refused, "the request is for the dataset " + item.dataset +
                                                 ", and the key that it asks is for " + dataset +
                                                 ": ask the key that the capsule names");
    entry.compartments.push_back(item.compartment);
  }
  std::sort(entry.compartments.begin(), entry.compartments.end());
  entry.compartments.erase(std::unique(entry.compartments.begin(), entry.compartments.end()), entry.compartments.end());
  entry.dataset = dataset;
  return check_covers(judged.permit->permit, dataset, entry.compartments, now);
}

//= SPEC REQ-06
Result<void> check_policy(const RequestItem& item, const Id& authority, const Id& key, std::chrono::sys_seconds now) {
  TRICLAVE_TRY_ASSIGN(const policy::CompartmentPolicy policy, policy::parse_compartment_policy(item.policy));
  if (policy.authority != authority)
    return fail(ErrorKind::permit_refused, "the policy of " + item.compartment +
                                               " does not let this permit's authority open it: ask the one that the "
                                               "policy names for a permit");
  const auto places = policy::leaves(policy.tree);
  if (std::none_of(places.begin(), places.end(),
                   [&](const policy::LeafAt& leaf) { return leaf.path == item.path && leaf.key_id == key; }))
    return fail(ErrorKind::policy_refused, "the policy of " + item.compartment +
                                               " does not name this custodian's key at the place that was asked "
                                               "for: the request is not made from the capsule, or was changed");
  if (policy.expires != 0 && unix_seconds(now) >= policy.expires)
    return fail(ErrorKind::policy_refused,
                "the policy of " + item.compartment + " has expired: its owner can rewrap the capsule under a new one");
  return {};
}

}  // namespace

void Judge::set_rate(Rate rate) {
  clients_.set(rate);
  requesters_.set(rate);
}

Result<void> Judge::admit_client(std::string_view client, double running) {
  return check_rate(clients_, client, running);
}

Result<std::shared_ptr<const Verifier>> Judge::requester_of(ByteView public_key) {
  if (public_key.size() != kSignerPublicKeySize)
    return fail(ErrorKind::malformed,
                fmt::format("the requester's key has {} bytes instead of {}", public_key.size(), kSignerPublicKeySize));
  const Id hash = sha256(public_key);
  if (auto known = known_requesters_.find(hash)) return known;
  TRICLAVE_TRY_ASSIGN(Verifier made, Verifier::from_public_key(public_key, "the requester"));
  return known_requesters_.keep(hash, std::move(made));
}

Result<std::shared_ptr<const SignedPermit>> Judge::permit_of(ByteView record) {
  if (record.size() > kMaxPermitRecord) return fail(ErrorKind::malformed, "the permit is larger than 16 KiB");
  const Id hash = sha256(record);
  if (auto known = known_permits_.find(hash)) return known;
  TRICLAVE_TRY_ASSIGN(SignedPermit made, parse_permit(record));
  TRICLAVE_TRY(verify_permit(made));
  return known_permits_.keep(hash, std::move(made));
}

//= SPEC REQ-02, REQ-03
Result<Judged> Judge::judge(const Asked& asked, const Now& now, LogEntry& entry) {
  TRICLAVE_TRY(admit_client(asked.client, now.running));
  Judged out;
  TRICLAVE_TRY_ASSIGN(out.request, parse_request(asked.request));
  entry.request_hash = to_bytes(out.request.hash);
  entry.session = to_bytes(session_of(out.request.permit_hash, out.request.nonce));
  entry.key_id = to_bytes(out.request.key_id);
  entry.masks = static_cast<std::uint32_t>(out.request.items.size());

  out.key = keys_->find(out.request.key_id);
  if (out.key == nullptr)
    return fail(ErrorKind::permit_refused, "this custodian has no living key " + to_hex(out.request.key_id) +
                                               ": it was destroyed, or is another custodian's");
  TRICLAVE_TRY_ASSIGN(const auto requester, requester_of(asked.requester_key));
  TRICLAVE_TRY(verify_request(asked.request, asked.signature, *requester));
  entry.requester = to_bytes(requester->id());
  TRICLAVE_TRY(check_rate(requesters_, as_text(requester->id()), now.running));
  TRICLAVE_TRY(check_time(out.request, now.time));

  TRICLAVE_TRY_ASSIGN(out.permit, permit_of(asked.permit_record));
  const Permit& permit = out.permit->permit;
  entry.permit_id = to_bytes(permit.id);
  entry.purpose = permit.terms.purpose;
  if (out.permit->hash != out.request.permit_hash)
    return fail(ErrorKind::permit_refused, "the request was signed for another permit than the one that came with it");
  if (permit.terms.requester != requester->id())
    return fail(ErrorKind::permit_refused, "the permit is for another requester than the one who signed the request");
  TRICLAVE_TRY(check_permit(out, now.time, entry));
  for (const RequestItem& item : out.request.items)
    TRICLAVE_TRY(check_policy(item, permit.authority, out.request.key_id, now.time));
  return out;
}

}  // namespace triclave::custodian
