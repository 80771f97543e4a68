// What all values of one column have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rows/fields.h"
#include "rows/style.h"
#include "triclave/csv.h"

namespace triclave::rows {

// R's way to write that a value is missing, where it is not given another.
inline constexpr std::string_view kNotAvailable = "NA";

class ColumnSurvey {
 public:
  // Each field but those that are known to stand for a missing value.
  void observe(const Field& field);

  // Fields that are empty or NA, without quotes: one of the two means a missing value, the other one is a text.
  std::uint64_t empty() const noexcept { return empty_; }
  std::uint64_t not_available() const noexcept { return not_available_; }
  // Whether NA can only mean a missing value: as all other values are something else than text, or quoted.
  bool is_missing_where_not_available(const std::optional<CsvType>& given) const noexcept {
    return given && given->kind != CsvType::Kind::text ? true : possible_ != 0 || unquoted_ == 0;
  }

  // The mark of the column's decimals if it may hold numbers that have one; else 0.
  char mark() const noexcept { return (possible_ & (kFloats | kShaped)) != 0 ? mark_ : '\0'; }

  // The type that writes each value as it stood, where the file has this decimal mark and these texts for missing
  // values.
  CsvType type(char mark, std::string_view null_text) const noexcept;
  ColumnStyle style(std::string_view null_text) const noexcept;

 private:
  enum : std::uint32_t {
    kInt = 1,
    kBig = 2,
    kDecimal = 4,
    kDate = 8,
    kFloat = 16,  // three bits, by FloatStyle
    kFloats = 7 * kFloat,
    kBool = 128,  // three bits, by BoolStyle
    kBools = 7 * kBool,
    kShaped = 1024,  // a number, though perhaps one that no type writes as it stood
    kNumbers = kInt | kBig | kDecimal | kFloats | kShaped,
  };
  void classify(std::string_view text);
  void classify_number(std::string_view text);

  std::uint32_t possible_ = kNumbers | kDate | kBools;
  std::uint32_t decimals_ = kUnknown, whole_ = 1;  // of decimals: digits behind the mark; most digits before it
  static constexpr std::uint32_t kUnknown = ~0u;
  char mark_ = 0;
  std::uint64_t values_ = 0, empty_ = 0, not_available_ = 0, quoted_not_available_ = 0;
  std::uint64_t unquoted_ = 0;        // values without quotes
  std::uint64_t unlike_minimal_ = 0;  // quoted without need, or the other way round
};

}  // namespace triclave::rows
