// Access expressions of policy files.
#include "policy/access.h"

#include "base/names.h"
#include "harness.h"
#include "policy/tree.h"

using namespace triclave;
using policy::Access;

namespace {

// Returns the number of leaves.
std::size_t check(const Access& access, std::size_t level, std::size_t size) {
  REQUIRE(level <= policy::kMaxLevels && access.offset < size);
  if (access.is_leaf()) {
    REQUIRE(is_name(access.name) && policy::is_free_name(access.name));
    return 1;
  }
  REQUIRE(1 <= access.k && access.k <= access.children.size() && access.children.size() <= policy::kMaxChildren);
  std::size_t leaves = 0;
  for (const Access& child : access.children) leaves += check(child, level + 1, size);
  return leaves;
}

bool same_tree(const Access& a, const Access& b) {
  return a.name == b.name && a.k == b.k &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), same_tree);
}

}  // namespace

FUZZ_TARGET(input) {
  const auto access = policy::parse_access(as_text(input));
  if (!access) return REQUIRE(access.error().offset <= input.size() && !access.error().message.empty());
  REQUIRE(check(*access, 1, input.size()) <= policy::kMaxLeaves);
  const std::string text = policy::to_text(*access);
  const auto again = policy::parse_access(text);
  REQUIRE(again && same_tree(*access, *again) && policy::to_text(*again) == text);
  REQUIRE(!policy::in_words(*access).empty());
}
