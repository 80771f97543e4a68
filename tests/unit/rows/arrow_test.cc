// Columns of every flat Arrow type, as CSV. Timestamps and decimals were checked against Python's datetime and decimal.
#include <gmock/gmock.h>

#include <limits>

#include "csv_files.h"
#include "support/arrow_build.h"
#include "support/result.h"
#include "support/sources.h"
#include "table/stream.h"

namespace triclave {
namespace {

using namespace testing;

// A stream of batches with the schema of the first.
table::OwnedStream stream_of(std::vector<Parts> batches, std::vector<table::KeyValue> metadata = {}) {
  table::Schema schema = table::import_schema(*schema_of(batches.front())).value();
  schema.metadata = std::move(metadata);
  table::OwnedStream out;
  table::export_stream(
      schema,
      [batches, next = std::size_t{0}](ArrowArray* array) mutable -> Result<bool> {
        if (next == batches.size()) return false;
        table::OwnedArray owned = array_of(batches[next++]);
        *array = *owned;
        owned->release = nullptr;
        return true;
      },
      out.get());
  return out;
}

Result<std::string> written(std::vector<Parts> columns, const std::optional<CsvDialect>& dialect = std::nullopt,
                            std::vector<table::KeyValue> metadata = {}) {
  auto rows = stream_of({batch_of(std::move(columns))}, std::move(metadata));
  Bytes out;
  const auto sink = memory_sink(out);
  if (const auto done = write_csv(*rows, dialect, *sink); !done) return tl::unexpected(done.error());
  EXPECT_OK(sink->finish());
  return std::string(as_text(out));
}

TEST(WriteCsv, Integers) {
  EXPECT_EQ(
      written({fixed<std::int8_t>("c", "c", {-128, 1}), fixed<std::uint8_t>("C", "C", {255, {}}),
               fixed<std::int16_t>("s", "s", {-32768, 1}), fixed<std::uint16_t>("S", "S", {65535, 1}),
               fixed<std::int32_t>("i", "i", {-2147483647 - 1, 1}), fixed<std::uint32_t>("I", "I", {4294967295u, 1}),
               fixed<std::int64_t>("l", "l", {std::numeric_limits<std::int64_t>::min(), 1}),
               fixed<std::uint64_t>("L", "L", {~std::uint64_t{0}, 1}), nulls("n", 2), booleans("b", {true, false})}),
      "c,C,s,S,i,I,l,L,n,b\n"
      "-128,255,-32768,65535,-2147483648,4294967295,-9223372036854775808,18446744073709551615,,true\n"
      "1,,1,1,1,1,1,1,,false\n");
}

TEST(WriteCsv, Floats) {
  EXPECT_EQ(written({fixed<std::uint16_t>("e", "e", {0x3C00, 0x3555, 0x0001, 0xFC00}),
                     fixed<float>("f", "f", {0.1f, 16777216.0f, -0.0f, 1e-20f}),
                     fixed<double>("g", "g", {0.1, 1e6, 1e300, {}})}),
            "e,f,g\n1,0.1,0.1\n0.33325195,16777216,1000000\n0.000000059604645,-0,1e+300\n-inf,1e-20,\n");
}

TEST(WriteCsv, DatesAndTimes) {
  EXPECT_EQ(written({fixed<std::int32_t>("D", "tdD", {0, -719529}), fixed<std::int64_t>("m", "tdm", {86400000, -1}),
                     fixed<std::int32_t>("ts", "tts", {3661, 0}), fixed<std::int32_t>("tm", "ttm", {3661007, 86399999}),
                     fixed<std::int64_t>("tu", "ttu", {1, 0}), fixed<std::int64_t>("tn", "ttn", {86399999999999, -1})}),
            "D,m,ts,tm,tu,tn\n"
            "1970-01-01,1970-01-02,01:01:01,01:01:01.007,00:00:00.000001,23:59:59.999999999\n"
            "-0001-12-31,1969-12-31,00:00:00,23:59:59.999,00:00:00.000000,-00:00:00.000000001\n");
}

TEST(WriteCsv, TimestampsAndDurations) {
  EXPECT_EQ(
      written({fixed<std::int64_t>("s", "tss:", {1582934400, -1}),
               fixed<std::int64_t>("m", "tsm:UTC", {1582934400123, -1}),
               fixed<std::int64_t>("u", "tsu:Europe/Paris", {0, -1}),
               fixed<std::int64_t>("n", "tsn:", {1, std::numeric_limits<std::int64_t>::min()}),
               fixed<std::int64_t>("d", "tDm", {-1500, {}})}),
      "s,m,u,n,d\n"
      "2020-02-29T00:00:00,2020-02-29T00:00:00.123Z,1970-01-01T00:00:00.000000Z,1970-01-01T00:00:00.000000001,-1500\n"
      "1969-12-31T23:59:59,1969-12-31T23:59:59.999Z,1969-12-31T23:59:59.999999Z,1677-09-21T00:12:43.145224192,\n");
  EXPECT_EQ(written({fixed<std::int64_t>("s", "tss:", {std::numeric_limits<std::int64_t>::min()})}),
            "s\n-292277022657-01-27T08:29:52\n");
}

TEST(WriteCsv, Decimals) {
  using Wide = std::array<std::uint64_t, 4>;
  EXPECT_EQ(written({fixed<__int128>("a", "d:38,2", {__int128{-1250}, __int128{7}}),
                     fixed<__int128>("b", "d:5,-3", {__int128{12}, __int128{0}}),
                     fixed<Wide>("c", "d:76,1,256", {Wide{15, 0, 0, 0}, Wide{~0ull, ~0ull, ~0ull, ~0ull}})}),
            "a,b,c\n-12.50,12000,1.5\n0.07,0,-0.1\n");
}

TEST(WriteCsv, TextAndBytes) {
  Parts words{.format = "w:2", .name = "w", .length = 2};
  words.buffers = {std::nullopt, Bytes{0x01, 0xAB, 0xFF, 0x00}};
  EXPECT_EQ(
      written({texts("u", {"a,b", ""}), texts("U", {"say \"hi\"", {}}, "U"), texts("z", {"\x01\xFF", ""}, "z"), words}),
      "u,U,z,w\n\"a,b\",\"say \"\"hi\"\"\",01ff,01ab\n\"\",,\"\",ff00\n");
  EXPECT_FAILS(written({texts("u", {"a", "\xFF"})}), ErrorKind::invalid_argument);
}

TEST(WriteCsv, Dictionaries) {
  EXPECT_EQ(written({with_dictionary(fixed<std::uint8_t>("d", "C", {1, 0, {}, 2}), texts("", {"x;y", "b", {}}))},
                    CsvDialect{.delimiter = ';'}),
            "d\nb\n\"x;y\"\n\n\n");
}

TEST(WriteCsv, Dialects) {
  const std::vector<Parts> columns = {texts("pr\u00E9nom", {"Andr\u00E9", {}}), fixed<double>("x", "g", {1.5, 2})};
  CsvDialect dialect{.delimiter = ';',
                     .encoding = CsvEncoding::latin1,
                     .line_end = CsvLineEnd::crlf,
                     .decimal_comma = true,
                     .quoted_header = true,
                     .final_line_end = false,
                     .null_text = "NA"};
  EXPECT_EQ(written(columns, dialect), "\"pr\xE9nom\";\"x\"\r\nAndr\xE9;1,5\r\nNA;2");
  dialect = {.header = false, .bom = true};
  EXPECT_EQ(written(columns, dialect),
            "\xEF\xBB\xBF"
            "Andr\u00E9,1.5\n,2\n");
  dialect = {.encoding = CsvEncoding::latin1, .bom = true};
  EXPECT_FAILS(written(columns, dialect), ErrorKind::invalid_argument);
  dialect = {.delimiter = '"'};
  EXPECT_FAILS(written(columns, dialect), ErrorKind::invalid_argument);
}

TEST(WriteCsv, MetadataSaysHow) {
  Parts text = texts("s", {"a", {}});
  text.metadata = {{"other", "x"}, {std::string(kCsvMetadataKey), "quoted"}};
  Parts numbers = fixed<double>("x", "g", {100000, 1});
  numbers.metadata = {{std::string(kCsvMetadataKey), "float=point"}};
  const std::vector<table::KeyValue> semicolons = {
      {std::string(kCsvMetadataKey), to_text(CsvDialect{.delimiter = ';'})}};
  EXPECT_EQ(written({text, numbers}, std::nullopt, semicolons), "s;x\n\"a\";100000.0\n;1.0\n");
  EXPECT_EQ(written({text, numbers}, CsvDialect{}, semicolons), "s,x\n\"a\",100000.0\n,1.0\n");
  EXPECT_FAILS(written({text}, std::nullopt, {{std::string(kCsvMetadataKey), "tabs"}}), ErrorKind::malformed);
  text.metadata = {{std::string(kCsvMetadataKey), "tabs"}};
  EXPECT_FAILS(written({text}), ErrorKind::malformed);
}

TEST(WriteCsv, LacksCharacters) {
  const auto failed =
      written({texts("a", {"x", "y"}), texts("b", {"x", "\u20AC"})}, CsvDialect{.encoding = CsvEncoding::latin1});
  EXPECT_EQ(text_of(failed), "invalid_argument: Latin-1 lacks a character in row 2 of column 'b': write UTF-8");
  EXPECT_EQ(written({texts("b", {"\u20AC"})}, CsvDialect{.encoding = CsvEncoding::windows1252}), "b\n\x80\n");
}

TEST(WriteCsv, NestedColumnsAreRefused) {
  for (const Parts& column :
       {lists("visits", {1}, fixed<std::int8_t>("item", "c", {1})),
        structs("visits", 1, {fixed<std::int8_t>("a", "c", {1})}), fixed<std::int32_t>("visits", "tiM", {1}),
        with_dictionary(fixed<std::int8_t>("visits", "c", {0}),
                        lists("", {1}, fixed<std::int8_t>("item", "c", {1})))}) {
    const auto failed = written({column});
    EXPECT_FAILS(failed, ErrorKind::unsupported) << column.format;
  }
}

TEST(WriteCsv, BatchesAndSlices) {
  Parts batch = batch_of({fixed<std::int32_t>("i", "i", {1, 2, 3, 4}), texts("s", {"a", "b", "c", "d"})});
  Parts slice = batch;
  slice.offset = 1;
  slice.length = 2;
  auto rows = stream_of({batch, slice});
  Bytes out;
  const auto sink = memory_sink(out);
  ASSERT_OK(write_csv(*rows, std::nullopt, *sink));
  ASSERT_OK(sink->finish());
  EXPECT_EQ(as_text(out), "i,s\n1,a\n2,b\n3,c\n4,d\n2,b\n3,c\n");
}

TEST(WriteCsv, StreamsThatFail) {
  table::OwnedStream stream;
  table::Schema schema = table::import_schema(*schema_of(batch_of({texts("s", {"a"})}))).value();
  table::export_stream(
      schema, [](ArrowArray*) -> Result<bool> { return fail(ErrorKind::unsupported, "no more of this"); },
      stream.get());
  Bytes out;
  const auto sink = memory_sink(out);
  EXPECT_EQ(text_of(write_csv(*stream, std::nullopt, *sink)), "unsupported: no more of this");
  ArrowArrayStream released{};
  EXPECT_FAILS(write_csv(released, std::nullopt, *sink), ErrorKind::invalid_argument);

  // A batch with other columns than the schema has.
  table::export_stream(
      schema,
      [](ArrowArray* array) -> Result<bool> {
        table::OwnedArray owned = array_of(batch_of({texts("s", {"a"}), texts("t", {"b"})}));
        *array = *owned;
        owned->release = nullptr;
        return true;
      },
      (stream = {}).get());
  EXPECT_FAILS(write_csv(*stream, std::nullopt, *sink), ErrorKind::invalid_argument);
}

TEST(WriteCsv, SinksThatFail) {
  bool finished = false;
  FailingSink sink(0, finished);
  auto rows = stream_of({batch_of({texts("s", {"a"})})});
  EXPECT_FAILS(write_csv(*rows, std::nullopt, sink), ErrorKind::io);
  EXPECT_FALSE(finished);
}

}  // namespace
}  // namespace triclave
