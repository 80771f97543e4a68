// CSV files: what is read and not reported as different is written again byte for byte, what is reported is not; and
// what was written once comes back as it is.
#include "triclave/csv.h"

#include "harness.h"
#include "sources.h"
#include "table/column.h"
#include "table/owned.h"

using namespace triclave;

namespace {

struct Trip {
  CsvDialect dialect;
  std::vector<CsvColumn> columns;
  bool exact = false;
  Bytes written;
};

void check(const table::Schema& schema, const ArrowArray& batch) {
  REQUIRE(batch.length > 0 && batch.n_children == static_cast<std::int64_t>(schema.columns.size()));
  const auto rows = static_cast<std::uint64_t>(batch.length);
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const auto column = table::import_column(schema.columns[i], *batch.children[i], 0, rows);
    REQUIRE(column && table::check_column(schema.columns[i], column->nodes, rows) && column->owned.empty());
  }
}

Result<Trip> round_trip(Source& source, const CsvOptions& options) {
  auto reader = CsvReader::make(source, options);
  if (!reader) return tl::unexpected(reader.error());
  table::OwnedStream rows, again;
  reader->stream(rows.get());
  Trip trip{reader->dialect(), reader->columns(), false, {}};
  const auto sink = memory_sink(trip.written);
  const auto done = write_csv(*rows, std::nullopt, *sink);
  REQUIRE(done.has_value() == !reader->failure().has_value());
  if (!done) return tl::unexpected(*reader->failure());
  REQUIRE(sink->finish().has_value());
  trip.exact = !reader->difference();
  return trip;
}

void check_batches(ByteView text, const CsvOptions& options) {
  const auto source = memory_source(text);
  auto reader = CsvReader::make(*source, options);
  REQUIRE(reader.has_value());
  table::OwnedStream rows;
  reader->stream(rows.get());
  table::OwnedSchema arrow_schema;
  REQUIRE(rows->get_schema(rows.get(), arrow_schema.get()) == 0);
  const auto schema = table::import_schema(*arrow_schema);
  REQUIRE(schema.has_value());
  for (;;) {
    table::OwnedArray batch;
    REQUIRE(rows->get_next(rows.get(), batch.get()) == 0);
    if (!batch) return;
    check(*schema, *batch);
  }
}

CsvOptions options_of(std::uint8_t choice, fuzz::SourceKind kind) {
  constexpr CsvType kTypes[] = {{CsvType::Kind::text}, {CsvType::Kind::int64},   {CsvType::Kind::float64},
                                {CsvType::Kind::date}, {CsvType::Kind::boolean}, {CsvType::Kind::decimal, 9, 2}};
  CsvOptions options;
  options.header = (choice & 1) == 0;
  if (choice % 7 != 0 || kind == fuzz::SourceKind::pipe) options.other_types = kTypes[choice % 7 % std::size(kTypes)];
  if ((choice & 0x30) == 0x10) options.null_text = "NA";
  if ((choice & 0x30) == 0x20) options.null_text = "0";
  options.batch_rows = 1 + choice % 5;
  return options;
}

}  // namespace

// Two bytes of options, then the file.
FUZZ_TARGET(input) {
  if (input.size() < 2) return;
  const auto kind = fuzz::source_kind(input[1]);
  CsvOptions options = options_of(input[0], kind);
  const ByteView file = input.subspan(2);
  const auto source = fuzz::source_of(file, kind);
  const auto trip = round_trip(*source, options);
  if (!trip)
    return REQUIRE(
        fuzz::is_one_of(trip.error(), {ErrorKind::malformed, ErrorKind::invalid_argument, ErrorKind::unsupported}));
  REQUIRE(trip->exact == fuzz::same(trip->written, file));
  REQUIRE(parse_csv_dialect(to_text(trip->dialect)) == trip->dialect);

  options.delimiter = trip->dialect.delimiter;
  options.encoding = trip->dialect.encoding;
  options.decimal_comma = trip->dialect.decimal_comma;
  options.null_text = trip->dialect.null_text;
  options.types = trip->columns;
  check_batches(trip->written, options);
  const auto written = memory_source(trip->written);
  const auto again = round_trip(*written, options);
  REQUIRE(again && again->exact && fuzz::same(again->written, trip->written));
}
