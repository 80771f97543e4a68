// What an Arrow format string says of a column's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "triclave/error.h"

namespace triclave::table {

enum class Layout : std::uint8_t {
  null,     // no buffers at all
  bits,     // validity, one bit a value
  fixed,    // validity, values of `width` bytes
  bytes,    // validity, length + 1 offsets of `width` bytes, data
  list,     // validity, length + 1 offsets of `width` bytes; one child
  structs,  // validity; any number of children, each as long as the array
};

struct Type {
  Layout layout = Layout::null;
  std::uint32_t width = 0;  // bytes of a value or of an offset; 0 for null, bits and structs
};

// How many buffers an array of this layout has, validity included.
constexpr std::size_t buffer_count(Layout layout) noexcept {
  switch (layout) {
    case Layout::null:
      return 0;
    case Layout::structs:
      return 1;
    case Layout::bits:
    case Layout::fixed:
    case Layout::list:
      return 2;
    case Layout::bytes:
      return 3;
  }
  return 0;
}

// Errors: unsupported (no format string, or one that Triclave does not take; the message names the type).
Result<Type> parse_format(std::string_view format);

}  // namespace triclave::table
