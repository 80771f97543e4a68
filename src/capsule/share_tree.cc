#include "capsule/share_tree.h"

#include "base/try.h"

namespace triclave::capsule {
namespace {

keys::Scalar copy(const keys::Scalar& scalar) { return keys::Scalar::copy_of(scalar.view()); }

void split_node(const keys::Scalar& secret, const policy::Node& node, std::vector<keys::Scalar>& shares) {
  if (node.is_leaf()) {
    shares.push_back(copy(secret));
    return;
  }
  // keys::split draws anew where a share comes out 0, at every node.
  const auto children = keys::split(secret, node.k, static_cast<unsigned>(node.children.size()));
  for (std::size_t i = 0; i < children.size(); ++i) split_node(children[i], node.children[i], shares);
}

// Takes this node's leaves off the front of `known`.
bool is_node_satisfied(std::span<const keys::Scalar* const>& known, const policy::Node& node) {
  if (node.is_leaf()) {
    const bool has = known.front() != nullptr;
    known = known.subspan(1);
    return has;
  }
  unsigned satisfied = 0;
  for (const policy::Node& child : node.children) satisfied += is_node_satisfied(known, child) ? 1U : 0U;
  return satisfied >= node.k;
}

// Takes this node's leaves off the front of `known`.
Result<std::optional<keys::Scalar>> combine_node(std::span<const keys::Scalar* const>& known,
                                                 const policy::Node& node) {
  if (node.is_leaf()) {
    const keys::Scalar* share = known.front();
    known = known.subspan(1);
    return share != nullptr ? std::optional(copy(*share)) : std::nullopt;
  }
  std::vector<keys::Scalar> values;
  std::vector<keys::Share> shares;
  values.reserve(node.children.size());  // `shares` points into it
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    TRICLAVE_TRY_ASSIGN(std::optional<keys::Scalar> value, combine_node(known, node.children[i]));
    if (!value) continue;
    values.push_back(std::move(*value));
    shares.push_back({static_cast<std::uint8_t>(i + 1), &values.back()});
  }
  if (shares.size() < node.k) return std::nullopt;
  TRICLAVE_TRY_ASSIGN(keys::Scalar secret, keys::combine(shares, node.k));
  return std::optional(std::move(secret));
}

}  // namespace

//= SPEC SPL-01
std::vector<keys::Scalar> split_along(const keys::Scalar& secret, const policy::Node& root) {
  std::vector<keys::Scalar> shares;
  split_node(secret, root, shares);
  return shares;
}

bool is_satisfied(std::span<const keys::Scalar* const> known, const policy::Node& root) {
  return is_node_satisfied(known, root);
}

//= SPEC SPL-02
Result<std::optional<keys::Scalar>> combine_along(std::span<const keys::Scalar* const> known,
                                                  const policy::Node& root) {
  return combine_node(known, root);
}

}  // namespace triclave::capsule
