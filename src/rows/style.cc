#include "rows/style.h"

#include <array>

namespace triclave::rows {
namespace {

constexpr std::array<std::string_view, 3> kFloats{"", "float=shortest", "float=point"};
constexpr std::array<std::string_view, 3> kBoolOptions{"", "bool=capital", "bool=upper"};

}  // namespace

std::string to_text(const ColumnStyle& style) {
  std::string out;
  for (const std::string_view word :
       {std::string_view(style.quoted ? "quoted" : ""), kFloats[static_cast<std::size_t>(style.floats)],
        kBoolOptions[static_cast<std::size_t>(style.bools)]}) {
    if (word.empty()) continue;
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

Result<ColumnStyle> parse_column_style(std::string_view text) {
  // There are eighteen, so that trying each is the shortest strict parser.
  for (const bool quoted : {false, true})
    for (const FloatStyle floats : {FloatStyle::plain, FloatStyle::shortest, FloatStyle::point})
      for (const BoolStyle bools : {BoolStyle::lower, BoolStyle::capital, BoolStyle::upper})
        if (const ColumnStyle style{quoted, floats, bools}; to_text(style) == text) return style;
  return fail(ErrorKind::malformed, "a column's metadata names a way of writing CSV that this version does not know");
}

}  // namespace triclave::rows
