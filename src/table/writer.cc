#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/names.h"
#include "base/random.h"
#include "base/try.h"
#include "envelope/data_keys.h"
#include "policy/columns.h"
#include "table/chunk.h"
#include "table/column.h"
#include "table/compression.h"
#include "table/message.h"
#include "table/owned.h"
#include "table/segments.h"
#include "triclave/table.h"

namespace triclave {
namespace {

using envelope::DataKeys;
using table::ChunkPieces;
using table::Column;
using table::Field;
using table::Place;

// Everything that passes a sink, counted.
class Counted final : public Sink {
 public:
  explicit Counted(std::unique_ptr<Sink> inner) : inner_(std::move(inner)) {}
  Result<void> write(ByteView bytes) override {
    count_ += bytes.size();
    return inner_->write(bytes);
  }
  MutableBytes room(std::size_t size) override { return inner_->room(size); }
  Result<void> advance(std::size_t size) override {
    count_ += size;
    return inner_->advance(size);
  }
  Result<void> finish() override { return inner_->finish(); }
  std::uint64_t count() const { return count_; }

 private:
  std::unique_ptr<Sink> inner_;
  std::uint64_t count_ = 0;
};

Result<void> copy_all(Source& from, Sink& to) {
  Bytes buffer(1024 * 1024);
  for (std::uint64_t at = 0;;) {
    TRICLAVE_TRY_ASSIGN(const std::size_t got, from.read_at(at, buffer));
    TRICLAVE_TRY(to.write(ByteView(buffer).first(got)));
    if (got < buffer.size()) return {};
    at += got;
  }
}

bool has_nulls(const ArrowArray& batch) {
  if (batch.null_count == 0 || batch.n_buffers < 1 || batch.buffers == nullptr || batch.buffers[0] == nullptr)
    return false;
  if (batch.null_count > 0) return true;
  const auto* bits = static_cast<const std::uint8_t*>(batch.buffers[0]);
  for (std::int64_t i = batch.offset; i < batch.offset + batch.length; ++i)
    if ((bits[i / 8] >> (i % 8) & 1) == 0) return true;
  return false;
}

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

// Whether arrays of `there` can be read as arrays of `here`.
bool same_columns(const std::vector<Field>& there, const std::vector<Field>& here);

bool same_type(const Field& there, const Field& here) {
  return there.name == here.name && there.format == here.format && same_columns(there.children, here.children) &&
         same_columns(there.dictionary, here.dictionary);
}

bool same_columns(const std::vector<Field>& there, const std::vector<Field>& here) {
  return std::equal(there.begin(), there.end(), here.begin(), here.end(), same_type);
}

// A name that fits nothing would leave a column uncompressed unseen.
Result<void> check_patterns(const std::vector<std::string>& patterns, const std::vector<TableColumn>& columns) {
  for (const std::string& pattern : patterns)
    if (std::none_of(columns.begin(), columns.end(),
                     [&](const TableColumn& column) { return policy::matches(pattern, column.name); }))
      return fail(ErrorKind::invalid_argument,
                  fmt::format("no column is called \"{}\", which was to be compressed", pattern));
  return {};
}

}  // namespace

struct TableWriter::Impl {
  struct Planned {
    Field field;
    std::size_t compartment;  // by position in the header
    Compression compression;
  };
  struct Group {
    std::uint64_t rows;
    std::vector<Place> chunks;  // of all columns
  };

  std::vector<Planned> plan;
  std::vector<TableColumn> columns;
  std::vector<std::string> compartments;
  std::vector<const Secret<32>*> keys;  // of the compartments; the sealer's
  std::vector<table::KeyValue> notes;
  std::uint64_t row_group_bytes = 0;
  std::unique_ptr<Counted> out;
  std::uint64_t segment_begin = 0, body_begin = 0;
  Id header_hash{};
  std::vector<Group> groups;
  std::uint64_t rows = 0;
  Bytes scratch;
  bool ended = false;  // finished, or failed: nothing more is taken

  Result<void> assign(const Sealer& sealer, const Policy& policy, const TableOptions& options);
  Result<void> start(const Sealer& sealer, std::string_view name, const TableOptions& options);
  Result<void> check_batch(const ArrowArray& batch) const;
  Result<void> write_rows(const ArrowArray& batch, std::uint64_t offset, std::uint64_t rows_here);
  Result<Place> seal(std::size_t compartment, std::uint64_t stream, std::span<const ByteView> pieces);
  Result<void> seal_group(const std::vector<Column>& data, std::uint64_t rows_here);
  Result<void> seal_footers();
};

// Which compartment each column belongs to.
Result<void> TableWriter::Impl::assign(const Sealer& sealer, const Policy& policy, const TableOptions& options) {
  for (std::size_t i = 0; i < plan.size(); ++i) {
    Planned& column = plan[i];
    TRICLAVE_TRY_ASSIGN(const std::string compartment, policy.compartment_of_column(column.field.name));
    const Secret<32>* key = DataKeys::find(sealer, compartment);
    if (key == nullptr)
      return fail(ErrorKind::invalid_argument,
                  fmt::format("column \"{}\" belongs to compartment {}, which this sealing session does not have",
                              column.field.name, compartment));
    const auto found = std::find(compartments.begin(), compartments.end(), compartment);
    column.compartment = static_cast<std::size_t>(found - compartments.begin());
    if (found == compartments.end()) {
      compartments.push_back(compartment);
      keys.push_back(key);
    }
    const bool compressed =
        std::any_of(options.compress.begin(), options.compress.end(),
                    [&](const std::string& pattern) { return policy::matches(pattern, column.field.name); });
    column.compression = compressed ? Compression::zstd : Compression::none;
    columns.push_back(
        {column.field.name, column.field.format, compartment, static_cast<std::uint32_t>(i), column.compression});
  }
  return check_patterns(options.compress, columns);
}

// What stands before the body.
Result<void> TableWriter::Impl::start(const Sealer& sealer, std::string_view name, const TableOptions& options) {
  //= SPEC OBJ-03
  envelope::Header header{sealer.capsule_id(),       random_array<16>(), std::string(name),
                          DataKeys::dataset(sealer), compartments,       false,
                          format::RecordKind::table};
  if (options.append_to != nullptr) {
    TRICLAVE_TRY_ASSIGN(const auto segments, table::read_segments(*options.append_to));
    const envelope::Frame& last = segments.back().frame;
    if (last.header.dataset != header.dataset)
      return fail(
          ErrorKind::invalid_argument,
          fmt::format("the table is of dataset {}, and the policy is for {}: append under the table's own policy",
                      last.header.dataset, header.dataset));
    if (segments.size() == table::kMaxSegments)
      return fail(ErrorKind::invalid_argument,
                  "the table has 1,024 segments, and no reader takes more: seal it anew from its rows");
    if (!std::is_permutation(compartments.begin(), compartments.end(), last.header.compartments.begin(),
                             last.header.compartments.end()))
      return fail(
          ErrorKind::invalid_argument,
          fmt::format("the table has the compartments {}, and what is appended {}: its columns must be the same",
                      fmt::join(last.header.compartments, ", "), fmt::join(compartments, ", ")));
    header.previous = last.header_hash;
    TRICLAVE_TRY(copy_all(*options.append_to, *out));
  }
  const auto frame = envelope::write_frame(header, options.embed_capsule ? ByteView(sealer.capsule()) : ByteView{});
  header_hash = frame.header_hash;
  segment_begin = out->count();
  TRICLAVE_TRY(out->write(frame.bytes));
  body_begin = out->count();
  return {};
}

Result<void> TableWriter::Impl::check_batch(const ArrowArray& batch) const {
  if (ended)
    return fail(ErrorKind::invalid_argument, "this table is finished or has failed: seal it again from its start");
  if (batch.release == nullptr) return fail(ErrorKind::invalid_argument, "the record batch has been released already");
  if (batch.length < 0 || batch.offset < 0 || batch.length > std::int64_t{1} << 40 ||
      batch.offset > std::int64_t{1} << 40)
    return fail(ErrorKind::invalid_argument, "the record batch has an impossible length or offset");
  if (batch.n_children != static_cast<std::int64_t>(plan.size()) || (batch.n_children > 0 && batch.children == nullptr))
    return fail(ErrorKind::invalid_argument,
                fmt::format("the record batch has {} columns, and the schema {}", batch.n_children, plan.size()));
  for (std::int64_t i = 0; i < batch.n_children; ++i)
    if (batch.children[i] == nullptr)
      return fail(ErrorKind::invalid_argument, fmt::format("the record batch lacks its column {}", i));
  if (has_nulls(batch))
    return fail(ErrorKind::invalid_argument, "a record batch with rows that are null as a whole is no table");
  return {};
}

Result<void> TableWriter::Impl::write_rows(const ArrowArray& batch, std::uint64_t offset, std::uint64_t rows_here) {
  std::vector<Column> data;
  data.reserve(plan.size());
  std::uint64_t total = 0;  // without what splitting cannot make less
  bool fits = rows_here <= table::kMaxRows;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    TRICLAVE_TRY_ASSIGN(Column column, table::import_column(plan[i].field, *batch.children[i], offset, rows_here));
    const std::uint64_t size = table::lay_out(plan[i].field, column.nodes).size;
    // Incompressible data grows a little.
    const bool grows = plan[i].compression != Compression::none;
    fits = fits && size <= table::kMaxChunk - (grows ? table::kMaxChunk / 128 : 0);
    std::size_t first = 0;
    total += size - dictionary_bytes(plan[i].field, column.nodes, first);
    data.push_back(std::move(column));
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

Result<Place> TableWriter::Impl::seal(std::size_t compartment, std::uint64_t stream, std::span<const ByteView> pieces) {
  //= SPEC TAB-04
  if (stream > 0xFFFFFFFF)
    return fail(ErrorKind::invalid_argument, "a segment has room for 4,294,967,295 column chunks: use larger batches");
  Place place{out->count() - body_begin, 0};
  TRICLAVE_TRY_ASSIGN(
      place.size,
      table::seal_pieces(*keys[compartment], envelope::stream_context(header_hash, static_cast<std::uint32_t>(stream)),
                         pieces, *out, scratch));
  return place;
}

Result<void> TableWriter::Impl::seal_group(const std::vector<Column>& data, std::uint64_t rows_here) {
  if (groups.size() == table::kMaxRowGroups)
    return fail(ErrorKind::invalid_argument, "a segment has at most 262,144 row groups: use larger batches");
  Group group{rows_here, {}};
  group.chunks.reserve(plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const ChunkPieces chunk = table::lay_out(plan[i].field, data[i].nodes);
    const auto stream = table::chunk_stream(keys.size(), static_cast<std::uint32_t>(plan.size()), groups.size(),
                                            static_cast<std::uint32_t>(i));
    std::span<const ByteView> pieces = chunk.pieces;
    Bytes compressed;
    ByteView whole;
    if (plan[i].compression == Compression::zstd) {
      TRICLAVE_TRY_ASSIGN(compressed, table::compress(chunk.pieces, chunk.size));
      whole = compressed;
      pieces = std::span(&whole, 1);
    }
    TRICLAVE_TRY_ASSIGN(const Place place, seal(plan[i].compartment, stream, pieces));
    group.chunks.push_back(place);
  }
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
    const ByteView piece = plain;
    TRICLAVE_TRY_ASSIGN(const Place place, seal(c, c, std::span(&piece, 1)));
    footers.push_back(place);
  }
  const std::uint64_t tail = 8 * (footers.size() + 1);
  return out->write(table::write_tail(footers, out->count() + tail - segment_begin));
}

Result<TableWriter> TableWriter::make(const Sealer& sealer, const Policy& policy, const ArrowSchema& schema,
                                      std::string_view name, std::unique_ptr<Sink> out, TableOptions options) {
  if (!name.empty() && !is_text(name, kMaxObjectName))
    return fail(ErrorKind::invalid_argument,
                fmt::format("a table's name is UTF-8 of at most {} bytes, without control characters", kMaxObjectName));
  TRICLAVE_TRY_ASSIGN(table::Schema imported, table::import_schema(schema));
  if (imported.columns.empty()) return fail(ErrorKind::invalid_argument, "a table has at least one column");
  auto impl = std::make_unique<Impl>();
  for (Field& field : imported.columns) impl->plan.push_back({std::move(field), 0, Compression::none});
  TRICLAVE_TRY(impl->assign(sealer, policy, options));
  if (impl->compartments.size() == 1) impl->notes = std::move(imported.metadata);
  for (auto& [key, value] : options.notes) {
    std::erase_if(impl->notes, [&](const table::KeyValue& each) { return each.key == key; });
    impl->notes.push_back({std::move(key), std::move(value)});
  }
  if (!table::fits_pairs(impl->notes))
    return fail(ErrorKind::invalid_argument, "a table has at most 64 notes, the schema's own included, of 1 MiB each");
  impl->row_group_bytes = options.row_group_bytes;
  impl->out = std::make_unique<Counted>(std::move(out));
  TRICLAVE_TRY(impl->start(sealer, name, options));
  return TableWriter(std::move(impl));
}

TableWriter::TableWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TableWriter::TableWriter(TableWriter&&) noexcept = default;
TableWriter& TableWriter::operator=(TableWriter&&) noexcept = default;
TableWriter::~TableWriter() = default;

Result<void> TableWriter::write(const ArrowArray& batch) {
  TRICLAVE_TRY(impl_->check_batch(batch));
  if (batch.length == 0) return {};
  impl_->ended = true;  // until all of it is through
  TRICLAVE_TRY(
      impl_->write_rows(batch, static_cast<std::uint64_t>(batch.offset), static_cast<std::uint64_t>(batch.length)));
  impl_->ended = false;
  return {};
}

Result<void> TableWriter::write_all(ArrowArrayStream& stream) {
  if (stream.release == nullptr) return fail(ErrorKind::invalid_argument, "the stream has been released already");
  const auto failed = [&] {
    const char* why = stream.get_last_error(&stream);
    return fail(ErrorKind::io,
                fmt::format("the stream of record batches failed: {}", why != nullptr ? why : "it does not say why"));
  };
  table::OwnedSchema claimed;
  if (stream.get_schema(&stream, claimed.get()) != 0) return failed();
  TRICLAVE_TRY_ASSIGN(const table::Schema schema, table::import_schema(*claimed));
  // The batches' structures do not tell their types: read as another one, their memory would be left.
  if (!std::equal(schema.columns.begin(), schema.columns.end(), impl_->plan.begin(), impl_->plan.end(),
                  [](const Field& there, const Impl::Planned& here) { return same_type(there, here.field); }))
    return fail(ErrorKind::invalid_argument, "the stream's columns are not those of the schema that the table is for");
  for (;;) {
    table::OwnedArray batch;
    if (stream.get_next(&stream, batch.get()) != 0) return failed();
    if (!batch) return {};
    TRICLAVE_TRY(write(*batch));
  }
}

Result<void> TableWriter::finish() {
  if (impl_->ended)
    return fail(ErrorKind::invalid_argument, "this table is finished or has failed: seal it again from its start");
  impl_->ended = true;
  TRICLAVE_TRY(impl_->seal_footers());
  return impl_->out->finish();
}

const std::vector<TableColumn>& TableWriter::columns() const noexcept { return impl_->columns; }
std::uint64_t TableWriter::rows() const noexcept { return impl_->rows; }
std::uint64_t TableWriter::row_groups() const noexcept { return impl_->groups.size(); }

}  // namespace triclave
