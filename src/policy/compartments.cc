#include "policy/compartments.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/names.h"
#include "base/try.h"
#include "policy/columns.h"
#include "policy/rules.h"

namespace triclave::policy {
namespace {

constexpr int kMaxCompartments = 64;
constexpr int kMaxColumns = 4096;

class Reader {
 public:
  Reader(const PolicyText& text, const Registry& registry) : text_(text), registry_(registry) {}

  Result<std::vector<Compartment>> read() {
    const Place file = place_of(text_);
    TRICLAVE_TRY_ASSIGN(common_, read_rules(text_.file.rules(), file.inside("rules")));
    TRICLAVE_TRY_ASSIGN(expires_, read_expiry(text_.file.expires(), file));
    if (text_.file.compartments().empty()) return file.error("compartments", "a policy has at least one compartment");
    std::vector<Compartment> out;
    std::set<std::string> names;
    for (int i = 0; i < text_.file.compartments_size(); ++i) {
      if (i == kMaxCompartments) return file.error_at("compartments", i, "a policy has at most 64 compartments");
      const Place place = file.inside("compartments", i);
      TRICLAVE_TRY_ASSIGN(Compartment each, compartment(text_.file.compartments(i), place));
      if (!names.insert(each.name).second) return place.error("name", fmt::format("{} is named twice", each.name));
      out.push_back(std::move(each));
    }
    const std::string& other = text_.file.default_compartment();
    if (!other.empty() && !names.contains(other))
      return file.error("default_compartment", fmt::format("there is no compartment {}", other));
    return out;
  }

 private:
  Result<Compartment> compartment(const v1::Compartment& stated, const Place& place) {
    Compartment out;
    if (!is_name(stated.name()))
      return place.error("name", "a name is 1 to 64 characters of a-z, 0-9, '.', '_' and '-'");
    out.name = stated.name();
    TRICLAVE_TRY(read_tree(stated.access(), place, out));
    TRICLAVE_TRY_ASSIGN(const Rules own, read_rules(stated.rules(), place.inside("rules")));
    auto merged = merge(common_, own);
    if (!merged)
      return place.inside("rules").error(
          "region", fmt::format("{} and the file's own region {} have nothing in common", own.region, common_.region));
    out.rules = std::move(*merged);
    TRICLAVE_TRY_ASSIGN(out.expires, read_expiry(stated.expires(), place));
    if (expires_ && (!out.expires || *expires_ < *out.expires)) out.expires = expires_;
    if (!stated.authority().empty()) {
      out.authority = registry_.signer(stated.authority());
      if (!out.authority || !registry_.signers()[*out.authority].facts.authority)
        return place.error("authority", fmt::format("no signer {} has the role AUTHORITY", stated.authority()));
    }
    TRICLAVE_TRY(read_columns(stated, place, out));
    return out;
  }

  Result<void> read_tree(const std::string& expression, const Place& place, Compartment& out) {
    if (expression.empty()) return place.error("access", "say who may open it, such as all(owner, 2 of (x, y, z))");
    auto access = parse_access(expression);
    if (!access) return place.error_in_string("access", access.error().offset, access.error().message);
    TRICLAVE_TRY_ASSIGN(out.tree, node(*access, place, out.recipients));
    out.access = std::move(*access);
    return {};
  }

  Result<Node> node(const Access& access, const Place& place, std::vector<std::size_t>& recipients) {
    if (access.is_leaf()) return leaf(access, place, recipients);
    Node out{{}, {}, access.k, {}};
    for (const Access& each : access.children) {
      TRICLAVE_TRY_ASSIGN(Node child, node(each, place, recipients));
      const auto same = [&](const Node& other) {
        return other.is_leaf() && other.operator_name == child.operator_name;
      };
      if (child.is_leaf() && std::any_of(out.children.begin(), out.children.end(), same))
        return place.error_in_string(
            "access", each.offset,
            fmt::format("{} holds another key in this list; one operator counts once", child.operator_name));
      out.children.push_back(std::move(child));
    }
    return out;
  }

  Result<Node> leaf(const Access& access, const Place& place, std::vector<std::size_t>& recipients) {
    const auto found = registry_.recipient(access.name);
    if (!found) return place.error_in_string("access", access.offset, fmt::format("no recipient {}", access.name));
    const RegisteredRecipient& recipient = registry_.recipients()[*found];
    if (recipient.facts.role == RecipientRole::storage)
      return place.error_in_string("access", access.offset,
                                   fmt::format("{} keeps the ciphertext and may hold no share", access.name));
    recipients.push_back(*found);
    return Node{recipient.key ? recipient.key->id() : Id{}, recipient.facts.operator_name, 0, {}};
  }

  Result<void> read_columns(const v1::Compartment& stated, const Place& place, Compartment& out) {
    for (int i = 0; i < stated.columns_size(); ++i) {
      const std::string& column = stated.columns(i);
      if (i == kMaxColumns || !is_text(column, kMaxObjectName))
        return place.error_at("columns", i, "columns are up to 4,096 names of 1 to 1,024 bytes of plain text");
      if (!is_pattern(column) && !columns_.insert(column).second)
        return place.error_at("columns", i, fmt::format("column {} is claimed twice", column));
      out.columns.push_back(column);
    }
    return {};
  }

  const PolicyText& text_;
  const Registry& registry_;
  Rules common_;
  std::optional<std::chrono::sys_days> expires_;
  std::set<std::string> columns_;  // named in full by any compartment
};

}  // namespace

Result<std::vector<Compartment>> read_compartments(const PolicyText& text, const Registry& registry) {
  return Reader(text, registry).read();
}

}  // namespace triclave::policy
