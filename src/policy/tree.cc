#include "policy/tree.h"

namespace triclave::policy {
namespace {

template <class Visit>
void visit_leaves(const Node& node, Bytes& path, Visit& visit) {
  if (node.is_leaf()) {
    visit(LeafAt{path, node.key_id, node.operator_name});
    return;
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    path.push_back(static_cast<std::uint8_t>(i + 1));
    visit_leaves(node.children[i], path, visit);
    path.pop_back();
  }
}

bool evaluate(const Node& node, std::vector<bool>::const_iterator& held) {
  if (node.is_leaf()) return *held++;
  unsigned met = 0;
  for (const Node& child : node.children) met += evaluate(child, held) ? 1u : 0u;
  return met >= node.k;
}

}  // namespace

std::vector<LeafAt> leaves(const Node& root) {
  std::vector<LeafAt> out;
  Bytes path;
  auto keep = [&](LeafAt leaf) { out.push_back(std::move(leaf)); };
  visit_leaves(root, path, keep);
  return out;
}

bool satisfied(const Node& root, const std::function<bool(const LeafAt&)>& holds) {
  std::vector<bool> held;
  Bytes path;
  auto ask = [&](const LeafAt& leaf) { held.push_back(holds(leaf)); };
  visit_leaves(root, path, ask);
  auto next = held.cbegin();
  return evaluate(root, next);
}

Node dual(const Node& root) {
  Node out = root;
  if (root.is_leaf()) return out;
  out.k = static_cast<unsigned>(root.children.size()) - root.k + 1;
  for (Node& child : out.children) child = dual(child);
  return out;
}

}  // namespace triclave::policy
