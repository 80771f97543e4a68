#include "capsule/erasure_statement.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/copy.h"
#include "base/names.h"
#include "base/try.h"
#include "capsule/core.h"
#include "capsule/fields.h"
#include "format/erasure.pb.h"
#include "format/strict.h"

namespace triclave::capsule {
namespace {

constexpr std::uint32_t kP384 = 0x0011;  // DHKEM(P-384, HKDF-SHA384)
constexpr std::size_t kMaxOrigin = 255;

tl::unexpected<Error> damaged(std::string why) {
  return fail(ErrorKind::malformed, "the erasure certificate is damaged: " + std::move(why));
}

Result<Id> id(const std::string& field, const char* what) {
  Id out;
  if (field.size() != out.size()) return damaged(std::string(what) + " must have 32 bytes");
  std::copy(field.begin(), field.end(), out.begin());
  return out;
}

template <class List, class Before>
bool ascends(const List& list, Before before) {
  return std::adjacent_find(list.begin(), list.end(), [&](const auto& a, const auto& b) { return !before(a, b); }) ==
         list.end();
}

//= SPEC ERA-03
Result<StatedKey> read_key(const v1::ErasureKey& wire, const std::vector<ErasureLog>& logs) {
  StatedKey out{wire.kem(), wire.name(), {}};
  TRICLAVE_TRY_ASSIGN(out.evidence.key_id, id(wire.key_id(), "a key's id"));
  if (out.kem != static_cast<std::uint32_t>(Kem::xwing) && out.kem != kP384)
    return fail(ErrorKind::unsupported,
                "the erasure certificate is of a key whose algorithm this program does not know");
  if (!is_text(out.name, kMaxName)) return damaged("a key's name must be 1 to 64 bytes of plain text");
  if (wire.destroyed_by() > static_cast<std::uint32_t>(DestroyedBy::owner))
    return fail(ErrorKind::unsupported,
                "the erasure certificate has a kind of evidence that this program does not know");
  out.evidence.destroyed_by = static_cast<DestroyedBy>(wire.destroyed_by());
  out.evidence.destroyed = wire.destroyed();
  out.evidence.log = wire.log();
  out.evidence.entry = wire.entry();
  const bool by_log = out.evidence.destroyed_by == DestroyedBy::log;
  if (out.evidence.destroyed_by == DestroyedBy::nobody && out.evidence.destroyed != 0)
    return damaged("a key has a day of destruction, and nobody says so");
  if (!by_log && (!out.evidence.log.empty() || out.evidence.entry != 0))
    return damaged("a key names an entry of a log that is not its evidence");
  const auto in_log = [&](const ErasureLog& log) {
    return log.origin == out.evidence.log && out.evidence.entry < log.size;
  };
  if (by_log && std::none_of(logs.begin(), logs.end(), in_log)) return damaged("a key names an entry that no log has");
  return out;
}

//= SPEC ERA-02
Result<StatedCompartment> read_compartment(const v1::ErasureCompartment& wire) {
  StatedCompartment out{wire.name(), to_bytes(wire.policy()), {}, {}};
  if (!is_name(out.name)) return damaged("a compartment's name is not of [a-z0-9._-]");
  TRICLAVE_TRY_ASSIGN(auto policy, policy::parse_compartment_policy(out.policy));
  out.tree = std::move(policy.tree);
  const auto places = policy::leaves(out.tree);
  for (const std::string& each : wire.released()) {
    TRICLAVE_TRY_ASSIGN(const Id key_id, id(each, "a released mask's key id"));
    if (std::none_of(places.begin(), places.end(), [&](const auto& at) { return at.key_id == key_id; }))
      return damaged("a mask was released for a key that stands at no leaf");
    out.released.push_back(key_id);
  }
  if (!ascends(out.released, std::less<>())) return damaged("released masks do not ascend");
  return out;
}

//= SPEC ERA-02
Result<StatedCapsule> read_capsule(const v1::ErasureCapsule& wire) {
  StatedCapsule out;
  TRICLAVE_TRY_ASSIGN(out.id, id(wire.capsule_id(), "a capsule's id"));
  if (wire.wraps().empty()) return damaged("a capsule has no wrap");
  for (const auto& each : wire.wraps()) {
    StatedWrap wrap{each.generation(), {}, {}};
    TRICLAVE_TRY_ASSIGN(wrap.hash, id(each.wrap_hash(), "a wrap's hash"));
    if (each.compartments().empty() || each.compartments_size() > kMaxCompartments)
      return damaged("a wrap has 1 to 64 compartments");
    std::set<std::string_view> names;
    for (const auto& compartment : each.compartments()) {
      if (!names.insert(compartment.name()).second) return damaged("a compartment stands twice in a wrap");
      TRICLAVE_TRY_ASSIGN(StatedCompartment read, read_compartment(compartment));
      wrap.compartments.push_back(std::move(read));
    }
    out.wraps.push_back(std::move(wrap));
  }
  const auto before = [](const StatedWrap& a, const StatedWrap& b) {
    return std::tie(a.generation, a.hash) < std::tie(b.generation, b.hash);
  };
  if (!ascends(out.wraps, before)) return damaged("a capsule's wraps do not ascend");
  return out;
}

// Every leaf's key is told of, and no other.
//= SPEC ERA-03
Result<void> check_keys(const ErasureStatement& statement) {
  std::set<Id> at_leaves;
  for (const StatedCapsule& capsule : statement.capsules)
    for (const StatedWrap& wrap : capsule.wraps)
      for (const StatedCompartment& compartment : wrap.compartments)
        for (const auto& at : policy::leaves(compartment.tree)) at_leaves.insert(at.key_id);
  const auto same = [](const StatedKey& key, const Id& id) { return key.evidence.key_id == id; };
  if (!std::equal(statement.keys.begin(), statement.keys.end(), at_leaves.begin(), at_leaves.end(), same))
    return damaged("its keys are not those of its leaves, in ascending order");
  return {};
}

}  // namespace

const StatedKey* ErasureStatement::find(const Id& key_id) const {
  const auto at = std::lower_bound(keys.begin(), keys.end(), key_id,
                                   [](const StatedKey& key, const Id& id) { return key.evidence.key_id < id; });
  return at != keys.end() && at->evidence.key_id == key_id ? &*at : nullptr;
}

Result<ErasureStatement> parse_erasure_statement(ByteView bytes) {
  TRICLAVE_TRY_ASSIGN(const auto message,
                      format::parse_strict<v1::ErasureStatement>(bytes, kMaxErasure, "the erasure certificate"));
  ErasureStatement out;
  TRICLAVE_TRY_ASSIGN(out.owner, id(message.owner(), "the owner's id"));
  out.dataset = message.dataset();
  out.time = message.time();
  //= SPEC ERA-02
  if (!is_name(out.dataset)) return damaged("the dataset's name is not of [a-z0-9._-]");
  for (const auto& each : message.logs()) {
    ErasureLog log{each.origin(), each.size(), {}};
    TRICLAVE_TRY_ASSIGN(log.root, id(each.root(), "a log's root"));
    if (!is_text(log.origin, kMaxOrigin)) return damaged("a log's origin must be 1 to 255 bytes of plain text");
    out.logs.push_back(std::move(log));
  }
  if (!ascends(out.logs, [](const auto& a, const auto& b) { return a.origin < b.origin; }))
    return damaged("its logs do not ascend");
  for (const auto& each : message.keys()) {
    TRICLAVE_TRY_ASSIGN(StatedKey key, read_key(each, out.logs));
    out.keys.push_back(std::move(key));
  }
  if (message.capsules().empty()) return damaged("it is about no capsule");
  for (const auto& each : message.capsules()) {
    TRICLAVE_TRY_ASSIGN(StatedCapsule capsule, read_capsule(each));
    out.capsules.push_back(std::move(capsule));
  }
  if (!ascends(out.capsules, [](const auto& a, const auto& b) { return a.id < b.id; }))
    return damaged("its capsules do not ascend");
  TRICLAVE_TRY(check_keys(out));
  return out;
}

Bytes serialize_erasure_statement(const ErasureStatement& statement) {
  v1::ErasureStatement message;
  message.set_owner(to_field(statement.owner));
  message.set_dataset(statement.dataset);
  message.set_time(statement.time);
  for (const ErasureLog& each : statement.logs) {
    auto* log = message.add_logs();
    log->set_origin(each.origin);
    log->set_size(each.size);
    log->set_root(to_field(each.root));
  }
  for (const StatedKey& each : statement.keys) {
    auto* key = message.add_keys();
    key->set_key_id(to_field(each.evidence.key_id));
    key->set_kem(each.kem);
    key->set_name(each.name);
    key->set_destroyed_by(static_cast<std::uint32_t>(each.evidence.destroyed_by));
    key->set_destroyed(each.evidence.destroyed);
    key->set_log(each.evidence.log);
    key->set_entry(each.evidence.entry);
  }
  for (const StatedCapsule& each : statement.capsules) {
    auto* capsule = message.add_capsules();
    capsule->set_capsule_id(to_field(each.id));
    for (const StatedWrap& wrap : each.wraps) {
      auto* out = capsule->add_wraps();
      out->set_generation(wrap.generation);
      out->set_wrap_hash(to_field(wrap.hash));
      for (const StatedCompartment& part : wrap.compartments) {
        auto* compartment = out->add_compartments();
        compartment->set_name(part.name);
        compartment->set_policy(to_field(part.policy));
        for (const Id& key_id : part.released) compartment->add_released(to_field(key_id));
      }
    }
  }
  return format::serialize(message);
}

}  // namespace triclave::capsule
