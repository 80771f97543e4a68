#include "policy/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/names.h"
#include "policy/tree.h"

namespace triclave::policy {
namespace {

using Parsed = tl::expected<Access, AccessError>;

bool is_number(std::string_view word) noexcept {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Parsed whole() {
    auto access = expression(1);
    if (access && look() != '\0') return error(at_, "nothing may follow the expression here");
    return access;
  }

 private:
  static tl::unexpected<AccessError> error(std::size_t offset, std::string message) {
    return tl::unexpected<AccessError>(AccessError{offset, std::move(message)});
  }

  // The next character that is not blank, and '\0' at the end; a '\0' in the text is no character of the grammar
  // either.
  char look() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    if (at_ == text_.size()) return '\0';
    return text_[at_] == '\0' ? '?' : text_[at_];
  }

  std::string_view word() {
    look();
    std::size_t end = at_;
    while (end < text_.size() && is_name(text_.substr(end, 1))) ++end;
    const auto out = text_.substr(at_, end - at_);
    at_ = end;
    return out;
  }

  Parsed expression(std::size_t level) {
    const char next = look();
    const std::size_t start = at_;
    if (next == '\0')
      return error(start, "the expression ends where a name, all(..), any(..) or K of (..) should stand");
    const std::string_view first = word();
    if (first.empty()) return error(start, fmt::format("'{}' has no place here", printable(next)));
    if (level > kMaxLevels) return error(start, "more than 8 levels of nesting");

    if (is_number(first)) {
      const std::size_t second = (look(), at_);
      if (word() != "of") return error(second, fmt::format("after {} should stand: of (..)", first));
      return threshold(start, first, level);
    }
    if (look() == '(') {
      if (first == "all" || first == "any") return threshold(start, first, level);
      return error(start, fmt::format("'{}(' is unknown: write all(..), any(..) or K of (..)", first));
    }
    if (!is_free_name(first)) return error(start, fmt::format("'{}' should be followed by (..)", first));
    if (!is_name(first)) return error(start, "a name has at most 64 characters");
    if (++leaves_ > kMaxLeaves) return error(start, "more than 64 recipients in one expression");
    return Access{start, std::string(first), 0, {}};
  }

  // From the parenthesis on; `count` is all, any or digits.
  Parsed threshold(std::size_t start, std::string_view count, std::size_t level) {
    if (look() != '(') return error(at_, "a list in parentheses should stand here");
    Access out{start, {}, 0, {}};
    do {
      ++at_;  // the parenthesis or the comma
      auto child = expression(level + 1);
      if (!child) return child;
      if (out.children.size() == kMaxChildren) return error(child->offset, "more than 16 in one list");
      const auto same = [&](const Access& other) { return other.is_leaf() && other.name == child->name; };
      if (child->is_leaf() && std::any_of(out.children.begin(), out.children.end(), same))
        return error(child->offset, fmt::format("{} stands twice in one list", child->name));
      out.children.push_back(std::move(*child));
    } while (look() == ',');
    if (look() != ')') return error(at_, "a comma or a closing parenthesis should stand here");
    ++at_;
    return with_count(std::move(out), count);
  }

  static Parsed with_count(Access out, std::string_view count) {
    const auto n = static_cast<unsigned>(out.children.size());
    out.k = count == "any" ? 1 : n;
    if (is_number(count)) {
      const auto [end, problem] = std::from_chars(count.data(), count.data() + count.size(), out.k);
      if (problem != std::errc() || out.k > n)
        return error(out.offset, fmt::format("{} of {} can never be met", count, n));
      if (out.k == 0) return error(out.offset, "0 of a list would be met by nobody at all");
    }
    return out;
  }

  static std::string printable(char c) {
    return c > 0x20 && c < 0x7F ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t leaves_ = 0;
};

std::string joined(const std::vector<Access>& children, std::string (*render)(const Access&)) {
  std::string out;
  for (const Access& child : children) out += (out.empty() ? "" : ", ") + render(child);
  return out;
}

}  // namespace

Parsed parse_access(std::string_view text) { return Parser(text).whole(); }

bool is_free_name(std::string_view name) noexcept {
  return name != "all" && name != "any" && name != "of" && !is_number(name);
}

std::string to_text(const Access& access) {
  if (access.is_leaf()) return access.name;
  const std::string list = joined(access.children, to_text);
  if (access.k == access.children.size()) return "all(" + list + ")";
  if (access.k == 1) return "any(" + list + ")";
  return fmt::format("{} of ({})", access.k, list);
}

std::string in_words(const Access& access) {
  if (access.is_leaf()) return access.name;
  if (access.children.size() == 1) return in_words(access.children[0]);
  if (access.k == access.children.size()) {
    std::string out;
    for (const Access& child : access.children) {
      const bool conjunction = child.children.size() > 1 && child.k == child.children.size();
      const std::string words = in_words(child);
      out += (out.empty() ? "" : " together with ") + (conjunction ? "(" + words + ")" : words);
    }
    return out;
  }
  return fmt::format("any {} of ({})", access.k == 1 ? "one" : std::to_string(access.k),
                     joined(access.children, in_words));
}

}  // namespace triclave::policy
