// The policy of one compartment, as capsules carry it.
#include "policy/compartment_policy.h"

#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto parsed = policy::parse_compartment_policy(input);
  if (!parsed) return REQUIRE(fuzz::is_one_of(parsed.error(), {ErrorKind::malformed}));
  REQUIRE(input.size() <= policy::kMaxPolicySize);
  REQUIRE(policy::check_tree(parsed->tree));
  REQUIRE(fuzz::same(policy::serialize_compartment_policy(*parsed), input));

  const auto places = policy::leaves(parsed->tree);
  REQUIRE(!places.empty() && places.size() <= policy::kMaxLeaves);
  for (const auto& place : places) REQUIRE(place.path.size() < policy::kMaxLevels);
  REQUIRE(policy::satisfied(parsed->tree, [](const policy::LeafAt&) { return true; }));
  REQUIRE(!policy::satisfied(parsed->tree, [](const policy::LeafAt&) { return false; }));
  // A tree is satisfied exactly where what is missing does not satisfy its dual; tried with every other leaf.
  std::size_t index = 0;
  const bool opens = policy::satisfied(parsed->tree, [&](const policy::LeafAt&) { return index++ % 2 == 0; });
  index = 0;
  REQUIRE(opens !=
          policy::satisfied(policy::dual(parsed->tree), [&](const policy::LeafAt&) { return index++ % 2 != 0; }));
}
