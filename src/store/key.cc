#include "store/key.h"

#include <fmt/format.h>

#include "base/names.h"

namespace triclave::store {

Result<void> check_key(std::string_view key) {
  // Keys that fail may hold anything, so that messages do not repeat them.
  if (!is_text(key, kMaxObjectName))
    return fail(ErrorKind::invalid_argument,
                fmt::format("an object's key is UTF-8 of 1 to {} bytes, without control characters", kMaxObjectName));
  if (key.back() == '/')
    return fail(ErrorKind::invalid_argument, fmt::format("the key {} ends in a slash: it names no object", key));
  for (std::string_view rest = key; !rest.empty();) {
    const std::string_view part = next_part(rest);
    if (part.empty() || part == "." || part == "..")
      return fail(ErrorKind::invalid_argument,
                  fmt::format("the key {} has an empty part, or one that is . or ..", key));
  }
  return {};
}

std::string_view next_part(std::string_view& key) noexcept {
  const std::size_t slash = key.find('/');
  const std::string_view part = key.substr(0, slash);
  key.remove_prefix(slash == std::string_view::npos ? key.size() : slash + 1);
  return part;
}

}  // namespace triclave::store
