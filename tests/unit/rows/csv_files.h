// CSV texts read, and written again.
#pragma once

#include <string>
#include <vector>

#include "table/owned.h"
#include "triclave/csv.h"

namespace triclave::testing {

// One file, read to its end and written again.
struct RoundTrip {
  CsvDialect dialect;
  std::vector<CsvColumn> columns;
  std::optional<CsvDifference> difference;
  std::string written;
};

inline Result<RoundTrip> round_trip(Source& source, const CsvOptions& options = {}) {
  auto reader = CsvReader::make(source, options);
  if (!reader) return tl::unexpected(reader.error());
  table::OwnedStream rows;
  reader->stream(rows.get());
  Bytes written;
  const auto sink = memory_sink(written);
  const auto done = write_csv(*rows, std::nullopt, *sink);
  if (reader->failure()) return tl::unexpected(*reader->failure());
  if (!done) return tl::unexpected(done.error());
  if (const auto finished = sink->finish(); !finished) return tl::unexpected(finished.error());
  return RoundTrip{reader->dialect(), reader->columns(), reader->difference(), std::string(as_text(written))};
}

inline Result<RoundTrip> round_trip(std::string_view text, const CsvOptions& options = {}) {
  const auto source = memory_source(as_bytes(text));
  return round_trip(*source, options);
}

// "nir text, age int64"
inline std::string types_of(const RoundTrip& trip) {
  std::string out;
  for (const CsvColumn& column : trip.columns)
    out += (out.empty() ? "" : ", ") + column.name + " " + to_text(column.type);
  return out;
}

}  // namespace triclave::testing
