// Dialects, types and styles as text: what is written is read back, and nothing else is taken.
#include "rows/dialect.h"

#include "rows/style.h"
#include "support/result.h"

namespace triclave {
namespace {

TEST(CsvDialect, HasOneText) {
  CsvDialect dialect;
  EXPECT_EQ(to_text(dialect),
            "delimiter=, encoding=utf-8 line-end=lf decimal=. header=plain final-line-end=yes bom=no null=");
  EXPECT_EQ(parse_csv_dialect(to_text(dialect)), dialect);
  for (const char delimiter : {',', ';', '\t', '|'})
    for (const auto encoding : {CsvEncoding::utf8, CsvEncoding::latin1, CsvEncoding::windows1252})
      for (const auto line_end : {CsvLineEnd::lf, CsvLineEnd::crlf, CsvLineEnd::cr})
        for (const bool flag : {false, true}) {
          dialect = {delimiter, encoding, line_end, flag, !flag, false, !flag, flag && encoding == CsvEncoding::utf8,
                     "N/A"};
          EXPECT_EQ(parse_csv_dialect(to_text(dialect)), dialect) << to_text(dialect);
        }
}

TEST(CsvDialect, RefusesOtherTexts) {
  const std::string good = to_text(CsvDialect{});
  const auto with = [&](std::string_view was, std::string_view now) {
    std::string text = good;
    return text.replace(text.find(was), was.size(), now);
  };
  for (const std::string& bad :
       {std::string(), good + " ", " " + good, good + "\n", with("delimiter=,", "delimiter=:"),
        with("delimiter=,", "delimiter=,,"), with("utf-8", "utf-16"), with("utf-8", "UTF-8"), with("=lf", "=nl"),
        with("decimal=.", "decimal=;"), with("header=plain", "header=no"), with("header=plain ", ""),
        with("end=yes", "end=1"), with("bom=no", "bom="), with("null=", "null=\""), with("null=", "null=a b"),
        with("null=", "null=,"), with("null=", "null=12345678901234567"),
        std::string("delimiter=, encoding=latin1 line-end=lf decimal=. header=plain final-line-end=yes bom=yes null=")})
    EXPECT_FAILS(parse_csv_dialect(bad), ErrorKind::malformed) << bad;
}

TEST(CsvType, HasOneText) {
  using Kind = CsvType::Kind;
  for (const auto& [text, type] :
       std::initializer_list<std::pair<std::string_view, CsvType>>{{"text", {Kind::text}},
                                                                   {"int64", {Kind::int64}},
                                                                   {"float64", {Kind::float64}},
                                                                   {"date", {Kind::date}},
                                                                   {"bool", {Kind::boolean}},
                                                                   {"decimal(12,2)", {Kind::decimal, 12, 2}},
                                                                   {"decimal(38,38)", {Kind::decimal, 38, 38}}}) {
    EXPECT_EQ(parse_csv_type(text), type) << text;
    EXPECT_EQ(to_text(type), text);
  }
  for (const std::string_view bad : {"", "Text", "int", "int64 ", "decimal", "decimal()", "decimal(2)", "decimal(0,0)",
                                     "decimal(39,2)", "decimal(2,3)", "decimal(2,-1)", "decimal(02,1)", "decimal(2, 1)",
                                     "decimal(258,2)", "decimal(2,1", "decimal(2,1)x"})
    EXPECT_FAILS(parse_csv_type(bad), ErrorKind::invalid_argument) << bad;
}

TEST(ColumnStyle, HasOneText) {
  using namespace rows;
  const auto text = [](bool quoted, FloatStyle floats, BoolStyle bools) {
    return to_text(ColumnStyle{quoted, floats, bools});
  };
  EXPECT_EQ(text(false, FloatStyle::plain, BoolStyle::lower), "");
  EXPECT_EQ(text(true, FloatStyle::point, BoolStyle::upper), "quoted float=point bool=upper");
  EXPECT_EQ(text(false, FloatStyle::shortest, BoolStyle::capital), "float=shortest bool=capital");
  for (const std::string_view good : {"", "quoted", "float=point", "quoted bool=capital"})
    EXPECT_EQ(to_text(parse_column_style(good).value()), good);
  for (const std::string_view bad : {" ", "Quoted", "quoted ", "float=plain", "bool=upper quoted", "x"})
    EXPECT_FAILS(parse_column_style(bad), ErrorKind::malformed) << bad;
}

}  // namespace
}  // namespace triclave
