// Keys of stores: what is accepted leads to one place beneath the store's root.
#include "harness.h"
#include "store/key.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const std::string_view key = as_text(input);
  const auto checked = store::check_key(key);
  const std::string inside = "/" + std::string(key) + "/";
  const bool walks = inside.find("//") != inside.npos || inside.find("/./") != inside.npos ||
                     inside.find("/../") != inside.npos || inside.find('\0') != inside.npos;
  if (!checked) return REQUIRE(fuzz::is_one_of(checked.error(), {ErrorKind::invalid_argument}));
  REQUIRE(!walks && key.size() <= 1024);
  std::string joined;
  for (std::string_view rest = key; !rest.empty();) joined += "/" + std::string(store::next_part(rest));
  REQUIRE(joined == "/" + std::string(key));
}
