// From what an erasure certificate states to what is dead (SPEC.md, "Erasure").
#include <algorithm>
#include <set>

#include "capsule/erasure_statement.h"
#include "policy/erasure.h"

namespace triclave::capsule {
namespace {

std::vector<policy::LeafState> states_of(const ErasureStatement& statement, const StatedCompartment& compartment) {
  std::vector<policy::LeafState> out;
  for (const policy::LeafAt& at : policy::leaves(compartment.tree)) {
    const StatedKey& key = *statement.find(at.key_id);  // check_keys has seen to it
    const bool released = std::binary_search(compartment.released.begin(), compartment.released.end(), at.key_id);
    out.push_back(key.evidence.destroyed_by == DestroyedBy::nobody       ? policy::LeafState::held
                  : released                                             ? policy::LeafState::released
                  : key.kem != static_cast<std::uint32_t>(Kem::xwing) ? policy::LeafState::classical
                                                                         : policy::LeafState::dead);
  }
  return out;
}

LivingGeneration living_generation(const ErasureStatement& statement, std::uint32_t generation,
                                   const StatedCompartment& compartment, const policy::Living& living) {
  LivingGeneration out{generation, false, {}, !living.complete, {}};
  for (const auto& coalition : living.coalitions) {
    out.coalitions.emplace_back();
    for (const Id& key_id : coalition) out.coalitions.back().push_back(statement.find(key_id)->name);
  }
  for (const Id& key_id : compartment.released) out.released.push_back(statement.find(key_id)->name);
  return out;
}

// The generations below the highest of which no wrap is at hand; what they held, nobody can tell.
//= SPEC ERA-05
std::vector<std::uint32_t> missing_generations(const StatedCapsule& capsule) {
  constexpr std::size_t kMostNamed = 16;
  std::set<std::uint32_t> present;
  for (const StatedWrap& wrap : capsule.wraps) present.insert(wrap.generation);
  std::vector<std::uint32_t> out;
  for (std::uint32_t each = 0; each < capsule.wraps.back().generation && out.size() < kMostNamed; ++each)
    if (!present.contains(each)) out.push_back(each);
  return out;
}

}  // namespace

std::vector<CompartmentVerdict> verdicts(const ErasureStatement& statement) {
  std::vector<CompartmentVerdict> out;
  for (const StatedCapsule& capsule : statement.capsules) {
    const std::size_t first = out.size();
    const auto missing = missing_generations(capsule);
    for (const StatedWrap& wrap : capsule.wraps)
      for (const StatedCompartment& compartment : wrap.compartments) {
        auto verdict = std::find_if(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                                    [&](const auto& each) { return each.compartment == compartment.name; });
        if (verdict == out.end()) {
          out.push_back({capsule.id, compartment.name, missing.empty(), missing.empty(), {}});
          verdict = out.end() - 1;
          for (const std::uint32_t each : missing) verdict->living.push_back({each, true, {}, false, {}});
        }
        //= SPEC ERA-06
        const policy::Vitality vitality = policy::vitality(compartment.tree, states_of(statement, compartment));
        verdict->dead = verdict->dead && vitality.dead;
        verdict->quantum_dead = verdict->quantum_dead && vitality.quantum_dead;
        if (!vitality.dead)
          verdict->living.push_back(living_generation(statement, wrap.generation, compartment, vitality.living));
      }
  }
  return out;
}

}  // namespace triclave::capsule
