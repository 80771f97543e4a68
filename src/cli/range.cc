#include "cli/range.h"

#include <charconv>
#include <limits>
#include <string>

namespace triclave::cli {
namespace {

bool parse(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<Range> parse_range(std::string_view text) {
  const std::size_t colon = text.find(':');
  Range out;
  const bool is_good = colon != std::string_view::npos && parse(text.substr(0, colon), out.start);
  const std::string_view length = is_good ? text.substr(colon + 1) : std::string_view();
  out.length = std::numeric_limits<std::uint64_t>::max() - out.start;
  if (!is_good || (!length.empty() && !parse(length, out.length)) ||
      out.length > std::numeric_limits<std::uint64_t>::max() - out.start)
    return fail(ErrorKind::invalid_argument,
                "--range wants START:LENGTH in bytes, as 0:100; START: reads to the end; \"" + std::string(text) +
                    "\" is neither");
  return out;
}

}  // namespace triclave::cli
