#include "policy/coalitions.h"

#include <algorithm>
#include <bit>

#include "base/try.h"

namespace triclave::policy {
namespace {

constexpr std::uint64_t kWhole = 1u << 20;         // the price of one group
constexpr std::uint64_t kImpossible = 1ull << 40;  // more than all 64 groups together

constexpr Groups one(int group) { return Groups{1} << group; }

}  // namespace

// What is known once the groups `in` are taken and those of `out` ruled out.
struct CoalitionTree::Bound {
  bool possible = false;
  bool opens = false;  // with `in` alone
  unsigned least = 0;  // no set that opens has fewer groups, `in` included
  Groups example = 0;  // a set that opens, `in` included
};

CoalitionTree::CoalitionTree(const Node& tree, const std::vector<int>& group_of_leaf) : times_(64, 0) {
  auto group = group_of_leaf.cbegin();
  flatten(tree, group);
  for (const Step& step : steps_)
    if (step.children.empty() && step.group >= 0) ++times_[static_cast<std::size_t>(step.group)];
}

std::size_t CoalitionTree::flatten(const Node& node, std::vector<int>::const_iterator& group) {
  Step step;
  if (node.is_leaf()) step.group = *group++;
  step.k = node.k;
  for (const Node& child : node.children) step.children.push_back(flatten(child, group));
  steps_.push_back(std::move(step));
  return steps_.size() - 1;
}

bool CoalitionTree::opens(Groups groups) const { return bound(groups, ~groups).opens; }

// Relaxation: the leaves of one group may be bought apart, each at the group's price divided by their number. A set
// that opens pays at most the whole price for each of its groups, so the cheapest way to satisfy the tree is no dearer
// than that set; and where no group stands twice it is exact. Division rounds down, by less than a whole price in all.
CoalitionTree::Bound CoalitionTree::bound(Groups in, Groups out) const {
  struct Choice {
    std::uint64_t price;
    Groups groups;
  };
  std::vector<Choice> choices(steps_.size());
  std::vector<Choice> cheapest;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    Choice& choice = choices[i];
    if (!step.children.empty()) {
      cheapest.clear();
      for (const std::size_t child : step.children) cheapest.push_back(choices[child]);
      std::stable_sort(cheapest.begin(), cheapest.end(), [](auto& a, auto& b) { return a.price < b.price; });
      choice = {0, 0};
      for (std::size_t c = 0; c < step.k; ++c) {
        choice.price = std::min(kImpossible, choice.price + cheapest[c].price);
        choice.groups |= cheapest[c].groups;
      }
    } else if (step.group == kAlways || (step.group >= 0 && (in & one(step.group)) != 0)) {
      choice = {0, 0};
    } else if (step.group == kNever || (out & one(step.group)) != 0) {
      choice = {kImpossible, 0};
    } else {
      choice = {kWhole / times_[static_cast<std::size_t>(step.group)], one(step.group)};
    }
  }
  const Choice root = choices.back();
  const auto taken = static_cast<unsigned>(std::popcount(in));
  return {root.price < kImpossible, root.price == 0, taken + static_cast<unsigned>((root.price + kWhole - 1) / kWhole),
          in | root.groups};
}

struct CoalitionTree::Search {
  const CoalitionTree& tree;
  Work& work;

  // For smallest().
  std::optional<unsigned> best;
  bool enough = true;  // work

  void find_smallest(Groups in, Groups out) {
    if (!spend()) return;
    const Bound known = tree.bound(in, out);
    if (!known.possible || (best && known.least >= *best)) return;
    const auto size = static_cast<unsigned>(std::popcount(known.example));
    if (!best || size < *best) best = size;
    if (known.least == size) return;
    // The example was bought too cheap: one of its groups that are still open stands more than once.
    const Groups open = known.example & ~in;
    int pick = -1;
    unsigned most = 0;
    for (int group = 0; group < 64; ++group)
      if ((open & one(group)) != 0 && tree.times_[static_cast<std::size_t>(group)] > most) {
        most = tree.times_[static_cast<std::size_t>(group)];
        pick = group;
      }
    find_smallest(in | one(pick), out);
    find_smallest(in, out | one(pick));
  }

  // For minimal().
  Listing listing;
  std::size_t room = 0;

  // Sets of exactly `size` groups that hold `in` and take the rest from `group` on.
  void find_minimal(unsigned size, int group, Groups in, Groups out) {
    if (!listing.complete) return;
    if (!spend()) {
      listing.complete = false;
      return;
    }
    const Bound known = tree.bound(in, out);
    if (!known.possible || known.least > size) return;
    if (known.opens) {
      // A smaller one stands in the list already, and so do none of its supersets.
      if (static_cast<unsigned>(std::popcount(in)) == size && is_minimal(in)) keep(in);
      return;
    }
    while (group < 64 && tree.times_[static_cast<std::size_t>(group)] == 0) ++group;
    if (group == 64) return;
    find_minimal(size, group + 1, in | one(group), out);
    find_minimal(size, group + 1, in, out | one(group));
  }

 private:
  bool spend() {
    enough = enough && work.left > 0;
    if (enough) --work.left;
    return enough;
  }

  bool is_minimal(Groups set) const {
    for (Groups left = set; left != 0; left &= left - 1)
      if (tree.opens(set & ~(left & (~left + 1)))) return false;
    return true;
  }

  void keep(Groups set) {
    if (listing.sets.size() == room)
      listing.complete = false;
    else
      listing.sets.push_back(set);
  }
};

Result<std::optional<unsigned>> CoalitionTree::smallest(Work& work) const {
  Search search{*this, work, {}, true, {}, 0};
  search.find_smallest(0, 0);
  if (!search.enough)
    return fail(ErrorKind::unsupported,
                "too intricate to judge exactly; let operators stand in fewer places of the tree");
  return search.best;
}

CoalitionTree::Listing CoalitionTree::minimal(std::size_t most, Work work) const {
  Search search{*this, work, {}, true, {}, most};
  unsigned groups = 0;
  for (const unsigned times : times_) groups += times != 0 ? 1u : 0u;
  for (unsigned size = 0; size <= groups && search.listing.complete; ++size) search.find_minimal(size, 0, 0, 0);
  return std::move(search.listing);
}

}  // namespace triclave::policy
