#include "rows/arrow_cells.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

#include "base/text_codec.h"
#include "base/try.h"
#include "table/bits.h"
#include "table/values.h"

namespace triclave::rows {
namespace {

constexpr std::int64_t kDay = 86400;  // seconds

std::int64_t floor_of(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::int64_t power_of_ten(int digits) {
  std::int64_t power = 1;
  while (digits-- > 0) power *= 10;
  return power;
}

// Digits of a second's fraction in a unit: s, m(illi), u (micro), n(ano).
int digits_of_unit(char unit) { return unit == 'n' ? 9 : unit == 'u' ? 6 : unit == 'm' ? 3 : 0; }

// IEEE 754 binary16.
float float_of_half(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1F;
  const int fraction = half & 0x3FF;
  const float size = exponent == 0    ? std::ldexp(static_cast<float>(fraction), -24)
                     : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                      : std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

}  // namespace

Result<ArrowCells> ArrowCells::make(const table::Field& field, const Spelling& spelling) {
  ArrowCells cells(field, spelling);
  TRICLAVE_TRY(cells.read_format(field));
  for (const table::Field& values : field.dictionary) {
    TRICLAVE_TRY_ASSIGN(ArrowCells inner, make(values, spelling));
    cells.dictionary_ = std::make_shared<ArrowCells>(std::move(inner));
  }
  return cells;
}

Result<void> ArrowCells::read_format(const table::Field& field) {
  const std::string_view format = field.format;
  constexpr std::string_view kPlain = "nbefguUzZ";
  constexpr What kPlainWhat[] = {What::nothing, What::boolean, What::half,   What::single, What::real,
                                 What::text,    What::text,    What::binary, What::binary};
  if (format.size() == 1 && std::string_view("csil").find(format[0]) != format.npos) {
    what_ = What::integer;
  } else if (format.size() == 1 && std::string_view("CSIL").find(format[0]) != format.npos) {
    what_ = What::natural;
  } else if (format.size() == 1 && kPlain.find(format[0]) != kPlain.npos) {
    what_ = kPlainWhat[kPlain.find(format[0])];
  } else if (format.starts_with("w:")) {
    what_ = What::fixed_binary;
  } else if (format == "tdD" || format == "tdm") {
    what_ = format == "tdD" ? What::date_in_days : What::date_in_milliseconds;
  } else if (format.starts_with("tD")) {
    what_ = What::integer;
  } else if (format.starts_with("tt") || format.starts_with("ts")) {
    what_ = format[1] == 't' ? What::time : What::timestamp;
    digits_ = digits_of_unit(format[2]);
    zoned_ = format.size() > 4;
  } else if (format.starts_with("d:")) {
    what_ = What::decimal;
    const std::string_view scale = format.substr(format.find(',') + 1);
    std::from_chars(scale.data(), scale.data() + scale.size(), digits_);
  } else {
    return fail(
        ErrorKind::unsupported,
        fmt::format("column '{}' cannot be written as CSV, as its values are not flat (Arrow format '{}'): leave it "
                    "out, or flatten it first",
                    field.name, format));
  }
  return {};
}

void ArrowCells::look_at(std::span<const table::Node> nodes) {
  node_ = nodes.front();
  if (dictionary_) dictionary_->look_at(nodes.subspan(1));
}

bool ArrowCells::is_text() const noexcept { return dictionary_ ? dictionary_->is_text() : what_ == What::text; }

template <class T>
T ArrowCells::value_at(std::uint64_t row) const noexcept {
  T value{};
  std::memcpy(&value, node_.buffers[1].data() + row * sizeof(T), sizeof(T));
  return value;
}

std::int64_t ArrowCells::integer_at(std::uint64_t row) const noexcept {
  const bool is_signed = what_ != What::natural;
  switch (type_.width) {
    case 1:
      return is_signed ? value_at<std::int8_t>(row) : value_at<std::uint8_t>(row);
    case 2:
      return is_signed ? value_at<std::int16_t>(row) : value_at<std::uint16_t>(row);
    case 4:
      return is_signed ? value_at<std::int32_t>(row) : static_cast<std::int64_t>(value_at<std::uint32_t>(row));
    default:
      return value_at<std::int64_t>(row);
  }
}

ByteView ArrowCells::bytes_at(std::uint64_t row) const noexcept {
  if (what_ == What::fixed_binary) return node_.buffers[1].subspan(row * type_.width, type_.width);
  const std::uint64_t begin = table::offset_at(node_.buffers[1], type_.width, row);
  return node_.buffers[2].subspan(begin, table::offset_at(node_.buffers[1], type_.width, row + 1) - begin);
}

bool ArrowCells::is_null(std::uint64_t row) const noexcept {
  if (what_ == What::nothing || (!node_.buffers[0].empty() && !table::bit_at(node_.buffers[0], row))) return true;
  return dictionary_ && dictionary_->is_null(static_cast<std::uint64_t>(integer_at(row)));
}

void ArrowCells::print_time(std::int64_t units, std::string& out) const {
  // Whatever is no time of day is written all the same: 25:00:00, -00:00:01.
  const std::int64_t unit = power_of_ten(digits_), seconds = units / unit, fraction = units % unit;
  const auto size = [](std::int64_t value) { return value < 0 ? -value : value; };
  out += fmt::format("{}{:02}:{:02}:{:02}", units < 0 ? "-" : "", size(seconds / 3600), size(seconds / 60 % 60),
                     size(seconds % 60));
  if (digits_ != 0) out += fmt::format(".{:0{}}", size(fraction), digits_);
}

void ArrowCells::print(std::uint64_t row, std::string& out) const {
  if (dictionary_) return dictionary_->print(static_cast<std::uint64_t>(integer_at(row)), out);
  const FloatStyle style = spelling_.style.floats;
  switch (what_) {
    case What::nothing:
      return;
    case What::boolean:
      out += bool_word(spelling_.style.bools, table::bit_at(node_.buffers[1], row));
      return;
    case What::integer:
      print_integer(integer_at(row), out);
      return;
    case What::natural:
      print_integer(static_cast<std::uint64_t>(integer_at(row)), out);
      return;
    case What::half:
      return print_float(style, float_of_half(value_at<std::uint16_t>(row)), spelling_.mark, out);
    case What::single:
      return print_float(style, value_at<float>(row), spelling_.mark, out);
    case What::real:
      return print_float(style, value_at<double>(row), spelling_.mark, out);
    case What::text:
      out += as_text(bytes_at(row));
      return;
    case What::binary:
    case What::fixed_binary:
      out += to_hex(bytes_at(row));
      return;
    case What::date_in_days:
      return print_date(integer_at(row), out);
    case What::date_in_milliseconds:
      return print_date(floor_of(integer_at(row), kDay * 1000), out);
    case What::time:
      return print_time(integer_at(row), out);
    case What::timestamp: {
      const std::int64_t units = integer_at(row), day = kDay * power_of_ten(digits_), rest = units % day;
      print_date(floor_of(units, day), out);
      out += 'T';
      print_time(rest < 0 ? rest + day : rest, out);
      if (zoned_) out += 'Z';
      return;
    }
    case What::decimal:
      if (type_.width == sizeof(Int256)) return print_decimal(value_at<Int256>(row), digits_, spelling_.mark, out);
      return print_decimal(value_at<Int128>(row), digits_, spelling_.mark, out);
  }
}

}  // namespace triclave::rows
