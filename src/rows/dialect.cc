// The dialect and the types as text.
#include "rows/dialect.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/try.h"

namespace triclave {
namespace {

constexpr std::array<std::string_view, 3> kEncodings{"utf-8", "latin1", "windows-1252"};
constexpr std::array<std::string_view, 3> kLineEnds{"lf", "crlf", "cr"};
constexpr std::array<std::string_view, 5> kTypes{"text", "int64", "float64", "date", "bool"};

std::string_view yes_or_no(bool yes) { return yes ? "yes" : "no"; }

// The word behind `key=` at the start of `text`, which keeps what stands behind the next space.
Result<std::string_view> take(std::string_view& text, std::string_view key) {
  if (text.starts_with(key) && text.substr(key.size()).starts_with('=')) {
    text.remove_prefix(key.size() + 1);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
  }
  return fail(ErrorKind::malformed, fmt::format("a CSV dialect without its '{}='", key));
}

template <std::size_t N>
std::size_t place_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin()) % N;
}

}  // namespace

namespace rows {

bool is_delimiter(char c) noexcept { return c == ',' || c == ';' || c == '\t' || c == '|'; }

bool is_null_text(std::string_view text, char delimiter) noexcept {
  return text.size() <= kMaxNullText && std::all_of(text.begin(), text.end(), [&](char c) {
           return '!' <= c && c <= '~' && c != '"' && c != delimiter;
         });
}

Result<void> check_dialect(const CsvDialect& dialect) {
  if (!is_delimiter(dialect.delimiter))
    return fail(ErrorKind::invalid_argument, "a CSV file's delimiter must be one of , ; | and tab");
  if (!is_null_text(dialect.null_text, dialect.delimiter))
    return fail(ErrorKind::invalid_argument,
                fmt::format("what stands for a missing value in a CSV file must be at most {} printable ASCII "
                            "characters without spaces, quotes and the delimiter",
                            kMaxNullText));
  if (dialect.bom && dialect.encoding != CsvEncoding::utf8)
    return fail(ErrorKind::invalid_argument, "only a CSV file in UTF-8 can begin with a byte order mark");
  return {};
}

}  // namespace rows

std::string to_text(const CsvDialect& dialect) {
  const std::string_view header = !dialect.header ? "none" : dialect.quoted_header ? "quoted" : "plain";
  const std::string delimiter = dialect.delimiter == '\t' ? "tab" : std::string(1, dialect.delimiter);
  return fmt::format("delimiter={} encoding={} line-end={} decimal={} header={} final-line-end={} bom={} null={}",
                     delimiter, kEncodings[static_cast<std::size_t>(dialect.encoding)],
                     kLineEnds[static_cast<std::size_t>(dialect.line_end)], dialect.decimal_comma ? ',' : '.', header,
                     yes_or_no(dialect.final_line_end), yes_or_no(dialect.bom), dialect.null_text);
}

Result<CsvDialect> parse_csv_dialect(std::string_view text) {
  std::string_view rest = text;
  TRICLAVE_TRY_ASSIGN(const auto delimiter, take(rest, "delimiter"));
  TRICLAVE_TRY_ASSIGN(const auto encoding, take(rest, "encoding"));
  TRICLAVE_TRY_ASSIGN(const auto line_end, take(rest, "line-end"));
  TRICLAVE_TRY_ASSIGN(const auto decimal, take(rest, "decimal"));
  TRICLAVE_TRY_ASSIGN(const auto header, take(rest, "header"));
  TRICLAVE_TRY_ASSIGN(const auto final_line_end, take(rest, "final-line-end"));
  TRICLAVE_TRY_ASSIGN(const auto bom, take(rest, "bom"));
  TRICLAVE_TRY_ASSIGN(const auto null_text, take(rest, "null"));
  CsvDialect dialect;
  dialect.delimiter = delimiter == "tab" ? '\t' : delimiter.size() == 1 ? delimiter[0] : '\0';
  dialect.encoding = static_cast<CsvEncoding>(place_of(kEncodings, encoding));
  dialect.line_end = static_cast<CsvLineEnd>(place_of(kLineEnds, line_end));
  dialect.decimal_comma = decimal == ",";
  dialect.header = header != "none";
  dialect.quoted_header = header == "quoted";
  dialect.final_line_end = final_line_end == "yes";
  dialect.bom = bom == "yes";
  dialect.null_text = null_text;
  // A word that is none of those allowed was read as some other, and does not come out again.
  if (!rows::check_dialect(dialect) || to_text(dialect) != text)
    return fail(ErrorKind::malformed, "a CSV dialect that this version does not know");
  return dialect;
}

std::string to_text(const CsvType& type) {
  if (type.kind == CsvType::Kind::decimal) return fmt::format("decimal({},{})", type.precision, type.scale);
  return std::string(kTypes[static_cast<std::size_t>(type.kind)]);
}

Result<CsvType> parse_csv_type(std::string_view text) {
  for (std::size_t i = 0; i < kTypes.size(); ++i)
    if (text == kTypes[i]) return CsvType{static_cast<CsvType::Kind>(i)};
  CsvType decimal{CsvType::Kind::decimal};
  const std::size_t open = text.find('('), comma = text.find(',');
  if (open < comma && comma < text.size()) {
    std::from_chars(text.data() + open + 1, text.data() + comma, decimal.precision);
    std::from_chars(text.data() + comma + 1, text.data() + text.size(), decimal.scale);
  }
  if (to_text(decimal) == text && rows::is_type(decimal)) return decimal;
  return fail(
      ErrorKind::invalid_argument,
      "a column of a CSV file is text, int64, float64, date, bool or decimal(PRECISION,SCALE), with a precision "
      "of 1 to 38 digits and a scale of at most the precision");
}

namespace rows {

bool is_type(const CsvType& type) noexcept {
  return type.kind != CsvType::Kind::decimal ||
         (1 <= type.precision && type.precision <= 38 && type.scale <= type.precision);
}

}  // namespace rows
}  // namespace triclave
