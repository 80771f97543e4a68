#include "envelope/coalitions.h"

#include <gmock/gmock.h>

#include "support/result.h"

namespace triclave::envelope {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

policy::Node leaf(std::uint8_t number) {
  policy::Node out;
  out.key_id[0] = number;
  out.operator_name = std::string(1, static_cast<char>('a' + number));
  return out;
}

policy::Node threshold(unsigned k, std::vector<policy::Node> children) {
  policy::Node out;
  out.k = k;
  out.children = std::move(children);
  return out;
}

// The keys (first bytes of their ids) of each minimal coalition among those whose leaves are `held`.
std::vector<std::vector<int>> minimal(const policy::Node& tree, const std::vector<std::uint8_t>& held) {
  capsule::WrapCompartment compartment;
  compartment.policy.tree = tree;
  compartment.places = policy::leaves(tree);
  capsule::CompartmentShares shares;
  shares.compartment = &compartment;
  for (const auto& place : compartment.places) {
    const bool has = std::find(held.begin(), held.end(), place.key_id[0]) != held.end();
    shares.shares.push_back(has ? std::make_unique<keys::Scalar>() : nullptr);
  }
  std::vector<std::vector<int>> out;
  const auto found = minimal_coalitions(shares);
  EXPECT_OK(found);
  for (const auto& coalition : *found) {
    out.emplace_back();
    for (const Id& id : coalition) out.back().push_back(id[0]);
  }
  return out;
}

TEST(Coalitions, AreMinimal) {
  const auto tree = threshold(2, {leaf(0), threshold(2, {leaf(1), leaf(2), leaf(3)})});
  EXPECT_THAT(minimal(tree, {0, 1, 2, 3}),
              ElementsAre(ElementsAre(0, 1, 2), ElementsAre(0, 1, 3), ElementsAre(0, 2, 3)));
  EXPECT_THAT(minimal(tree, {0, 2, 3}), ElementsAre(ElementsAre(0, 2, 3)));
  EXPECT_THAT(minimal(tree, {1, 2, 3}), IsEmpty());
  EXPECT_THAT(minimal(tree, {}), IsEmpty());
  EXPECT_THAT(minimal(threshold(1, {leaf(0), leaf(1)}), {0, 1}), ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST(Coalitions, AKeyAtTwoLeavesCountsOnce) {
  const auto tree = threshold(2, {threshold(1, {leaf(0), leaf(1)}), threshold(1, {leaf(0), leaf(2)})});
  EXPECT_THAT(minimal(tree, {0, 1, 2}), ElementsAre(ElementsAre(0), ElementsAre(1, 2)));
}

TEST(Coalitions, MoreKeysThanCanBeTriedAreUnsupported) {
  std::vector<policy::Node> halves;
  capsule::CompartmentShares shares;
  capsule::WrapCompartment compartment;
  for (std::uint8_t half = 0; half < 2; ++half) {
    std::vector<policy::Node> leaves;
    for (std::uint8_t i = 0; i < 9; ++i) leaves.push_back(leaf(static_cast<std::uint8_t>(half * 9 + i)));
    halves.push_back(threshold(9, std::move(leaves)));
  }
  compartment.policy.tree = threshold(1, std::move(halves));
  compartment.places = policy::leaves(compartment.policy.tree);
  shares.compartment = &compartment;
  for (int i = 0; i < 18; ++i) shares.shares.push_back(std::make_unique<keys::Scalar>());
  EXPECT_FAILS(minimal_coalitions(shares), ErrorKind::unsupported);
  shares.shares[0].reset();
  shares.shares[1].reset();
  EXPECT_OK(minimal_coalitions(shares));
}

}  // namespace
}  // namespace triclave::envelope
