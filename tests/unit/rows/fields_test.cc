// Rows and fields: what ends them, what quotes mean, and where something is wrong.
#include "rows/fields.h"

#include <algorithm>

#include "rows/row_reader.h"
#include "support/result.h"
#include "support/sources.h"

namespace triclave::rows {
namespace {

using ::testing::ElementsAre;

// [text] for each field in quotes, text for each other one; the last error's text at the end.
std::vector<std::string> shown(std::string_view file, char delimiter = ',', CsvLineEnd line_end = CsvLineEnd::lf) {
  std::vector<std::string> out;
  RowReader rows(file, 0, nullptr, line_end);
  FieldReader fields(delimiter);
  for (Row row; rows.next(row).value_or(false);) {
    if (const auto read = fields.read(row); !read) {
      out.push_back(std::string(to_string(read.error().kind)) + ": " + read.error().message);
      return out;
    }
    std::string line = std::to_string(row.line) + ":";
    for (const Field& field : fields.fields()) {
      line += field.quoted ? " [" : " ";
      line += field.text;
      line += field.quoted ? "]" : "";
      line += field.needs_quotes ? "!" : "";
    }
    out.push_back(line);
  }
  return out;
}

TEST(Fields, PlainAndQuoted) {
  EXPECT_THAT(shown("a,b\n1,\n,\n"), ElementsAre("1: a b", "2: 1 ", "3:  "));
  EXPECT_THAT(shown("\"a\",b,\"\"\n\"x,y\",\"say \"\"hi\"\"\",\n"),
              ElementsAre("1: [a] b []", "2: [x,y]! [say \"hi\"]! "));
  EXPECT_THAT(shown("a;\" b \"; c \n", ';'), ElementsAre("1: a [ b ]  c "));
  EXPECT_THAT(shown("a,b"), ElementsAre("1: a b"));
  EXPECT_THAT(shown("\n\n"), ElementsAre("1: ", "2: "));
  EXPECT_THAT(shown(""), ElementsAre());
}

TEST(Fields, LinesWithinQuotesCount) {
  EXPECT_THAT(shown("\"a\nb\",1\r\n\"c\r\nd\"\r\n2,3\r\n"), ElementsAre("1: [a\nb]! 1", "3: [c\r\nd]!", "5: 2 3"));
}

TEST(Fields, CarriageReturns) {
  EXPECT_THAT(shown("a\rb,c\r\nd\r"), ElementsAre("1: a\rb! c", "2: d\r!"));
  EXPECT_THAT(shown("a,b\r\"c\rd\",e\rf", ',', CsvLineEnd::cr), ElementsAre("1: a b", "2: [c\rd]! e", "4: f"));
}

TEST(Fields, StrayQuotes) {
  const std::string stray = ": a field with quotes in it must stand in quotes, and its own doubled";
  EXPECT_THAT(shown("a,b\n1,5\" screen\n\"x\",2\n"),
              ElementsAre("1: a b", "malformed: a stray quote in field 2 of line 2" + stray));
  EXPECT_THAT(shown("\"a\"b,c\n"), ElementsAre("malformed: a stray quote in field 1 of line 1" + stray));
  EXPECT_THAT(shown("\"a\" ,c\n"), ElementsAre("malformed: a stray quote in field 1 of line 1" + stray));
  EXPECT_THAT(shown(" \"a\",c\n"), ElementsAre("malformed: a stray quote in field 1 of line 1" + stray));
  EXPECT_THAT(shown("a,\"b\nc\"d\"\n"), ElementsAre("malformed: a stray quote in field 2 of line 2" + stray));
  EXPECT_THAT(shown("a\n1,\"b\nc\nd"),
              ElementsAre("1: a", "malformed: the quote that opens field 2 of line 2 is never closed"));
}

TEST(Fields, RowsAcrossBlocks) {
  // Rows of many lengths, with quotes, read in blocks: the same as from memory at once.
  std::string file;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; file.size() < (std::size_t{3} << 20); ++i) {
    sizes.push_back(i * 7919 % 5000);
    file += std::string(sizes.back(), 'x') + ",\"" + std::string(i % 50, '"') + std::string(i % 50, '"') + "\n\"\r\n";
  }
  const auto source = memory_source(as_bytes(file));
  const std::string_view head = std::string_view(file).substr(0, 1000);
  RowReader rows(head, 0, source.get(), CsvLineEnd::lf);
  FieldReader fields(',');
  Row row;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    ASSERT_EQ(rows.next(row), true);
    ASSERT_OK(fields.read(row));
    ASSERT_EQ(fields.fields().size(), 2u);
    ASSERT_EQ(fields.fields()[0].text.size(), sizes[i]);
    ASSERT_EQ(fields.fields()[1].text, std::string(i % 50, '"') + "\n");
    ASSERT_EQ(row.line, 2 * i + 1);
    ASSERT_EQ(row.end, "\r\n");
  }
  EXPECT_EQ(rows.next(row), false);
}

TEST(Fields, BackGivesTheRowAgain) {
  RowReader rows("a\n\"b\n\"\nc", 0, nullptr, CsvLineEnd::lf);
  Row row;
  ASSERT_EQ(rows.next(row), true);
  ASSERT_EQ(rows.next(row), true);
  rows.back();
  ASSERT_EQ(rows.next(row), true);
  EXPECT_EQ(row.text, "\"b\n\"");
  EXPECT_EQ(row.line, 2u);
  ASSERT_EQ(rows.next(row), true);
  EXPECT_EQ(row.text, "c");
  EXPECT_EQ(row.line, 4u);
  EXPECT_EQ(rows.next(row), false);
}

TEST(Fields, HaveLimits) {
  const std::string most(CsvReader::kMaxColumns - 1, ',');
  EXPECT_THAT(shown(most), ElementsAre("1:" + std::string(CsvReader::kMaxColumns, ' ')));
  EXPECT_THAT(shown(most + ","),
              ElementsAre("malformed: line 1 has more than 65536 fields, which are the most: is it a CSV file?"));
  EXPECT_THAT(shown("\"\"" + most + ","),
              ElementsAre("malformed: line 1 has more than 65536 fields, which are the most: is it a CSV file?"));
  const std::string field(CsvReader::kMaxField, 'x');
  EXPECT_EQ(shown(field).at(0).size(), field.size() + 3);
  EXPECT_THAT(
      shown("\"" + field + "x\""),
      ElementsAre("malformed: field 1 of line 1 has 16777217 bytes, and 16777216 are the most: is a quote missing?"));
}

// A quote that is never closed costs no more memory than a row may.
TEST(Fields, ARowHasALimit) {
  std::string file = "a\n\"";
  file.append(CsvReader::kMaxRow, '\n');
  file.append(std::size_t{8} << 20, 'x');
  const auto source = memory_source(as_bytes(file));
  RowReader rows(std::string_view(file).substr(0, 100), 0, source.get(), CsvLineEnd::lf);
  Row row;
  ASSERT_EQ(rows.next(row), true);
  ASSERT_EQ(rows.next(row), true);
  EXPECT_FALSE(row.whole);
  EXPECT_LT(row.text.size(), CsvReader::kMaxRow + (std::size_t{3} << 20));
  FieldReader fields(',');
  const auto read = fields.read(row);
  EXPECT_FAILS(read, ErrorKind::malformed);
  EXPECT_EQ(read.error().message, "the quote that opens field 1 of line 2 is never closed");
}

}  // namespace
}  // namespace triclave::rows
