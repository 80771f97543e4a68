#include "rows/column_survey.h"

#include <algorithm>

#include "rows/value.h"

namespace triclave::rows {
namespace {

bool is_digit(char c) { return '0' <= c && c <= '9'; }

}  // namespace

void ColumnSurvey::observe(const Field& field) {
  if (field.text == kNotAvailable) {
    if (field.quoted) possible_ = 0;
    ++(field.quoted ? quoted_not_available_ : not_available_);
    return;
  }
  if (field.text.empty()) {
    if (!field.quoted) ++empty_;
    if (field.quoted) possible_ = 0, ++values_;
    return;
  }
  ++values_;
  unquoted_ += !field.quoted;
  unlike_minimal_ += field.quoted != field.needs_quotes;
  if (possible_ != 0) classify(field.text);
}

void ColumnSurvey::classify(std::string_view text) {
  const bool minus = text[0] == '-' && text.size() > 1;
  if (!is_digit(text[minus ? 1 : 0])) {
    possible_ &= kBools;
    for (std::uint32_t i = 0; i < 3; ++i) {
      const auto style = static_cast<BoolStyle>(i);
      if (text != bool_word(style, true) && text != bool_word(style, false)) possible_ &= ~(kBool << i);
    }
    return;
  }
  possible_ &= ~kBools;
  if ((possible_ & kDate) != 0 && !read_date(text)) possible_ &= ~kDate;
  if ((possible_ & kNumbers) != 0) classify_number(text);
}

void ColumnSurvey::classify_number(std::string_view text) {
  const auto shape = shape_of(text);
  const std::size_t at = shape && shape->mark == 0 ? text.npos : text.find_first_of(".,");
  const char mark = at == text.npos ? '\0' : text[at];
  if (mark != 0 && mark_ == 0) mark_ = mark;
  if (mark != 0 && mark_ != mark) possible_ &= ~(kDecimal | kFloats | kShaped);
  if (!shape) possible_ &= ~kShaped;

  const bool minus_zero = shape && is_minus_zero(*shape);
  if (!shape || shape->mark != 0 || minus_zero) possible_ &= ~(kInt | kBig);
  if ((possible_ & kInt) != 0 && shape->whole > 18 && !read_int64(text, shape)) possible_ &= ~kInt;
  if (!shape || minus_zero || (decimals_ != kUnknown && decimals_ != shape->decimals)) possible_ &= ~kDecimal;
  if (shape) {
    decimals_ = static_cast<std::uint32_t>(shape->decimals);
    whole_ = std::max(whole_, static_cast<std::uint32_t>(shape->whole));
    if (whole_ + decimals_ > kMaxDecimalDigits) possible_ &= ~(kDecimal | kBig);
  }
  for (std::uint32_t i = 0; i < 3; ++i)
    if ((possible_ & (kFloat << i)) != 0 &&
        !is_written_so(static_cast<FloatStyle>(i), text, shape, mark == 0 ? '.' : mark))
      possible_ &= ~(kFloat << i);
}

CsvType ColumnSurvey::type(char mark, std::string_view null_text) const noexcept {
  using Kind = CsvType::Kind;
  const bool not_available_is_text = null_text != kNotAvailable && not_available_ != 0;
  const bool empty_is_text = !null_text.empty() && empty_ != 0;
  if (values_ == 0 || not_available_is_text || empty_is_text) return {};
  if ((possible_ & kDate) != 0) return {Kind::date};
  if ((possible_ & kBools) != 0) return {Kind::boolean};
  if ((possible_ & kInt) != 0) return {Kind::int64};
  const auto decimal = [&] {
    return CsvType{Kind::decimal, static_cast<std::uint8_t>(whole_ + decimals_), static_cast<std::uint8_t>(decimals_)};
  };
  if ((possible_ & kBig) != 0) return decimal();
  if (mark_ != 0 && mark_ != mark) return {};
  if ((possible_ & kFloats) != 0) return {Kind::float64};
  if ((possible_ & kDecimal) != 0) return decimal();
  return {};
}

ColumnStyle ColumnSurvey::style(std::string_view null_text) const noexcept {
  const bool not_available_is_text = null_text != kNotAvailable;
  ColumnStyle style;
  style.quoted = unquoted_ + (not_available_is_text ? not_available_ : 0) <
                 unlike_minimal_ + (not_available_is_text ? quoted_not_available_ : 0);
  for (std::uint32_t i = 3; i-- > 0;) {
    if ((possible_ & (kFloat << i)) != 0) style.floats = static_cast<FloatStyle>(i);
    if ((possible_ & (kBool << i)) != 0) style.bools = static_cast<BoolStyle>(i);
  }
  return style;
}

}  // namespace triclave::rows
