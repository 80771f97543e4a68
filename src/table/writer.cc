#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/names.h"
#include "base/random.h"
#include "base/try.h"
#include "envelope/data_keys.h"
#include "policy/columns.h"
#include "table/owned.h"
#include "table/segments.h"
#include "table/writer_impl.h"

namespace triclave {
namespace {

using envelope::DataKeys;
using table::Field;

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

// Which compartment each column belongs to.
Result<void> TableWriter::Impl::assign(const Sealer& sealer, const Policy& policy, const TableOptions& options) {
  for (std::size_t i = 0; i < plan.size(); ++i) {
    Planned& column = plan[i];
    TRICLAVE_TRY_ASSIGN(const std::string compartment, policy.compartment_of_column(column.field.name));
    const cipher::InputKey* key = DataKeys::find(sealer, compartment);
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
  impl->workers = Workers(options.threads);
  impl->out = std::make_unique<table::CountedSink>(std::move(out));
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
