// What a file's dialect and its columns' types are taken for.
#include "csv_files.h"
#include "rows/survey.h"
#include "support/result.h"

namespace triclave {
namespace {

using testing::round_trip;
using testing::types_of;

// The type of a column with these lines, and how it is written; the file must come back as it is.
std::string type_of(const std::string& lines, const CsvOptions& options = {}) {
  const auto trip = round_trip("x\n" + lines + "\n", options);
  if (!trip) return trip.error().message;
  EXPECT_FALSE(trip->difference) << lines;
  EXPECT_EQ(trip->written, "x\n" + lines + "\n");
  return to_text(trip->columns.at(0).type);
}

TEST(Inference, Integers) {
  EXPECT_EQ(type_of("1\n-2\n0"), "int64");
  EXPECT_EQ(type_of("-9223372036854775808\n9223372036854775807"), "int64");
  EXPECT_EQ(type_of("1\n\n3"), "int64");
  EXPECT_EQ(type_of("\"1\"\n\"2\""), "int64");
  EXPECT_EQ(type_of("9223372036854775808"), "decimal(19,0)");
  EXPECT_EQ(type_of("99999999999999999999999999999999999999\n0"), "decimal(38,0)");
  EXPECT_EQ(type_of("999999999999999999999999999999999999999"), "text");
  for (const std::string code : {"007", "+1", "1 ", " 1", "1\n02", "0x1F", "1\n\"\"", "1 000", "2A"})
    EXPECT_EQ(type_of(code), "text") << code;
}

TEST(Inference, FloatsAndDecimals) {
  EXPECT_EQ(type_of("1.5\n2\n0.25"), "float64");
  EXPECT_EQ(type_of("75.0\n100000.0\n1e-05"), "float64");
  EXPECT_EQ(type_of("1e+05\n250000\n0.5"), "float64");
  EXPECT_EQ(type_of("0.30000000000000004"), "float64");
  EXPECT_EQ(type_of("12.50\n0.05\n-3.00"), "decimal(4,2)");
  EXPECT_EQ(type_of("0.12345678901234567890"), "decimal(21,20)");
  EXPECT_EQ(type_of("1.50\n2.5"), "text");
  EXPECT_EQ(type_of("-0.00\n1.25"), "text");
  EXPECT_EQ(type_of("-0\n1"), "float64");  // which have such a number
  CsvOptions semicolon;
  semicolon.delimiter = ';';
  EXPECT_EQ(type_of("1.5\n1,5", semicolon), "text");
  for (const std::string text : {"1.", ".5", "1e5", "nan", "inf", "NaN", "1.5.2", "1..5", "1.50e+10", "01.5"})
    EXPECT_EQ(type_of(text), "text") << text;
}

TEST(Inference, DatesAndTruth) {
  EXPECT_EQ(type_of("2024-02-29\n\n1900-01-01"), "date");
  EXPECT_EQ(type_of("2023-02-29"), "text");
  EXPECT_EQ(type_of("2024-02-29\n2024"), "text");
  EXPECT_EQ(type_of("29/02/2024"), "text");
  EXPECT_EQ(type_of("true\nfalse\ntrue"), "bool");
  EXPECT_EQ(type_of("True\nFalse"), "bool");
  EXPECT_EQ(type_of("TRUE\nFALSE"), "bool");
  EXPECT_EQ(type_of("true\nFalse"), "text");
  EXPECT_EQ(type_of("true\n1"), "text");
  EXPECT_EQ(type_of("oui\nnon"), "text");
}

TEST(Inference, NothingIsText) {
  EXPECT_EQ(type_of("\n\n"), "text");
  EXPECT_EQ(type_of("\"\"\n\"\""), "text");
  EXPECT_EQ(types_of(round_trip("a,b").value()), "a text, b text");
  EXPECT_EQ(types_of(round_trip("a,b\r\n").value()), "a text, b text");
}

TEST(Inference, GivenTypesStand) {
  CsvOptions options;
  options.types = {{"x", {CsvType::Kind::text}}};
  EXPECT_EQ(type_of("1\n2", options), "text");
  options.types = {{"x", {CsvType::Kind::decimal, 30, 0}}};
  EXPECT_EQ(type_of("1\n2", options), "decimal(30,0)");
  options = {};
  options.other_types = CsvType{CsvType::Kind::float64};
  EXPECT_EQ(type_of("1\n2", options), "float64");
}

// R writes NA for what is missing; a country may be called NA too.
TEST(Inference, NotAvailable) {
  const auto null_text = [](const std::string& text) {
    const auto trip = round_trip(text);
    EXPECT_TRUE(trip && !trip->difference && trip->written == text) << text;
    return trip->dialect.null_text + ": " + types_of(*trip);
  };
  EXPECT_EQ(null_text("n,x\n1,2.5\nNA,NA\n"), "NA: n int64, x float64");
  EXPECT_EQ(null_text("n,s\n1,\"a\"\n2,NA\n"), "NA: n int64, s text");
  EXPECT_EQ(null_text("n,s\n1,\"NA\"\nNA,\"b\"\n"), "NA: n int64, s text");
  EXPECT_EQ(null_text("n,s\n1,NA\n2,FR\n"), ": n int64, s text");  // a code among codes
  EXPECT_EQ(null_text("n,s\n1,NA\n,FR\n"), ": n int64, s text");   // and something else is missing
  EXPECT_EQ(null_text("n,s\nNA,\"a\"\n2,\n"), ": n text, s text");
  EXPECT_EQ(null_text("n,s\nNA,a\nNA,b\n"), "NA: n text, s text");  // nothing there at all
}

TEST(Inference, NullTextsAreGiven) {
  CsvOptions options;
  options.null_text = "-9";
  EXPECT_EQ(type_of("1\n-9\n\"-9\"", options), "int64");
  options.null_text = "NULL";
  EXPECT_EQ(type_of("1.5\nNULL", options), "float64");
  EXPECT_EQ(type_of("a\nNULL\n\"NULL\"\n\"\"", options), "text");
  options.null_text = "a b";
  EXPECT_FAILS(round_trip("x\n1\n", options), ErrorKind::invalid_argument);
}

TEST(Detection, Delimiters) {
  const auto delimiter_of = [](std::string_view text) { return round_trip(text).value().dialect.delimiter; };
  EXPECT_EQ(delimiter_of("a,b\n1,2\n"), ',');
  EXPECT_EQ(delimiter_of("a;b\n1,5;2,5\n"), ';');
  EXPECT_EQ(delimiter_of("a;b\n1,5;2,5\n3,0;2\n"), ';');
  EXPECT_EQ(delimiter_of("nom, prenom;date\nDupont, Jean;1\nMartin;2\n"), ';');
  EXPECT_EQ(delimiter_of("a\tb\n1\t2\n"), '\t');
  EXPECT_EQ(delimiter_of("a|b|c\n1|2|3,5\n"), '|');
  EXPECT_EQ(delimiter_of("\"a;b;c\",d\n\";\",2\n"), ',');
  EXPECT_EQ(delimiter_of("alone\n1\n"), ',');
  CsvOptions options;
  options.delimiter = '|';
  EXPECT_EQ(types_of(round_trip("a,b\n1,2\n", options).value()), "a,b float64");
  options.delimiter = 'x';
  EXPECT_FAILS(round_trip("a,b\n1,2\n", options), ErrorKind::invalid_argument);
}

TEST(Detection, LineEnds) {
  EXPECT_EQ(rows::detect_line_end("a\r\nb"), CsvLineEnd::crlf);
  EXPECT_EQ(rows::detect_line_end("a\nb\r\n"), CsvLineEnd::lf);
  EXPECT_EQ(rows::detect_line_end("\"a\r\n\"\nb"), CsvLineEnd::lf);
  EXPECT_EQ(rows::detect_line_end("a\rb\rc"), CsvLineEnd::cr);
  EXPECT_EQ(rows::detect_line_end("a\rb\nc"), CsvLineEnd::lf);
  EXPECT_EQ(rows::detect_line_end("a"), CsvLineEnd::lf);
}

TEST(Detection, Encodings) {
  const auto encoding_of = [](std::string_view text) { return round_trip(text).value().dialect.encoding; };
  EXPECT_EQ(encoding_of("a\nb\n"), CsvEncoding::utf8);
  EXPECT_EQ(encoding_of("a\nH\xC3\xA9l\xC3\xA8ne\n"), CsvEncoding::utf8);
  EXPECT_EQ(encoding_of("a\nH\xE9l\xE8ne\n"), CsvEncoding::latin1);
  EXPECT_EQ(encoding_of("a\nH\xE9l\xE8ne: 5 \x80 c\x9Cur l\x92\xE2ge\n"), CsvEncoding::windows1252);
  EXPECT_EQ(encoding_of("a\nH\xC3\xA9l\xC3\xA8ne\nAndr\xE9\n"), CsvEncoding::latin1);
}

TEST(Detection, DecimalCommas) {
  const auto types = [](std::string_view text, CsvOptions options = {}) {
    const auto trip = round_trip(text, options).value();
    return types_of(trip) + (trip.dialect.decimal_comma ? " comma" : " point");
  };
  EXPECT_EQ(types("a;b\n1,5;2\n"), "a float64, b int64 comma");
  EXPECT_EQ(types("a;b\n1.5;2\n"), "a float64, b int64 point");
  EXPECT_EQ(types("a;b;c\n1.5;2,5;3.5\n"), "a float64, b text, c float64 point");
  EXPECT_EQ(types("a;b\n1.5;2,5\n"), "a text, b float64 comma");
  EXPECT_EQ(types("a,b\n\"1,5\",2\n"), "a float64, b int64 comma");
  CsvOptions options;
  options.decimal_comma = false;
  EXPECT_EQ(types("a;b\n1,5;2\n", options), "a text, b int64 point");
}

}  // namespace
}  // namespace triclave
