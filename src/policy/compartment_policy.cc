#include "policy/compartment_policy.h"

#include <algorithm>
#include <set>

#include "base/names.h"
#include "base/try.h"
#include "format/policy.pb.h"
#include "format/strict.h"
#include "policy/codes.h"

namespace triclave::policy {
namespace {

tl::unexpected<Error> malformed(std::string why) {
  return fail(ErrorKind::malformed, "policy of a compartment: " + std::move(why));
}

Result<Id> to_id(const std::string& bytes, const char* what) {
  Id id;
  if (bytes.size() != id.size()) return malformed(std::string(what) + " must have 32 bytes");
  std::copy_n(as_bytes(bytes).begin(), id.size(), id.begin());
  return id;
}

// Shapes only: what the tree must keep is check_tree's. The strict reading has bounded depth and size.
Result<Node> read_node(const v1::PolicyNode& wire) {
  Node node;
  if (wire.has_leaf()) {
    TRICLAVE_TRY_ASSIGN(node.key_id, to_id(wire.leaf().key_id(), "a key id"));
    node.operator_name = wire.leaf().operator_();
    return node;
  }
  // A threshold without children would read as a leaf from here on.
  //= SPEC POL-01
  if (wire.threshold().children().empty()) return malformed("a node is neither a leaf nor a threshold of at least one");
  node.k = wire.threshold().k();
  for (const v1::PolicyNode& child : wire.threshold().children()) {
    TRICLAVE_TRY_ASSIGN(Node read, read_node(child));
    node.children.push_back(std::move(read));
  }
  return node;
}

void write_node(const Node& node, v1::PolicyNode& wire) {
  if (node.is_leaf()) {
    wire.mutable_leaf()->set_key_id(node.key_id.data(), node.key_id.size());
    wire.mutable_leaf()->set_operator_(node.operator_name);
    return;
  }
  wire.mutable_threshold()->set_k(node.k);
  for (const Node& child : node.children) write_node(child, *wire.mutable_threshold()->add_children());
}

// Shapes only: whether a code is known is the registry's question, and the lists of countries change.
//= SPEC POL-05
Result<void> check_rules(const Rules& rules) {
  if (!std::all_of(rules.deny_coalition.begin(), rules.deny_coalition.end(), is_country_shape))
    return malformed("deny_coalition takes codes of two capital letters");
  if (!std::all_of(rules.require_label.begin(), rules.require_label.end(), is_label))
    return malformed("a label is 1 to 64 printable ASCII characters without spaces");
  if (!rules.region.empty() && rules.region != kEea && !is_country_shape(rules.region))
    return malformed("region takes EEA or a code of two capital letters");
  if (rules.min_operators > kMaxLeaves || rules.min_countries > kMaxLeaves)
    return malformed("min_operators and min_countries are at most 64, as many as a tree has leaves");
  return {};
}

// `level` counts from 1 at the root, `left` is how many leaves the tree may still have.
Result<void> check_node(const Node& node, std::size_t level, std::size_t& left) {
  //= SPEC LIM-01
  if (level > kMaxLevels) return malformed("the tree has more than 8 levels");
  if (node.is_leaf()) {
    if (left-- == 0) return malformed("the tree has more than 64 leaves");
    if (!is_text(node.operator_name, kMaxName)) return malformed("an operator must be 1 to 64 bytes of plain text");
    return {};
  }
  //= SPEC POL-01
  if (node.children.size() > kMaxChildren) return malformed("a threshold has more than 16 children");
  if (node.k < 1 || node.k > node.children.size()) return malformed("a threshold asks for 0 or for more than it has");
  //= SPEC POL-02
  std::set<Id> ids;
  std::set<std::string_view> operators;
  for (const Node& child : node.children) {
    if (child.is_leaf() && !ids.insert(child.key_id).second) return malformed("a key stands twice at one node");
    if (child.is_leaf() && !operators.insert(child.operator_name).second)
      return malformed("one operator holds two keys of one node");
    TRICLAVE_TRY(check_node(child, level + 1, left));
  }
  return {};
}

}  // namespace

Result<void> check_tree(const Node& root) {
  std::size_t left = kMaxLeaves;
  return check_node(root, 1, left);
}

Result<CompartmentPolicy> parse_compartment_policy(ByteView wire) {
  TRICLAVE_TRY_ASSIGN(const auto message,
                      format::parse_strict<v1::CompartmentPolicy>(wire, kMaxPolicySize, "the policy of a compartment"));
  CompartmentPolicy out;
  //= SPEC POL-03
  if (!message.authority().empty()) {
    TRICLAVE_TRY_ASSIGN(out.authority, to_id(message.authority(), "the authority"));
  }
  out.rules = {{message.rules().deny_coalition().begin(), message.rules().deny_coalition().end()},
               {message.rules().require_label().begin(), message.rules().require_label().end()},
               message.rules().region(),
               message.rules().min_operators(),
               message.rules().min_countries()};
  TRICLAVE_TRY(check_rules(out.rules));
  out.expires = message.expires();
  TRICLAVE_TRY_ASSIGN(out.tree, read_node(message.tree()));
  TRICLAVE_TRY(check_tree(out.tree));
  return out;
}

Bytes serialize_compartment_policy(const CompartmentPolicy& policy) {
  v1::CompartmentPolicy message;
  if (policy.authority) message.set_authority(policy.authority->data(), policy.authority->size());
  v1::Rules rules;
  for (const std::string& code : policy.rules.deny_coalition) rules.add_deny_coalition(code);
  for (const std::string& label : policy.rules.require_label) rules.add_require_label(label);
  rules.set_region(policy.rules.region);
  rules.set_min_operators(policy.rules.min_operators);
  rules.set_min_countries(policy.rules.min_countries);
  // The strict encoding leaves an empty message out.
  if (rules.ByteSizeLong() != 0) *message.mutable_rules() = std::move(rules);
  message.set_expires(policy.expires);
  write_node(policy.tree, *message.mutable_tree());
  return format::serialize(message);
}

}  // namespace triclave::policy
