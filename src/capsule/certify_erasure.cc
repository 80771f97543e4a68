// Making and checking erasure certificates (SPEC.md, "Erasure").
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/labels.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "capsule/erasure_statement.h"
#include "capsule/fields.h"
#include "capsule/record.h"
#include "format/erasure.pb.h"
#include "format/record.h"
#include "format/strict.h"
#include "triclave/erasure.h"

namespace triclave {
namespace {

using capsule::ErasureStatement;

constexpr std::size_t kBodyOffset = format::kPreambleSize;

//= SPEC ERA-04
Result<capsule::Capsule> read_capsule(ByteView record, std::span<const Policy> policies, const Id& owner) {
  TRICLAVE_TRY_ASSIGN(capsule::Capsule parsed, capsule::parse_capsule(record));
  Result<void> verified;
  for (const Policy& policy : policies) {
    verified = capsule::verify_signatures(parsed, policy);
    if (verified) break;
  }
  TRICLAVE_TRY(verified);
  if (parsed.core.owner != owner)
    return fail(ErrorKind::invalid_argument,
                fmt::format("capsule {} has another owner, {}: only the owner certifies what is erased",
                            capsule::short_id(parsed.id), capsule::short_id(parsed.core.owner)));
  return parsed;
}

std::string name_of(const Id& key_id, std::span<const Policy> policies) {
  for (const Policy& policy : policies)
    if (policy.recipient(key_id) != nullptr) return policy.recipient_name(key_id);
  return policies.front().recipient_name(key_id);
}

// Whether a policy says that everybody holds the key but for a passphrase.
bool is_open_to_all(const Id& key_id, std::span<const Policy> policies) {
  const std::string fingerprint = to_hex(key_id);
  return std::any_of(policies.begin(), policies.end(), [&](const Policy& policy) {
    const auto known = policy.explain().recipients;
    return std::any_of(known.begin(), known.end(), [&](const RecipientFacts& each) {
      return each.fingerprint == fingerprint && each.key_kind == KeyKind::passphrase;
    });
  });
}

//= SPEC ERA-04
Result<void> check_word(const KeyEvidence& evidence, std::span<const Policy> policies) {
  if (evidence.destroyed_by == DestroyedBy::nobody) return {};
  const std::string name = name_of(evidence.key_id, policies);
  const bool is_own = std::any_of(policies.begin(), policies.end(),
                                  [&](const Policy& each) { return each.is_owner_key(evidence.key_id); });
  if (evidence.destroyed_by == DestroyedBy::owner && !is_own)
    return fail(ErrorKind::invalid_argument,
                fmt::format("{} is not a key of the owner's in any of these policies: give a copy of its custodian's "
                            "log, which alone can tell that it is destroyed",
                            name));
  if (is_open_to_all(evidence.key_id, policies))
    return fail(ErrorKind::invalid_argument,
                fmt::format("{} is open to everybody but for a passphrase: no copy of it can be known to be destroyed",
                            name));
  return {};
}

// Keys of all leaves, with what is known of them.
Result<std::vector<capsule::StatedKey>> stated_keys(const std::map<Id, Kem>& kems, std::span<const Policy> policies,
                                                    const ErasureEvidence& evidence) {
  std::vector<capsule::StatedKey> out;
  for (const auto& [id, kem] : kems) {
    out.push_back({static_cast<std::uint32_t>(kem), name_of(id, policies), {}});
    out.back().evidence.key_id = id;
  }
  for (const KeyEvidence& each : evidence.keys) {
    const auto at = std::find_if(out.begin(), out.end(),
                                 [&](const auto& key) { return key.evidence.key_id == each.key_id; });
    if (at == out.end() && each.destroyed_by == DestroyedBy::owner)
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{} stands in none of these capsules: leave it out, or give the capsule that it is of",
                              name_of(each.key_id, policies)));
    if (at == out.end()) continue;  // a custodian's log tells of other keys, too
    TRICLAVE_TRY(check_word(each, policies));
    const auto& created = evidence.created;
    if (each.destroyed_by == DestroyedBy::log && std::find(created.begin(), created.end(), each.key_id) == created.end())
      return fail(ErrorKind::invalid_argument,
                  fmt::format("the log {} tells of the end of {} and not of its beginning, so that masks may have been given "
                              "away before it begins: give the custodian's older log, too",
                              each.log, name_of(each.key_id, policies)));
    at->evidence = each;
  }
  return out;
}

}  // namespace

Result<Bytes> certify_erasure(std::span<const Bytes> capsules, std::span<const Policy> policies,
                              const ErasureEvidence& evidence, const Signer& owner, std::uint64_t time) {
  if (policies.empty() || capsules.empty())
    return fail(ErrorKind::invalid_argument, "an erasure certificate wants a policy and at least one capsule");
  ErasureStatement statement{owner.verifier().id(), policies.front().dataset(), time, evidence.logs, {}, {}};
  std::sort(statement.logs.begin(), statement.logs.end(),
            [](const ErasureLog& a, const ErasureLog& b) { return a.origin < b.origin; });

  std::map<Id, std::map<std::pair<std::uint32_t, Id>, capsule::Wrap>> wraps;  // of each capsule
  std::map<Id, Kem> kems;
  for (const Bytes& record : capsules) {
    TRICLAVE_TRY_ASSIGN(capsule::Capsule parsed, read_capsule(record, policies, statement.owner));
    for (capsule::SignedWrap& each : parsed.wraps) {
      for (const auto& recipient : each.wrap.recipients) kems.emplace(recipient.key_id, recipient.kem);
      const auto place = std::pair(each.wrap.generation, sha256(each.part.bytes));
      wraps[parsed.id].emplace(place, std::move(each.wrap));
    }
  }
  std::set<std::pair<std::string, Id>> released;
  for (const ReleasedMask& each : evidence.released) released.emplace(each.compartment, each.key_id);
  for (const auto& [id, all] : wraps) {
    capsule::StatedCapsule stated{id, {}};
    for (const auto& [place, wrap] : all) {
      stated.wraps.push_back({place.first, place.second, {}});
      for (const auto& each : wrap.compartments) {
        std::set<Id> given;
        for (const auto& at : each.places)
          if (released.contains({each.name, at.key_id})) given.insert(at.key_id);
        stated.wraps.back().compartments.push_back(
            {each.name, each.policy_bytes, {given.begin(), given.end()}, each.policy.tree});
      }
    }
    statement.capsules.push_back(std::move(stated));
  }
  TRICLAVE_TRY_ASSIGN(statement.keys, stated_keys(kems, policies, evidence));

  const Bytes bytes = capsule::serialize_erasure_statement(statement);
  // As every reader will read it.
  if (auto readable = capsule::parse_erasure_statement(bytes); !readable || bytes.size() + 4096 > capsule::kMaxErasure)
    return fail(ErrorKind::invalid_argument,
                "this makes no certificate that could be read (" +
                    (readable ? "it is larger than 16 MiB" : readable.error().message) +
                    "): give fewer capsules for each certificate");
  v1::SignedErasure message;
  message.set_statement(capsule::to_field(bytes));
  message.set_signature(capsule::to_field(owner.sign(role::kErasure, bytes)));
  Bytes out;
  format::put_preamble(out, format::RecordKind::erasure);
  const Bytes body = format::serialize(message);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Result<ErasureCertificate> verify_erasure(ByteView record, const Verifier& owner) {
  TRICLAVE_TRY(format::check_preamble(record, format::RecordKind::erasure, "the erasure certificate"));
  TRICLAVE_TRY_ASSIGN(const auto message,
                      format::parse_strict<v1::SignedErasure>(record.subspan(kBodyOffset),
                                                              capsule::kMaxErasure - kBodyOffset,
                                                              "the erasure certificate"));
  const ByteView bytes = as_bytes(message.statement());
  //= SPEC ERA-01
  TRICLAVE_TRY(owner.verify(role::kErasure, bytes, as_bytes(message.signature())));
  TRICLAVE_TRY_ASSIGN(const ErasureStatement statement, capsule::parse_erasure_statement(bytes));
  //= SPEC ERA-01
  if (statement.owner != owner.id())
    return fail(ErrorKind::forged, "the erasure certificate names another owner than the one who signed it");
  ErasureCertificate out{statement.owner, statement.dataset, statement.time, statement.logs, {}, {}};
  for (const capsule::StatedKey& each : statement.keys)
    out.keys.push_back({each.name, each.kem == static_cast<std::uint32_t>(Kem::xwing), each.evidence});
  out.compartments = capsule::verdicts(statement);
  return out;
}

}  // namespace triclave
