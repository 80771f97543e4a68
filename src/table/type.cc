#include "table/type.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/names.h"

namespace triclave::table {
namespace {

constexpr std::size_t kMaxZone = 64;
constexpr std::uint32_t kMaxFixedWidth = 65536;
constexpr std::uint32_t kMaxScale = 76;

struct Plain {
  std::string_view format;
  Type type;
};
constexpr Plain kPlain[] = {
    {"n", {Layout::null, 0}},    {"b", {Layout::bits, 0}},                                   // nothing, booleans
    {"c", {Layout::fixed, 1}},   {"C", {Layout::fixed, 1}},   {"s", {Layout::fixed, 2}},     // integers
    {"S", {Layout::fixed, 2}},   {"i", {Layout::fixed, 4}},   {"I", {Layout::fixed, 4}},     //
    {"l", {Layout::fixed, 8}},   {"L", {Layout::fixed, 8}},                                  //
    {"e", {Layout::fixed, 2}},   {"f", {Layout::fixed, 4}},   {"g", {Layout::fixed, 8}},     // floats
    {"z", {Layout::bytes, 4}},   {"Z", {Layout::bytes, 8}},                                  // binary
    {"u", {Layout::bytes, 4}},   {"U", {Layout::bytes, 8}},                                  // strings
    {"tdD", {Layout::fixed, 4}}, {"tdm", {Layout::fixed, 8}},                                // dates
    {"tts", {Layout::fixed, 4}}, {"ttm", {Layout::fixed, 4}}, {"ttu", {Layout::fixed, 8}},   // times
    {"ttn", {Layout::fixed, 8}},                                                             //
    {"tDs", {Layout::fixed, 8}}, {"tDm", {Layout::fixed, 8}}, {"tDu", {Layout::fixed, 8}},   // durations
    {"tDn", {Layout::fixed, 8}},                                                             //
    {"tiM", {Layout::fixed, 4}}, {"tiD", {Layout::fixed, 8}}, {"tin", {Layout::fixed, 16}},  // intervals
    {"+l", {Layout::list, 4}},   {"+L", {Layout::list, 8}},   {"+s", {Layout::structs, 0}},
};

struct Refused {
  std::string_view begins;
  std::string_view what;
  std::string_view advice;
};
constexpr Refused kRefused[] = {
    {"vu", "string views", "cast them to strings"},
    {"vz", "binary views", "cast them to binary"},
    {"+vl", "list views", "cast them to lists"},
    {"+vL", "large list views", "cast them to large lists"},
    {"+ud", "dense unions", "give each member a column of its own"},
    {"+us", "sparse unions", "give each member a column of its own"},
    {"+r", "run-end encoded arrays", "decode them first"},
    {"+m", "maps", "cast them to lists of structs"},
    {"+w", "fixed-size lists", "cast them to lists"},
};

tl::unexpected<Error> unsupported(std::string_view format, std::string_view what, std::string_view advice) {
  return fail(ErrorKind::unsupported, fmt::format("{} (Arrow format '{}') cannot be sealed: {}", what, format, advice));
}

tl::unexpected<Error> unknown(std::string_view format) {
  return fail(ErrorKind::unsupported, is_text(format, 64) ? fmt::format("'{}' is no Arrow format string", format)
                                                          : "what should be an Arrow format string is none");
}

// Decimal digits without leading zeros, so that one type has one spelling.
std::optional<std::uint32_t> number(std::string_view text) {
  const auto is_digit = [](char c) { return '0' <= c && c <= '9'; };
  if (text.empty() || text.size() > 9 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  if (text[0] == '0' && text.size() > 1) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  return value;
}

// What stands before the next comma; `text` keeps what stands behind it.
std::string_view up_to_comma(std::string_view& text) {
  const std::string_view part = text.substr(0, text.find(','));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

// "d:PRECISION,SCALE" (128 bits) or "d:PRECISION,SCALE,BITS".
Result<Type> parse_decimal(std::string_view format) {
  if (std::count(format.begin(), format.end(), ',') > 2) return unknown(format);
  std::string_view rest = format.substr(2);
  const auto precision = number(up_to_comma(rest));
  std::string_view scale_text = up_to_comma(rest);
  const bool negative = scale_text.starts_with('-');
  const auto scale = number(scale_text.substr(negative ? 1 : 0));
  if (!precision || !scale || (negative && *scale == 0) || format.ends_with(',')) return unknown(format);
  if (rest == "32" || rest == "64") return unsupported(format, "decimals of less than 128 bits", "cast them to 128");
  if (!rest.empty() && rest != "256") return unknown(format);
  if (*precision == 0 || *precision > (rest.empty() ? 38u : 76u)) return unknown(format);
  if (*scale > kMaxScale) return unsupported(format, "decimals of such a scale", "76 is the largest");
  return Type{Layout::fixed, rest.empty() ? 16u : 32u};
}

Result<Type> parse_fixed_binary(std::string_view format) {
  const auto width = number(format.substr(2));
  if (!width) return unknown(format);
  if (*width == 0 || *width > kMaxFixedWidth)
    return unsupported(format, "fixed-size binary of such a size", "1 to 65,536 bytes are taken, others as binary");
  return Type{Layout::fixed, *width};
}

// "tsU:ZONE" with U of s, m, u, n.
bool is_timestamp(std::string_view format) {
  return format.size() >= 4 && format.starts_with("ts") && format[3] == ':' &&
         std::string_view("smun").find(format[2]) != std::string_view::npos &&
         (format.size() == 4 || is_text(format.substr(4), kMaxZone));
}

}  // namespace

Result<Type> parse_format(std::string_view format) {
  for (const Plain& plain : kPlain)
    if (format == plain.format) return plain.type;
  if (is_timestamp(format)) return Type{Layout::fixed, 8};
  if (format.starts_with("w:")) return parse_fixed_binary(format);
  if (format.starts_with("d:")) return parse_decimal(format);
  if (is_text(format, 1024))
    for (const Refused& refused : kRefused)
      if (format.starts_with(refused.begins)) return unsupported(format, refused.what, refused.advice);
  return unknown(format);
}

}  // namespace triclave::table
