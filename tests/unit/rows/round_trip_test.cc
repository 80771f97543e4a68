// What is read comes back byte for byte, or the difference is told.
#include "csv_files.h"
#include "support/result.h"
#include "support/sources.h"

namespace triclave {
namespace {

using testing::round_trip;
using testing::types_of;

// The types of a file that must come back as it is, after its dialect.
std::string exact(const std::string& text, const CsvOptions& options = {}) {
  const auto trip = round_trip(text, options);
  if (!trip) return testing::text_of(trip);
  EXPECT_FALSE(trip->difference) << trip->difference->line << trip->difference->was << trip->difference->becomes;
  EXPECT_EQ(trip->written, text);
  return to_text(trip->dialect) + " / " + types_of(*trip);
}

// "LINE COLUMN: WAS -> BECOMES (COUNT)" and the file that is written.
std::pair<std::string, std::string> different(const std::string& text, const CsvOptions& options = {}) {
  const auto trip = round_trip(text, options);
  if (!trip) return {testing::text_of(trip), {}};
  EXPECT_NE(trip->written, text);
  if (!trip->difference) return {"no difference", trip->written};
  const CsvDifference& first = *trip->difference;
  return {std::to_string(first.line) + " " + first.column + ": " + first.was + " -> " + first.becomes + " (" +
              std::to_string(first.count) + ")",
          trip->written};
}

CsvOptions typed(std::string_view column, std::string_view type) {
  CsvOptions options;
  options.types = {{std::string(column), parse_csv_type(type).value()}};
  return options;
}

TEST(RoundTrip, HospitalExport) {
  EXPECT_EQ(
      exact("NIR;Nom;Naissance;CCAM;CIM10;Poids;DMS;Note;\r\n"
            "076017500123456;H\xe9l\xe8ne D'Arc;03/04/2021;HBQK002;C50.9;61,5;12,50;\"lit 3\r\nchambre \"\"4\"\"\";\r\n"
            "285057800608436;Andr\xe9;29/02/2020;0042;I10;70;7,25;\"\";\r\n"
            "2A4057800608436;;;YYYY001;;;;\"allergie; p\xe9nicilline\";\r\n"),
      "delimiter=; encoding=latin1 line-end=crlf decimal=, header=plain final-line-end=yes bom=no null= / "
      "NIR text, Nom text, Naissance text, CCAM text, CIM10 text, Poids float64, DMS decimal(4,2), Note text,  text");
}

TEST(RoundTrip, ExcelWithByteOrderMark) {
  EXPECT_EQ(exact("\xEF\xBB\xBFid;sexe;d\xC3\xA9"
                  "c\xC3\xA8s\r\n1;2;\r\n2;1;2021-12-31"),
            "delimiter=; encoding=utf-8 line-end=crlf decimal=. header=plain final-line-end=no bom=yes null= / "
            "id int64, sexe int64, d\xC3\xA9"
            "c\xC3\xA8s date");
}

// write.csv(data.frame(id = c(7, NA), sex = c("m", "NA"), rate = c(1e5, .5), day = as.Date(..), dead = c(TRUE, NA)))
TEST(RoundTrip, RWriteCsv) {
  EXPECT_EQ(exact("\"\",\"id\",\"sex\",\"rate\",\"day\",\"dead\"\n"
                  "\"1\",7,\"m\",1e+05,2020-02-29,TRUE\n"
                  "\"2\",NA,\"NA\",0.5,NA,NA\n"),
            "delimiter=, encoding=utf-8 line-end=lf decimal=. header=quoted final-line-end=yes bom=no null=NA / "
            " int64, id int64, sex text, rate float64, day date, dead bool");
}

// write.csv2()
TEST(RoundTrip, RWriteCsv2) {
  EXPECT_EQ(exact("\"\";\"x\"\n\"1\";0,1\n\"2\";1e+05\n\"3\";NA\n"),
            "delimiter=; encoding=utf-8 line-end=lf decimal=, header=quoted final-line-end=yes bom=no null=NA /  "
            "int64, x float64");
}

// DataFrame.to_csv(), with its index and missing values.
TEST(RoundTrip, Pandas) {
  EXPECT_EQ(exact(",n,x,s,b,t\n0,1.0,0.1,a,True,2020-01-01 00:00:00\n1,,1e-05,\"b,c\",False,\n2,3.0,100000.0,,True,\n"),
            "delimiter=, encoding=utf-8 line-end=lf decimal=. header=plain final-line-end=yes bom=no null= / "
            " int64, n float64, x float64, s text, b bool, t text");
}

// csv.QUOTE_ALL and csv.QUOTE_NONNUMERIC of Python.
TEST(RoundTrip, QuotedThroughout) {
  EXPECT_EQ(exact("\"a\",\"b\"\r\n\"1\",\"x\"\r\n\"2\",\"y\"\r\n"),
            "delimiter=, encoding=utf-8 line-end=crlf decimal=. header=quoted final-line-end=yes bom=no null= / a "
            "int64, b text");
  EXPECT_EQ(exact("\"a\",\"b\"\r\n1,\"x\"\r\n2.5,\"\"\r\n"),
            "delimiter=, encoding=utf-8 line-end=crlf decimal=. header=quoted final-line-end=yes bom=no null= / a "
            "float64, b text");
}

TEST(RoundTrip, OneColumn) {
  for (const std::string text :
       {"a", "a\n", "a\n1", "a\n1\n", "a\n\n", "a\n\n\n1\n\n", "a\n\"\"\n", "a\n\"\"", "\n", "\n\n\n", "\"\"\n\n"})
    EXPECT_NE(exact(text), "") << text;
}

TEST(RoundTrip, WithoutHeader) {
  CsvOptions options;
  options.header = false;
  EXPECT_EQ(exact("1,x\n2,y\n", options),
            "delimiter=, encoding=utf-8 line-end=lf decimal=. header=none final-line-end=yes bom=no null= / c1 int64, "
            "c2 text");
  EXPECT_EQ(exact("\"\xEF\xBB\xBFx\",1", options),
            "delimiter=, encoding=utf-8 line-end=lf decimal=. header=none final-line-end=no bom=no null= / c1 text, c2 "
            "int64");
}

TEST(RoundTrip, NullAndEmptyDiffer) {
  const auto source = memory_source(as_bytes("a,b\n,\"\"\n"));
  auto reader = CsvReader::make(*source);
  ASSERT_OK(reader);
  table::OwnedStream rows;
  reader->stream(rows.get());
  table::OwnedArray batch;
  ASSERT_EQ(rows->get_next(rows.get(), batch.get()), 0);
  EXPECT_EQ(batch->children[0]->null_count, 1);
  EXPECT_EQ(batch->children[1]->null_count, 0);
  EXPECT_EQ(batch->children[1]->length, 1);
}

TEST(RoundTrip, ManyBatches) {
  std::string text = "id,name\n";
  for (int i = 0; i < 10000; ++i) text += std::to_string(i) + (i % 3 == 0 ? ",\n" : ",\"a\nb\"\n");
  CsvOptions options;
  for (const std::uint64_t rows : {1u, 7u, 9999u, 10000u, 10001u}) {
    options.batch_rows = rows;
    exact(text, options);
  }
  options.batch_bytes = 1;
  exact(text, options);
}

TEST(RoundTrip, APipeWithTypes) {
  std::string text = "id;v\r\n";
  for (int i = 0; i < 200000; ++i) text += std::to_string(i) + ";\"1,5\"\r\n";
  testing::PipeSource pipe(as_bytes(text));
  CsvOptions options;
  options.types = {{"id", {CsvType::Kind::int64}}};
  options.other_types = CsvType{};
  const auto trip = round_trip(pipe, options);
  ASSERT_OK(trip);
  EXPECT_EQ(types_of(*trip), "id int64, v text");
  EXPECT_FALSE(trip->difference);
  EXPECT_TRUE(trip->written == text);
}

TEST(RoundTrip, APipeTellsItsEndTooLate) {
  std::string text = "a\n";
  text.append(std::size_t{2} << 20, 'x');
  testing::PipeSource pipe(as_bytes(text));
  CsvOptions options;
  options.other_types = CsvType{};
  const auto trip = round_trip(pipe, options);
  ASSERT_OK(trip);
  ASSERT_TRUE(trip->difference);
  EXPECT_EQ(trip->difference->line, 2u);
  EXPECT_EQ(trip->difference->was, "");
  EXPECT_EQ(trip->difference->becomes, "\n");
  EXPECT_TRUE(trip->written == text + "\n");
}

TEST(Difference, GivenTypesThatLoseText) {
  using ::testing::Pair;
  EXPECT_THAT(different("id,dep\n1,01\n2,75\n3,09\n", typed("dep", "int64")),
              Pair("2 dep: 01 -> 1 (2)", "id,dep\n1,1\n2,75\n3,9\n"));
  EXPECT_THAT(different("x\n1.50\n2.5\n", typed("x", "float64")), Pair("2 x: 1.50 -> 1.5 (1)", "x\n1.5\n2.5\n"));
  EXPECT_THAT(different("a;x\n1;1,5\n1;2,25\n", typed("x", "decimal(5,2)")),
              Pair("2 x: 1,5 -> 1,50 (1)", "a;x\n1;1,50\n1;2,25\n"));
  EXPECT_THAT(different("b\ntrue\nTrue\n", typed("b", "bool")), Pair("3 b: True -> true (1)", "b\ntrue\ntrue\n"));
  EXPECT_THAT(different("\"n\"\n\"1\"\n\"\"\n\"2\"\n", typed("n", "int64")),
              Pair("3 n: \"\" ->  (1)", "\"n\"\n\"1\"\n\n\"2\"\n"));
}

TEST(Difference, Quotes) {
  using ::testing::Pair;
  EXPECT_THAT(different("a,b\nx,1\n\"y\",2\nz,3\n"), Pair("3 a: \"y\" -> y (1)", "a,b\nx,1\ny,2\nz,3\n"));
  EXPECT_THAT(different("a,b\n\"x\",1\ny,2\n\"z\",3\n"),
              Pair("3 a: y -> \"y\" (1)", "a,b\n\"x\",1\n\"y\",2\n\"z\",3\n"));
  EXPECT_THAT(different("a,\"b\"\n1,2\n"), Pair("1 b: \"b\" -> b (1)", "a,b\n1,2\n"));
  EXPECT_THAT(different("a\nx\ry\n"), Pair("2 a: x\ry -> \"x\ry\" (1)", "a\n\"x\ry\"\n"));
}

TEST(Difference, Lines) {
  using ::testing::Pair;
  EXPECT_THAT(different("a,b\r\n1,2\n3,4\r\n"), Pair("2 : \n -> \r\n (1)", "a,b\r\n1,2\r\n3,4\r\n"));
  EXPECT_THAT(different("a,b\n1,2\n\n3,4\n\n"), Pair("3 : \n ->  (2)", "a,b\n1,2\n3,4\n"));
  EXPECT_THAT(different("a,b\n\"1\n1\",2\r\n3,4"), Pair("2 : \r\n -> \n (1)", "a,b\n\"1\n1\",2\n3,4"));
}

TEST(Difference, IsShownInUtf8AndCut) {
  const auto trip = round_trip("a,b\n\"x\",1\n" + std::string(99, 'y') + "\xE9\xE9,2\n\"z\",3\n");
  ASSERT_OK(trip);
  ASSERT_TRUE(trip->difference);
  EXPECT_EQ(trip->difference->was, std::string(99, 'y'));
  EXPECT_EQ(trip->difference->becomes, "\"" + std::string(99, 'y'));
}

}  // namespace
}  // namespace triclave
