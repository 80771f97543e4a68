#include "envelope/coalitions.h"

#include <algorithm>
#include <bit>

#include "capsule/share_tree.h"

namespace triclave::envelope {

std::vector<const keys::Scalar*> shares_of(const std::vector<Id>& coalition, const capsule::CompartmentShares& shares) {
  std::vector<const keys::Scalar*> out = shares.known();
  for (std::size_t i = 0; i < out.size(); ++i)
    if (std::find(coalition.begin(), coalition.end(), shares.compartment->places[i].key_id) == coalition.end())
      out[i] = nullptr;
  return out;
}

Result<std::vector<std::vector<Id>>> minimal_coalitions(const capsule::CompartmentShares& shares) {
  constexpr std::size_t kMostKeys = 16;  // 65,536 subsets
  std::vector<Id> held;
  for (std::size_t i = 0; i < shares.shares.size(); ++i) {
    const Id& id = shares.compartment->places[i].key_id;
    if (shares.shares[i] != nullptr && std::find(held.begin(), held.end(), id) == held.end()) held.push_back(id);
  }
  if (held.size() > kMostKeys)
    return fail(ErrorKind::unsupported,
                "a rehearsal tries every coalition of at most 16 keys: give fewer keys at a time");

  std::vector<std::uint32_t> subsets(std::size_t{1} << held.size());
  for (std::uint32_t i = 0; i < subsets.size(); ++i) subsets[i] = i;
  std::stable_sort(subsets.begin(), subsets.end(), [](auto a, auto b) { return std::popcount(a) < std::popcount(b); });
  std::vector<std::uint32_t> minimal;
  std::vector<std::vector<Id>> out;
  for (const std::uint32_t subset : subsets) {
    if (std::any_of(minimal.begin(), minimal.end(), [&](std::uint32_t each) { return (each & subset) == each; }))
      continue;
    std::vector<Id> coalition;
    for (std::size_t i = 0; i < held.size(); ++i)
      if ((subset >> i & 1) != 0) coalition.push_back(held[i]);
    if (!capsule::is_satisfied(shares_of(coalition, shares), shares.compartment->policy.tree)) continue;
    minimal.push_back(subset);
    out.push_back(std::move(coalition));
  }
  return out;
}

}  // namespace triclave::envelope
