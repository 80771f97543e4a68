#include "triclave/opener.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/guarded.h"
#include "base/try.h"
#include "capsule/gather.h"
#include "capsule/record.h"
#include "capsule/recover.h"
#include "capsule/rewrap.h"
#include "envelope/coalitions.h"
#include "envelope/data_keys.h"
#include "envelope/object_batch.h"
#include "envelope/object_source.h"

namespace triclave {
namespace {

using capsule::Capsule;

// A capsule whose signatures stand, and the keys opened so far.
struct Known {
  Capsule capsule;
  Bytes record;
  std::map<std::string, cipher::InputKey, std::less<>> keys;
};

std::vector<std::string> or_all(const Capsule& capsule, std::span<const std::string> compartments) {
  std::vector<std::string> out(compartments.begin(), compartments.end());
  if (out.empty())
    for (const auto& each : capsule.core.compartments) out.push_back(each.name);
  return out;
}

}  // namespace

struct Opener::Impl {
  const Policy& policy;
  std::vector<std::unique_ptr<MaskProvider>> providers;
  GenerationMemory* memory;
  GatherOptions options;
  std::map<Id, Known> capsules;

  std::string name_of(const Id& key_id) const { return policy.recipient_name(key_id); }

  Result<Known*> find(const Id& capsule_id) {
    const auto at = capsules.find(capsule_id);
    if (at == capsules.end())
      return fail(ErrorKind::invalid_argument,
                  fmt::format("capsule {} is not at hand: it is kept apart from the object; give its file too",
                              capsule::short_id(capsule_id)));
    return &at->second;
  }

  //= SPEC CAP-12
  Result<void> check_generation(const Capsule& capsule, const std::string& compartment, std::uint32_t generation) {
    if (memory == nullptr) return {};
    TRICLAVE_TRY_ASSIGN(const std::uint32_t highest, memory->highest(capsule.id, compartment));
    if (generation >= highest) return {};
    return fail(ErrorKind::forged, fmt::format("capsule {} is an old one played back: its compartment {} is of "
                                               "generation {}, but generation {} was seen before; "
                                               "get the current capsule from the owner",
                                               capsule::short_id(capsule.id), compartment, generation, highest));
  }

  // The named compartments' shares, gathered in one round per wrap; each is passed on with its capsule's part.
  template <class Use>
  Result<GatherReport> each_gathered(const Capsule& capsule, std::span<const std::string> compartments,
                                     capsule::Until until, Use&& use) {
    std::map<const capsule::Wrap*, std::vector<std::string>> by_wrap;
    for (const std::string& name : compartments) {
      const auto current = capsule.current(name);
      if (current.wrap == nullptr)
        return fail(ErrorKind::invalid_argument,
                    fmt::format("capsule {} has no compartment {}", capsule::short_id(capsule.id), name));
      TRICLAVE_TRY(check_generation(capsule, name, current.wrap->generation));
      by_wrap[current.wrap].push_back(name);
    }
    GatherReport report;
    for (const auto& [wrap, names] : by_wrap) {
      const auto gathered = capsule::gather(
          capsule, *wrap, names, providers, [this](const Id& id) { return name_of(id); }, until, options);
      for (const auto& shares : gathered.compartments)
        if (auto used = use(shares); !used) {
          if (used.error().kind == ErrorKind::quorum_short) used.error().culprits = gathered.report.failed;
          return tl::unexpected(std::move(used.error()));
        }
      report.used.insert(report.used.end(), gathered.report.used.begin(), gathered.report.used.end());
      report.failed.insert(report.failed.end(), gathered.report.failed.begin(), gathered.report.failed.end());
      if (memory != nullptr)
        for (const std::string& name : names) TRICLAVE_TRY(memory->remember(capsule.id, name, wrap->generation));
    }
    return report;
  }

  struct Unlocked {
    GatherReport report;
    std::vector<envelope::DataKeys::Closed> closed;
  };
  Result<Unlocked> unlock_possible(Known& known, std::span<const std::string> compartments) {
    std::vector<std::string> missing;
    for (const std::string& each : or_all(known.capsule, compartments))
      if (!known.keys.contains(each)) missing.push_back(each);
    Unlocked out;
    TRICLAVE_TRY_ASSIGN(out.report, each_gathered(known.capsule, missing, capsule::Until::policy_is_met,
                                                  [&](const capsule::CompartmentShares& shares) -> Result<void> {
                                                    const std::string& name = shares.compartment->name;
                                                    auto recovered = capsule::recover(
                                                        known.capsule, *shares.compartment, shares.known());
                                                    if (recovered)
                                                      known.keys.insert_or_assign(name,
                                                                                  cipher::InputKey(recovered->key));
                                                    else
                                                      out.closed.push_back({name, std::move(recovered.error())});
                                                    return {};
                                                  }));
    for (auto& each : out.closed)
      if (each.why.kind == ErrorKind::quorum_short) each.why.culprits = out.report.failed;
    return out;
  }

  Result<GatherReport> unlock(Known& known, std::span<const std::string> compartments) {
    TRICLAVE_TRY_ASSIGN(Unlocked unlocked, unlock_possible(known, compartments));
    if (!unlocked.closed.empty()) return tl::unexpected(std::move(unlocked.closed.front().why));
    return std::move(unlocked.report);
  }

  // The key of an object's stream, gathered unless it is at hand.
  Result<const cipher::InputKey*> key_of(Opener& opener, const envelope::Frame& frame);

  const Verifier& producer(const Capsule& capsule) const {
    // verify_signatures has found it
    return *std::find_if(policy.producers().begin(), policy.producers().end(),
                         [&](const Verifier& each) { return each.id() == capsule.core.producer; });
  }
};

Opener Opener::make(const Policy& policy, std::vector<std::unique_ptr<MaskProvider>> providers,
                    GenerationMemory* memory, const GatherOptions& options) {
  return Opener(std::make_unique<Impl>(Impl{policy, std::move(providers), memory, options, {}}));
}

Opener::Opener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Opener::Opener(Opener&&) noexcept = default;
Opener& Opener::operator=(Opener&&) noexcept = default;
Opener::~Opener() = default;

bool Opener::knows(const Id& capsule_id) const { return impl_->capsules.contains(capsule_id); }

Result<CapsuleInfo> Opener::add_capsule(ByteView record) {
  TRICLAVE_TRY_ASSIGN(Capsule parsed, capsule::parse_capsule(record));
  const auto at = impl_->capsules.find(parsed.id);
  const bool is_news =
      at == impl_->capsules.end() || parsed.highest_generation() > at->second.capsule.highest_generation();
  const bool is_same = at != impl_->capsules.end() &&
                       std::equal(record.begin(), record.end(), at->second.record.begin(), at->second.record.end());
  if (is_same) return inspect_capsule(record);
  //= SPEC OPN-01
  TRICLAVE_TRY(capsule::verify_signatures(parsed, impl_->policy));
  // An object may carry a capsule that is older than the one at hand; it is not used.
  if (!is_news) return inspect_capsule(record);
  for (const auto& each : parsed.core.compartments)
    TRICLAVE_TRY(impl_->check_generation(parsed, each.name, parsed.current(each.name).wrap->generation));
  // Keys opened under an earlier record stay good: a rewrap keeps the secret.
  Known& known = impl_->capsules[parsed.id];
  known.record.assign(record.begin(), record.end());
  known.capsule = std::move(parsed);
  return inspect_capsule(record);
}

Result<const cipher::InputKey*> Opener::Impl::key_of(Opener& opener, const envelope::Frame& frame) {
  TRICLAVE_TRY(envelope::DataKeys::admit(opener, frame));
  TRICLAVE_TRY_ASSIGN(Known * known, find(frame.header.capsule_id));
  const std::string& compartment = frame.header.compartments.front();
  if (!known->keys.contains(compartment)) TRICLAVE_TRY(unlock(*known, std::span(&compartment, 1)));
  return &known->keys.find(compartment)->second;
}

Result<std::unique_ptr<OpenObject>> Opener::object(std::unique_ptr<Source> sealed) {
  TRICLAVE_TRY_ASSIGN(const envelope::Frame frame, envelope::read_frame(*sealed));
  TRICLAVE_TRY_ASSIGN(const cipher::InputKey* key, impl_->key_of(*this, frame));
  TRICLAVE_TRY_ASSIGN(Known * known, impl_->find(frame.header.capsule_id));
  return envelope::ObjectSource::start(*key, frame, impl_->producer(known->capsule), std::move(sealed));
}

void Opener::objects(std::span<const ByteView> sealed, std::vector<Result<Bytes>>& opened) {
  opened.resize(sealed.size());
  std::vector<envelope::WholeObject> waiting;
  std::vector<std::size_t> places;
  // Opened at once, or put among those that wait.
  const auto begin = [&](std::size_t i) -> Result<void> {
    TRICLAVE_TRY_ASSIGN(const envelope::Frame frame, envelope::read_frame(*memory_source(sealed[i])));
    if (frame.header.content_signed) {
      TRICLAVE_TRY_ASSIGN(const auto single, object(memory_source(sealed[i])));
      if (!opened[i]) opened[i].emplace();
      TRICLAVE_TRY(single->copy_to(*replacing_sink(*opened[i])));
      return {};
    }
    TRICLAVE_TRY_ASSIGN(const cipher::InputKey* key, impl_->key_of(*this, frame));
    TRICLAVE_TRY_ASSIGN(envelope::WholeObject whole, envelope::whole_object(*key, frame, sealed[i]));
    waiting.push_back(whole);
    places.push_back(i);
    return {};
  };
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    if (auto begun = begin(i); !begun) opened[i] = tl::unexpected(std::move(begun.error()));
    if (waiting.size() < envelope::kObjectsAtOnce && i + 1 < sealed.size()) continue;
    envelope::open_objects(waiting, places, opened);
    waiting.clear();
    places.clear();
  }
}

Result<GatherReport> Opener::unlock(const Id& capsule_id, std::span<const std::string> compartments) {
  TRICLAVE_TRY_ASSIGN(Known * known, impl_->find(capsule_id));
  return impl_->unlock(*known, compartments);
}

Result<std::vector<GatherReport>> Opener::rehearse(const Id& capsule_id, std::string_view compartment) {
  TRICLAVE_TRY_ASSIGN(Known * known, impl_->find(capsule_id));
  std::vector<GatherReport> out;
  const std::string name(compartment);
  TRICLAVE_TRY(impl_->each_gathered(
      known->capsule, std::span(&name, 1), capsule::Until::everyone_answered,
      [&](const capsule::CompartmentShares& shares) -> Result<void> {
        TRICLAVE_TRY_ASSIGN(const auto coalitions, envelope::minimal_coalitions(shares));
        if (coalitions.empty())
          return fail(ErrorKind::quorum_short, capsule::describe_need(known->capsule, *shares.compartment) +
                                                   ", and too few recipients answered");
        for (const std::vector<Id>& coalition : coalitions) {
          GatherReport report;
          for (const Id& id : coalition) report.used.push_back(impl_->name_of(id));
          TRICLAVE_TRY(capsule::recover(known->capsule, *shares.compartment, envelope::shares_of(coalition, shares)));
          out.push_back(std::move(report));
        }
        return {};
      }));
  return out;
}

Result<Bytes> Opener::rewrap(const Id& capsule_id, const Policy& to, const Signer& owner,
                             std::span<const std::string> compartments) {
  TRICLAVE_TRY_ASSIGN(Known * known, impl_->find(capsule_id));
  std::vector<capsule::CompartmentSecret> secrets;
  const auto names = or_all(known->capsule, compartments);
  TRICLAVE_TRY(impl_->each_gathered(
      known->capsule, names, capsule::Until::policy_is_met,
      [&](const capsule::CompartmentShares& shares) -> Result<void> {
        TRICLAVE_TRY_ASSIGN(auto recovered, capsule::recover(known->capsule, *shares.compartment, shares.known()));
        secrets.push_back({shares.compartment->name, std::move(recovered.secret)});
        return {};
      }));
  return capsule::rewrap(known->capsule, secrets, to, owner);
}

const cipher::InputKey* envelope::DataKeys::find(const Opener& opener, const Id& capsule_id,
                                                 std::string_view compartment) {
  const auto known = opener.impl_->capsules.find(capsule_id);
  if (known == opener.impl_->capsules.end()) return nullptr;
  const auto key = known->second.keys.find(compartment);
  return key != known->second.keys.end() ? &key->second : nullptr;
}

Result<std::string> envelope::DataKeys::dataset(const Opener& opener, const Id& capsule_id) {
  TRICLAVE_TRY_ASSIGN(Known * known, opener.impl_->find(capsule_id));
  return known->capsule.core.dataset;
}

//= SPEC OBJ-02
Result<void> envelope::DataKeys::admit(Opener& opener, const Frame& frame) {
  const Header& header = frame.header;
  if (!frame.capsule.empty()) {
    TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, opener.add_capsule(frame.capsule));
    if (info.id != header.capsule_id)
      return fail(ErrorKind::forged, "the object carries the capsule of another sealing session than its header names");
  }
  TRICLAVE_TRY_ASSIGN(Known * known, opener.impl_->find(header.capsule_id));
  for (const std::string& compartment : header.compartments)
    if (header.dataset != known->capsule.core.dataset || known->capsule.core.find(compartment) == nullptr)
      return fail(
          ErrorKind::forged,
          fmt::format("the object says that it is of dataset {}, compartment {}; its capsule knows no such thing",
                      header.dataset, compartment));
  return {};
}

Result<std::vector<envelope::DataKeys::Closed>> envelope::DataKeys::unlock(Opener& opener, const Id& capsule_id,
                                                                           std::span<const std::string> compartments,
                                                                           GatherReport* report) {
  TRICLAVE_TRY_ASSIGN(Known * known, opener.impl_->find(capsule_id));
  TRICLAVE_TRY_ASSIGN(auto outcome, opener.impl_->unlock_possible(*known, compartments));
  if (report != nullptr) *report = std::move(outcome.report);
  return std::move(outcome.closed);
}

}  // namespace triclave
