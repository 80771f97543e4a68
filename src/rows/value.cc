#include "rows/value.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstring>
#include <iterator>

namespace triclave::rows {
namespace {

static_assert(std::endian::native == std::endian::little, "Arrow's memory is taken as it stands");

constexpr std::array<std::array<std::string_view, 2>, 3> kBoolWords{
    {{"false", "true"}, {"False", "True"}, {"FALSE", "TRUE"}}};

template <class T>
Value value_of(T number, bool exact) {
  Value out;
  std::memcpy(out.bytes.data(), &number, sizeof number);
  out.exact = exact;
  return out;
}

template <class T>
T number_in(const Value& value) {
  T out{};
  std::memcpy(&out, value.bytes.data(), sizeof out);
  return out;
}

// Digits of a number with a fixed width; the text has that many characters.
std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

std::optional<std::int32_t> read_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

void print_date(std::int64_t days, std::string& out) {
  // By 400 years, which have 146,097 days each, into the range that std::chrono has.
  const std::int64_t eras = days / 146097;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(static_cast<int>(days % 146097)))};
  const std::int64_t year = static_cast<int>(date.year()) + eras * 400;
  out += fmt::format("{}{:04}-{:02}-{:02}",
                     year < 0      ? "-"
                     : year > 9999 ? "+"
                                   : "",
                     year < 0 ? -year : year, static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string_view bool_word(BoolStyle style, bool value) noexcept {
  return kBoolWords[static_cast<std::size_t>(style)][value ? 1 : 0];
}

std::optional<bool> read_bool(std::string_view text) noexcept {
  for (const auto& words : kBoolWords)
    for (const bool value : {false, true})
      if (words[value ? 1 : 0] == text) return value;
  return std::nullopt;
}

std::size_t type_width(const CsvType& type) noexcept {
  switch (type.kind) {
    case CsvType::Kind::text:
      return 0;
    case CsvType::Kind::boolean:
      return 1;
    case CsvType::Kind::date:
      return 4;
    case CsvType::Kind::int64:
    case CsvType::Kind::float64:
      return 8;
    case CsvType::Kind::decimal:
      return 16;
  }
  return 0;
}

std::optional<Value> read_value(const CsvType& type, const Spelling& spelling, std::string_view text) {
  const auto shape = shape_of(text);
  switch (type.kind) {
    case CsvType::Kind::text:
      break;
    case CsvType::Kind::boolean:
      if (const auto value = read_bool(text))
        return value_of(static_cast<std::uint8_t>(*value), text == bool_word(spelling.style.bools, *value));
      break;
    case CsvType::Kind::date:
      if (const auto value = read_date(text)) return value_of(*value, true);
      break;
    case CsvType::Kind::int64:
      if (const auto value = read_int64(text, shape))
        return value_of(*value, shape && shape->mark == 0 && !is_minus_zero(*shape));
      break;
    case CsvType::Kind::float64:
      if (const auto value = read_float(text, shape, spelling.mark))
        return value_of(*value, is_written_so(spelling.style.floats, text, shape, spelling.mark));
      break;
    case CsvType::Kind::decimal:
      if (const auto value = read_decimal(text, spelling.mark, type.precision, type.scale))
        return value_of(*value, shape && shape->decimals == type.scale && !is_minus_zero(*shape));
      break;
  }
  return std::nullopt;
}

void print_value(const CsvType& type, const Spelling& spelling, const Value& value, std::string& out) {
  switch (type.kind) {
    case CsvType::Kind::text:
      break;
    case CsvType::Kind::boolean:
      out += bool_word(spelling.style.bools, value.bytes[0] != 0);
      break;
    case CsvType::Kind::date:
      print_date(number_in<std::int32_t>(value), out);
      break;
    case CsvType::Kind::int64:
      print_integer(number_in<std::int64_t>(value), out);
      break;
    case CsvType::Kind::float64:
      print_float(spelling.style.floats, number_in<double>(value), spelling.mark, out);
      break;
    case CsvType::Kind::decimal:
      print_decimal(number_in<Int128>(value), type.scale, spelling.mark, out);
      break;
  }
}

}  // namespace triclave::rows
