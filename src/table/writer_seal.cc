// How a batch becomes row groups, and these become sealed chunks and footers.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/try.h"
#include "envelope/frame.h"
#include "table/chunk.h"
#include "table/compression.h"
#include "table/segments.h"
#include "table/writer_impl.h"

namespace triclave {
namespace {

using table::ChunkPieces;
using table::Column;
using table::Field;
using table::Place;

// Bytes of a column's dictionaries, which every row group holds whole however few its rows are.
std::uint64_t dictionary_bytes(const Field& field, const std::vector<table::Node>& nodes, std::size_t& at,
                               bool inside = false) {
  std::uint64_t out = 0;
  for (const ByteView buffer : nodes[at].buffers) out += inside ? buffer.size() : 0;
  ++at;
  for (const Field& child : field.children) out += dictionary_bytes(child, nodes, at, inside);
  for (const Field& values : field.dictionary) out += dictionary_bytes(values, nodes, at, true);
  return out;
}

}  // namespace

Result<void> TableWriter::Impl::write_rows(const ArrowArray& batch, std::uint64_t offset, std::uint64_t rows_here) {
  std::vector<Ready> data;
  data.reserve(plan.size());
  std::uint64_t total = 0;  // without what splitting cannot make less
  bool fits = rows_here <= table::kMaxRows;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    TRICLAVE_TRY_ASSIGN(Column column, table::import_column(plan[i].field, *batch.children[i], offset, rows_here));
    ChunkPieces chunk = table::lay_out(plan[i].field, column.nodes);
    const std::uint64_t size = chunk.size;
    // Incompressible data grows a little.
    const bool grows = plan[i].compression != Compression::none;
    fits = fits && size <= table::kMaxChunk - (grows ? table::kMaxChunk / 128 : 0);
    std::size_t first = 0;
    total += size - dictionary_bytes(plan[i].field, column.nodes, first);
    data.push_back({std::move(chunk), std::move(column.owned)});
  }
  const bool split = !fits || (row_group_bytes != 0 && total > row_group_bytes + row_group_bytes / 2);
  if (!split) return seal_group(data, rows_here);
  if (rows_here == 1) {
    if (fits) return seal_group(data, rows_here);
    return fail(ErrorKind::invalid_argument, "one row holds a value of more than 1 GiB, which a table cannot");
  }
  data.clear();
  const std::uint64_t target = row_group_bytes != 0 ? row_group_bytes : table::kMaxChunk;
  const std::uint64_t parts = std::clamp<std::uint64_t>((total + target - 1) / target, 2, rows_here);
  for (std::uint64_t part = 0, done = 0; part < parts; ++part) {
    const std::uint64_t end = rows_here / parts * (part + 1) + std::min(rows_here % parts, part + 1);
    TRICLAVE_TRY(write_rows(batch, offset + done, end - done));
    done = end;
  }
  return {};
}

//= SPEC OBJ-04, TAB-04
Result<std::vector<cipher::Message>> TableWriter::Impl::messages(std::span<const Stream> streams) const {
  std::vector<envelope::StreamContext> contexts;
  std::vector<cipher::Message::Origin> origins;
  contexts.reserve(streams.size());
  origins.reserve(streams.size());
  for (const Stream& each : streams) {
    if (each.number > 0xFFFFFFFF)
      return fail(ErrorKind::invalid_argument,
                  "a segment has room for 4,294,967,295 column chunks: use larger batches");
    contexts.push_back(envelope::stream_context(header_hash, static_cast<std::uint32_t>(each.number)));
    origins.push_back({keys[each.compartment], contexts.back()});
  }
  return table::new_messages(origins, workers);
}

Result<std::vector<Place>> TableWriter::Impl::seal(std::span<const table::SealJob> jobs) {
  std::vector<Place> places;
  places.reserve(jobs.size());
  std::uint64_t offset = out->count() - body_begin;
  for (const table::SealJob& each : jobs) {
    places.push_back({offset, each.sealed_size()});
    offset += places.back().size;
  }
  TRICLAVE_TRY(table::seal_messages(jobs, *out, scratch, workers));
  return places;
}

// Some of a row group's columns: of a wide table not all keys are alive at once.
Result<void> TableWriter::Impl::seal_columns(std::span<Ready> data, std::size_t first, Group& group) {
  std::vector<Bytes> compressed(data.size());
  std::vector<Stream> streams;
  std::vector<std::size_t> to_compress;
  streams.reserve(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Planned& column = plan[first + i];
    if (column.compression != Compression::none) to_compress.push_back(i);
    streams.push_back({column.compartment, table::chunk_stream(keys.size(), static_cast<std::uint32_t>(plan.size()),
                                                               groups.size(), static_cast<std::uint32_t>(first + i))});
  }
  TRICLAVE_TRY(workers.each(to_compress.size(), [&](std::size_t at, std::size_t) -> Result<void> {
    const std::size_t i = to_compress[at];
    ChunkPieces& chunk = data[i].chunk;
    TRICLAVE_TRY_ASSIGN(compressed[i], table::compress(chunk.pieces, chunk.size));
    chunk.pieces = {compressed[i]};
    chunk.size = compressed[i].size();
    return {};
  }));
  TRICLAVE_TRY_ASSIGN(auto fresh, messages(streams));
  std::vector<table::SealJob> jobs;
  jobs.reserve(data.size());
  for (std::size_t i = 0; i < data.size(); ++i)
    jobs.push_back({std::move(fresh[i]), std::move(data[i].chunk.pieces), data[i].chunk.size});
  TRICLAVE_TRY_ASSIGN(const std::vector<Place> places, seal(jobs));
  group.chunks.insert(group.chunks.end(), places.begin(), places.end());
  return {};
}

Result<void> TableWriter::Impl::seal_group(std::span<Ready> data, std::uint64_t rows_here) {
  if (groups.size() == table::kMaxRowGroups)
    return fail(ErrorKind::invalid_argument, "a segment has at most 262,144 row groups: use larger batches");
  Group group{rows_here, {}};
  group.chunks.reserve(plan.size());
  for (std::size_t first = 0; first < data.size(); first += table::kJobsAtOnce)
    TRICLAVE_TRY(seal_columns(data.subspan(first, std::min(data.size() - first, table::kJobsAtOnce)), first, group));
  groups.push_back(std::move(group));
  rows += rows_here;
  return {};
}

Result<void> TableWriter::Impl::seal_footers() {
  std::vector<Place> footers;
  for (std::size_t c = 0; c < compartments.size(); ++c) {
    table::Footer footer{static_cast<std::uint32_t>(plan.size()), {}, {}, notes};
    for (std::size_t i = 0; i < plan.size(); ++i)
      if (plan[i].compartment == c)
        footer.own.push_back({static_cast<std::uint32_t>(i), plan[i].field, plan[i].compression});
    for (const Group& group : groups) {
      table::RowGroup row_group{group.rows, {}};
      for (const table::FooterColumn& column : footer.own) row_group.chunks.push_back(group.chunks[column.position]);
      footer.row_groups.push_back(std::move(row_group));
    }
    const Bytes plain = table::serialize_footer(footer);
    if (!table::fits_footer(plain))
      return fail(ErrorKind::invalid_argument,
                  "the table has more columns times row groups than a footer can tell of: "
                  "use larger batches");
    const Stream stream{c, c};
    TRICLAVE_TRY_ASSIGN(auto fresh, messages({&stream, 1}));
    const table::SealJob next{std::move(fresh.front()), {plain}, plain.size()};
    TRICLAVE_TRY_ASSIGN(const std::vector<Place> places, seal({&next, 1}));
    footers.push_back(places.front());
  }
  const std::uint64_t tail = 8 * (footers.size() + 1);
  return out->write(table::write_tail(footers, out->count() + tail - segment_begin));
}

}  // namespace triclave
