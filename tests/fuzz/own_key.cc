// Own keys, from text and from files.
#include "keys/own_key.h"

#include "base/text_codec.h"
#include "harness.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto from_text = keys::own_key_from_text(as_text(input));
  if (from_text) {
    const auto key = from_text->view();
    REQUIRE(to_base64(key) == as_text(input) ||
            (input.size() == 64 && from_hex(as_text(input)) && fuzz::same(*from_hex(as_text(input)), key)));
  } else {
    REQUIRE(fuzz::is_one_of(from_text.error(), {ErrorKind::invalid_argument}));
  }
  const auto from_file = keys::own_key_from_file(input);
  if (from_text) REQUIRE(from_file && fuzz::same(from_file->view(), from_text->view()));
  if (!from_file) REQUIRE(fuzz::is_one_of(from_file.error(), {ErrorKind::invalid_argument}));
  if (from_file && input.size() == 32) REQUIRE(fuzz::same(from_file->view(), input));
}
