// Files that are none, and options that contradict them.
#include "csv_files.h"
#include "support/result.h"
#include "support/sources.h"

namespace triclave {
namespace {

using testing::round_trip;
using testing::text_of;

std::string many(std::size_t count, char c, std::string_view behind) {
  std::string out(count, c);
  out += behind;
  return out;
}

TEST(HostileCsv, NoFile) {
  EXPECT_EQ(text_of(round_trip("")), "malformed: the CSV file is empty: it has not even a header");
  EXPECT_EQ(text_of(round_trip("\xEF\xBB\xBF")), "malformed: the CSV file is empty: it has not even a header");
  EXPECT_FAILS(round_trip("\xFF\xFE"
                          "a\0"),
               ErrorKind::unsupported);
  EXPECT_FAILS(round_trip("\xFE\xFF\0a"), ErrorKind::unsupported);
}

TEST(HostileCsv, CountsOfFields) {
  EXPECT_EQ(text_of(round_trip("a,b\n1,2\n\n3\n")),
            "malformed: line 4 of the CSV file has 1 fields where there are 2 columns");
  EXPECT_EQ(text_of(round_trip("a,b\n\"1\n\",2\n3,4,5\n")),
            "malformed: line 4 of the CSV file has 3 fields where there are 2 columns");
}

TEST(HostileCsv, Names) {
  EXPECT_EQ(text_of(round_trip("a,b,a\n1,2,3\n")),
            "malformed: two columns of the CSV file have the name 'a': write another one there");
  EXPECT_EQ(text_of(round_trip("a,,b,\n1,2,3,4\n")),
            "malformed: two columns of the CSV file have the name '': write another one there");
  EXPECT_FAILS(round_trip("\"a\nb\",c\n1,2\n"), ErrorKind::malformed);
  EXPECT_FAILS(round_trip(std::string("a\0b,c\n1,2\n", 10)), ErrorKind::malformed);
  EXPECT_FAILS(round_trip(many(1025, 'a', ",c\n1,2\n")), ErrorKind::malformed);
  EXPECT_OK(round_trip(many(1024, 'a', ",c\n1,2\n")));
  // 600 bytes of Latin-1 are 1,200 of UTF-8.
  EXPECT_FAILS(round_trip(many(600, '\xE9', ",c\n1,2\n")), ErrorKind::malformed);
}

TEST(HostileCsv, ZeroBytesAreText) {
  const std::string text("a,b\nx\0y,\0\n", 10);
  const auto trip = round_trip(text);
  ASSERT_OK(trip);
  EXPECT_EQ(trip->written, text);
  EXPECT_FALSE(trip->difference);
}

TEST(HostileCsv, EncodingsThatAreNot) {
  CsvOptions options;
  options.encoding = CsvEncoding::utf8;
  EXPECT_EQ(text_of(round_trip("a\nx\n\xE9\n", options)),
            "malformed: line 3 of the CSV file is not UTF-8: name its encoding");
  EXPECT_EQ(text_of(round_trip("\xEF\xBB\xBF"
                               "a\nx\n\xE9\n")),
            "malformed: line 3 of the CSV file is not UTF-8: name its encoding");
  EXPECT_FAILS(round_trip("\xE9\nx\n", options), ErrorKind::malformed);
  options.encoding = CsvEncoding::latin1;
  EXPECT_OK(round_trip("a\nx\n\xE9\n", options));
}

TEST(HostileCsv, ValuesThatAreNoneOfTheirType) {
  const auto read = [](std::string_view type, const std::string& value) {
    CsvOptions options;
    options.types = {{"x", parse_csv_type(type).value()}};
    const auto trip = round_trip("x\n\n" + value + "\n", options);
    EXPECT_FAILS(trip, ErrorKind::malformed) << type << " " << value;
    // It names the place and not the value, which may be a patient's.
    if (trip) return;
    EXPECT_EQ(trip.error().message, "line 3 of the CSV file: column 'x' holds what is no " + std::string(type) +
                                        "; give it the type text, or one that fits");
  };
  read("int64", "1.0");
  read("int64", "9223372036854775808");
  read("int64", "Dupont");
  read("float64", "1.5.5");
  read("float64", "1e999");
  read("date", "31/12/2020");
  read("date", "2021-02-29");
  read("bool", "1");
  read("decimal(4,2)", "1.005");
  read("decimal(4,2)", "100.00");
}

TEST(HostileCsv, Options) {
  CsvOptions options;
  options.types = {{"y", {}}};
  EXPECT_FAILS(round_trip("x\n1\n", options), ErrorKind::invalid_argument);
  options.types = {{"x", {}}, {"x", {CsvType::Kind::int64}}};
  EXPECT_FAILS(round_trip("x\n1\n", options), ErrorKind::invalid_argument);
  options.types = {{"x", {CsvType::Kind::decimal, 0, 0}}};
  EXPECT_FAILS(round_trip("x\n1\n", options), ErrorKind::invalid_argument);
  options = {};
  options.batch_rows = 0;
  EXPECT_FAILS(round_trip("x\n1\n", options), ErrorKind::invalid_argument);
  options = {};
  options.batch_bytes = std::uint64_t{1} << 30;
  EXPECT_FAILS(round_trip("x\n1\n", options), ErrorKind::invalid_argument);
}

TEST(HostileCsv, APipeCannotBeReadTwice) {
  const std::string text = "a,b\n1,2\n";
  testing::PipeSource pipe(as_bytes(text));
  CsvOptions options;
  options.types = {{"a", {}}};
  const auto trip = round_trip(pipe, options);
  EXPECT_FAILS(trip, ErrorKind::invalid_argument);
  EXPECT_NE(trip.error().message.find("column 'b'"), std::string::npos);
}

TEST(HostileCsv, APipeWithALongFirstLine) {
  const std::string text = many(std::size_t{2} << 20, ',', "\n");
  testing::PipeSource pipe(as_bytes(text));
  CsvOptions options;
  options.other_types = CsvType{};
  EXPECT_FAILS(round_trip(pipe, options), ErrorKind::unsupported);
}

// Between the two looks at it.
TEST(HostileCsv, AFileThatChanges) {
  Bytes bytes;
  const std::string row = "1,2020-01-01\n";
  const std::string head = "a,b\n";
  bytes.insert(bytes.end(), head.begin(), head.end());
  while (bytes.size() < (std::size_t{3} << 20)) bytes.insert(bytes.end(), row.begin(), row.end());
  testing::WatchedSource::Watch watch;
  testing::WatchedSource source(bytes, watch);
  auto reader = CsvReader::make(source);
  ASSERT_OK(reader);
  bytes[head.size() + row.size() * 200000] = 'x';
  table::OwnedStream rows;
  reader->stream(rows.get());
  Bytes written;
  const auto sink = memory_sink(written);
  EXPECT_FAILS(write_csv(*rows, std::nullopt, *sink), ErrorKind::io);  // in the stream's words
  ASSERT_TRUE(reader->failure());
  EXPECT_EQ(reader->failure()->kind, ErrorKind::malformed);
}

TEST(HostileCsv, BinaryGarbage) {
  std::uint32_t state = 1;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (int k = 0; k < 400; ++k) text += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    const auto trip = round_trip(text);
    if (trip) {
      EXPECT_EQ(trip->written == text, !trip->difference);
    } else {
      EXPECT_TRUE(trip.error().kind == ErrorKind::malformed || trip.error().kind == ErrorKind::unsupported);
    }
  }
}

}  // namespace
}  // namespace triclave
