// Short ways to write trees in tests.
#pragma once

#include <initializer_list>

#include "policy/tree.h"

namespace triclave::policy::testing {

inline Id key(std::uint8_t number) {
  Id id{};
  id[0] = number;
  id[31] = 0xA5;
  return id;
}

// Key and operator of the same number.
inline Node leaf(std::uint8_t number) { return {key(number), "op" + std::to_string(number), 0, {}}; }
inline Node leaf(std::uint8_t number, std::string operator_name) {
  return {key(number), std::move(operator_name), 0, {}};
}
inline Node some(unsigned k, std::vector<Node> children) { return {{}, {}, k, std::move(children)}; }
inline Node all(std::vector<Node> children) {
  const auto n = static_cast<unsigned>(children.size());
  return some(n, std::move(children));
}
inline Node any(std::vector<Node> children) { return some(1, std::move(children)); }

}  // namespace triclave::policy::testing
