#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/try.h"
#include "envelope/data_keys.h"
#include "table/buffer_pool.h"
#include "table/chunk.h"
#include "table/column.h"
#include "table/compression.h"
#include "table/message.h"
#include "table/segments.h"
#include "table/stream.h"
#include "triclave/table.h"

namespace triclave {
namespace {

using envelope::DataKeys;
using table::Field;
using table::Footer;
using table::Plain;
using table::Segment;

using Names = std::span<const std::string>;

TableSegment describe(const Segment& segment) {
  const envelope::Header& header = segment.frame.header;
  return {header.capsule_id, header.object_id, header.name, header.compartments, !segment.frame.capsule.empty(),
          segment.begin,     segment.size};
}

TableInfo describe(const std::vector<Segment>& segments) {
  TableInfo out{segments.front().frame.header.dataset, {}, segments.back().begin + segments.back().size};
  for (const Segment& each : segments) out.segments.push_back(describe(each));
  return out;
}

tl::unexpected<Error> disagree(std::string_view what) {
  return fail(ErrorKind::malformed, fmt::format("the table's footers disagree: {}", what));
}

}  // namespace

Result<TableInfo> inspect_table(Source& sealed, std::vector<Bytes>* capsules) {
  TRICLAVE_TRY_ASSIGN(const std::vector<Segment> segments, table::read_segments(sealed));
  if (capsules != nullptr)
    for (const Segment& each : segments) capsules->push_back(each.frame.capsule);
  return describe(segments);
}

struct OpenTable::Impl {
  // A footer of one segment, with the key that opened it.
  struct Part {
    Footer footer;
    const cipher::InputKey* key = nullptr;
  };
  struct OpenSegment {
    Segment segment;
    std::map<std::string, Part> parts;             // of the open compartments
    std::map<std::string, cipher::InputKey> keys;  // copies: the opener may go
  };
  struct OpenColumn {
    Field field;
    std::string compartment;
    std::size_t in_footer;
  };
  struct Group {
    std::size_t segment;
    std::size_t index;  // in the segment
    std::uint64_t rows;
  };

  std::unique_ptr<Source> sealed;
  TableInfo info;
  std::vector<OpenSegment> segments;
  std::vector<TableColumn> columns;
  std::vector<OpenColumn> open_columns;  // beside columns
  std::map<std::string, std::size_t, std::less<>> by_name;
  std::vector<Culprit> closed;
  std::vector<GatherReport> gathered;
  std::vector<std::pair<std::string, std::string>> notes;
  std::vector<Group> groups;
  std::uint64_t rows = 0;
  std::uint32_t all_columns = 0;
  std::shared_ptr<table::BufferPool> pool = table::BufferPool::shared();
  Bytes scratch;
  Workers workers;
  std::optional<Error> failure;  // of a stream

  Result<std::vector<std::string>> unlock(Opener& opener, const std::vector<Segment>& found, Names wanted);
  Result<void> open_segment(const Opener& opener, Segment segment, const std::vector<std::string>& compartments);
  Result<void> check_agreement(const OpenSegment& one) const;
  Result<void> join();
  Result<Plain> open(const OpenSegment& in, const cipher::InputKey& key, std::uint64_t stream, table::Place place,
                     std::uint64_t most);
  Result<std::vector<std::size_t>> choose(Names names) const;
  struct ChunkJob {
    Plain plain;
    const cipher::InputKey* key;
    envelope::StreamContext context;
    std::uint64_t offset;
    Compression compression;
  };
  Result<ChunkJob> chunk_job(const Group& group, std::size_t column);
  table::Schema schema_of(const std::vector<std::size_t>& chosen) const;
  Result<void> read(std::uint64_t row_group, const std::vector<std::size_t>& chosen, ArrowArray* out);
};

// The compartments that can be opened in every segment; notes the others with their reasons.
Result<std::vector<std::string>> OpenTable::Impl::unlock(Opener& opener, const std::vector<Segment>& found,
                                                         Names wanted) {
  for (const Segment& segment : found) TRICLAVE_TRY(DataKeys::admit(opener, segment.frame));
  std::vector<std::string> open = found.front().frame.header.compartments;
  if (!wanted.empty()) {
    for (const std::string& each : wanted)
      if (std::find(open.begin(), open.end(), each) == open.end())
        return fail(ErrorKind::invalid_argument,
                    fmt::format("the table has no compartment {}; it has {}", each, fmt::join(open, ", ")));
    open.assign(wanted.begin(), wanted.end());
  }
  std::optional<Error> first;
  const auto close = [&](const std::string& compartment, Error why) {
    if (std::erase(open, compartment) == 0) return;
    closed.push_back({compartment, why.message, why.kind});
    if (!first) first = std::move(why);
  };
  for (const Segment& segment : found) {
    const auto& here = segment.frame.header.compartments;
    //= SPEC TAB-07
    if (here != found.front().frame.header.compartments) {
      auto sorted = here, expected = found.front().frame.header.compartments;
      std::sort(sorted.begin(), sorted.end());
      std::sort(expected.begin(), expected.end());
      if (sorted != expected) return disagree("its segments have different compartments");
    }
    GatherReport& report = gathered.emplace_back();
    TRICLAVE_TRY_ASSIGN(auto shut, DataKeys::unlock(opener, segment.frame.header.capsule_id, open, &report));
    for (DataKeys::Closed& each : shut) close(each.compartment, std::move(each.why));
  }
  if (first && (open.empty() || !wanted.empty())) return tl::unexpected(std::move(*first));
  return open;
}

Result<Plain> OpenTable::Impl::open(const OpenSegment& in, const cipher::InputKey& key, std::uint64_t stream,
                                    table::Place place, std::uint64_t most) {
  const auto size = cipher::plain_size(place.size);
  if (!size || *size > most)
    return fail(ErrorKind::malformed, "the sealed table names a length that no footer or column chunk has");
  Plain out{pool->take(static_cast<std::size_t>(*size)), static_cast<std::size_t>(*size)};
  TRICLAVE_TRY(table::open_message(
      key, envelope::stream_context(in.segment.frame.header_hash, static_cast<std::uint32_t>(stream)), *sealed,
      in.segment.frame.stream_offset + place.offset, place.size, {out.memory.get(), out.size}, scratch));
  return out;
}

//= SPEC TAB-08
Result<void> OpenTable::Impl::open_segment(const Opener& opener, Segment segment,
                                           const std::vector<std::string>& compartments) {
  OpenSegment out{std::move(segment), {}, {}};
  const auto& all = out.segment.frame.header.compartments;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::find(compartments.begin(), compartments.end(), all[i]) == compartments.end()) continue;
    const cipher::InputKey* key = DataKeys::find(opener, out.segment.frame.header.capsule_id, all[i]);
    auto plain = open(out, *key, i, out.segment.footers[i], table::kMaxFooter);
    if (!plain)
      return fail(plain.error().kind, fmt::format("the footer of compartment {}: {}", all[i], plain.error().message));
    TRICLAVE_TRY_ASSIGN(Footer footer, table::parse_footer(plain->view(), out.segment.chunks_size(), all.size()));
    const auto kept = out.keys.emplace(all[i], key->copy()).first;
    out.parts.emplace(all[i], Part{std::move(footer), &kept->second});
  }
  TRICLAVE_TRY(check_agreement(out));
  const Footer& any = out.parts.begin()->second.footer;
  for (std::size_t g = 0; g < any.row_groups.size(); ++g) {
    groups.push_back({segments.size(), g, any.row_groups[g].rows});
    rows += any.row_groups[g].rows;
  }
  segments.push_back(std::move(out));
  return {};
}

//= SPEC TAB-07
Result<void> OpenTable::Impl::check_agreement(const OpenSegment& one) const {
  const Footer& first = one.parts.begin()->second.footer;
  for (const auto& [name, part] : one.parts) {
    const Footer& footer = part.footer;
    if (footer.columns != first.columns) return disagree("they count the columns differently");
    if (footer.row_groups.size() != first.row_groups.size()) return disagree("they count the row groups differently");
    for (std::size_t g = 0; g < footer.row_groups.size(); ++g)
      if (footer.row_groups[g].rows != first.row_groups[g].rows) return disagree("they count the rows differently");
    if (segments.empty()) continue;
    const Footer& before = segments.front().parts.at(name).footer;
    if (footer.columns != before.columns || footer.own.size() != before.own.size())
      return disagree("a later segment has other columns than the first");
    for (std::size_t c = 0; c < footer.own.size(); ++c)
      if (footer.own[c].position != before.own[c].position ||
          !table::same_field(footer.own[c].field, before.own[c].field))
        return disagree(fmt::format("column {} of a later segment is not that of the first", footer.own[c].field.name));
  }
  return {};
}

// The open compartments' columns as one table's.
Result<void> OpenTable::Impl::join() {
  const OpenSegment& first = segments.front();
  all_columns = first.parts.begin()->second.footer.columns;
  for (const auto& [key, value] : first.parts.begin()->second.footer.notes) notes.emplace_back(key, value);
  struct At {
    const std::string* compartment;
    const table::FooterColumn* column;
    std::size_t in_footer;
  };
  std::map<std::uint32_t, At> by_position;
  for (const auto& [name, part] : first.parts)
    for (std::size_t i = 0; i < part.footer.own.size(); ++i)
      //= SPEC TAB-05
      if (!by_position.emplace(part.footer.own[i].position, At{&name, &part.footer.own[i], i}).second)
        return disagree("two columns claim one position");
  if (closed.empty() && first.parts.size() == first.segment.frame.header.compartments.size() &&
      by_position.size() != all_columns)
    return disagree("columns are missing");
  for (const auto& [position, at] : by_position) {
    const Field& field = at.column->field;
    if (!by_name.emplace(field.name, columns.size()).second)
      return disagree(fmt::format("two columns are called {}", field.name));
    columns.push_back({field.name, field.format, *at.compartment, position, at.column->compression});
    open_columns.push_back({field, *at.compartment, at.in_footer});
  }
  return {};
}

Result<std::vector<std::size_t>> OpenTable::Impl::choose(Names names) const {
  std::vector<std::size_t> out;
  if (names.empty())
    for (std::size_t i = 0; i < columns.size(); ++i) out.push_back(i);
  for (const std::string& name : names) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      std::vector<std::string> shut;
      for (const Culprit& each : closed) shut.push_back(each.who);
      return fail(ErrorKind::invalid_argument,
                  fmt::format("the open part of the table has no column \"{}\"{}", name,
                              shut.empty() ? std::string()
                                           : fmt::format("; it may be in a compartment that stays closed ({})",
                                                         fmt::join(shut, ", "))));
    }
    if (std::find(out.begin(), out.end(), found->second) != out.end())
      return fail(ErrorKind::invalid_argument, fmt::format("column \"{}\" is asked for twice", name));
    out.push_back(found->second);
  }
  return out;
}

// Where a column's chunk lies, and the memory that it is opened into.
Result<OpenTable::Impl::ChunkJob> OpenTable::Impl::chunk_job(const Group& group, std::size_t column) {
  const OpenSegment& in = segments[group.segment];
  const OpenColumn& open_column = open_columns[column];
  const Part& part = in.parts.at(open_column.compartment);
  const table::FooterColumn& told = part.footer.own[open_column.in_footer];
  const table::Place place = part.footer.row_groups[group.index].chunks[open_column.in_footer];
  const auto size = cipher::plain_size(place.size);
  if (!size || *size > table::kMaxChunk)
    return fail(ErrorKind::malformed, "the sealed table names a length that no column chunk has");
  const auto stream =
      table::chunk_stream(in.segment.footers.size(), all_columns, group.index, columns[column].position);
  return ChunkJob{{pool->take(static_cast<std::size_t>(*size)), static_cast<std::size_t>(*size)},
                  part.key,
                  envelope::stream_context(in.segment.frame.header_hash, static_cast<std::uint32_t>(stream)),
                  in.segment.frame.stream_offset + place.offset,
                  told.compression};
}

table::Schema OpenTable::Impl::schema_of(const std::vector<std::size_t>& chosen) const {
  table::Schema out;
  for (const std::size_t i : chosen) out.columns.push_back(open_columns[i].field);
  for (const auto& [key, value] : notes) out.metadata.push_back({key, value});
  return out;
}

Result<void> OpenTable::Impl::read(std::uint64_t row_group, const std::vector<std::size_t>& chosen, ArrowArray* out) {
  const Group& group = groups[row_group];
  const auto at = [&](std::size_t i, const Error& why) {
    return fail(why.kind, fmt::format("column {}, row group {}: {}", columns[chosen[i]].name, row_group, why.message));
  };
  std::vector<ChunkJob> chunks;
  chunks.reserve(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    auto chunk = chunk_job(group, chosen[i]);
    if (!chunk) return at(i, chunk.error());
    chunks.push_back(std::move(*chunk));
  }
  std::vector<table::OpenJob> jobs;
  jobs.reserve(chunks.size());
  for (const ChunkJob& chunk : chunks)
    jobs.push_back({{chunk.key, chunk.context}, chunk.offset, {chunk.plain.memory.get(), chunk.plain.size}});
  std::size_t failed = 0;
  if (auto opened = table::open_messages(jobs, *sealed, scratch, workers, &failed); !opened)
    return at(failed, opened.error());
  std::vector<std::vector<table::Node>> nodes(chosen.size());
  std::vector<Field> fields;
  fields.reserve(chosen.size());
  for (const std::size_t column : chosen) fields.push_back(open_columns[column].field);
  TRICLAVE_TRY(workers.each(chosen.size(), [&](std::size_t i, std::size_t) -> Result<void> {
    if (chunks[i].compression != Compression::none) {
      auto plain = table::decompress(chunks[i].plain.view(), *pool);
      if (!plain) return at(i, plain.error());
      chunks[i].plain = std::move(*plain);
    }
    TRICLAVE_TRY_ASSIGN(nodes[i], table::read_layout(fields[i], chunks[i].plain.view()));
    //= SPEC TAB-10, TAB-11, TAB-13, TAB-14
    return table::check_column(fields[i], nodes[i], group.rows);
  }));
  std::vector<std::shared_ptr<const void>> memory;
  memory.reserve(chunks.size());
  for (ChunkJob& chunk : chunks) memory.push_back(std::move(chunk.plain.memory));
  table::export_batch(fields, nodes, std::move(memory), group.rows, out);
  return {};
}

OpenTable::OpenTable(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
OpenTable::OpenTable(OpenTable&&) noexcept = default;
OpenTable& OpenTable::operator=(OpenTable&&) noexcept = default;
OpenTable::~OpenTable() = default;

Result<OpenTable> OpenTable::open(Opener& opener, std::unique_ptr<Source> sealed, Names compartments) {
  auto impl = std::make_shared<Impl>();
  TRICLAVE_TRY_ASSIGN(auto found, table::read_segments(*sealed));
  impl->sealed = std::move(sealed);
  impl->info = describe(found);
  TRICLAVE_TRY_ASSIGN(const auto open, impl->unlock(opener, found, compartments));
  for (Segment& each : found) TRICLAVE_TRY(impl->open_segment(opener, std::move(each), open));
  TRICLAVE_TRY(impl->join());
  return OpenTable(std::move(impl));
}

const TableInfo& OpenTable::info() const noexcept { return impl_->info; }
const std::vector<TableColumn>& OpenTable::columns() const noexcept { return impl_->columns; }
std::span<const Culprit> OpenTable::closed() const noexcept { return impl_->closed; }
std::span<const GatherReport> OpenTable::gathered() const noexcept { return impl_->gathered; }
std::uint32_t OpenTable::all_columns() const noexcept { return impl_->all_columns; }
const std::vector<std::pair<std::string, std::string>>& OpenTable::notes() const noexcept { return impl_->notes; }
std::uint64_t OpenTable::rows() const noexcept { return impl_->rows; }
std::uint64_t OpenTable::row_groups() const noexcept { return impl_->groups.size(); }
std::uint64_t OpenTable::rows_of(std::uint64_t row_group) const noexcept {
  return row_group < impl_->groups.size() ? impl_->groups[row_group].rows : 0;
}

Result<void> OpenTable::schema(Names columns, ArrowSchema* out) const {
  TRICLAVE_TRY_ASSIGN(const auto chosen, impl_->choose(columns));
  table::export_schema(impl_->schema_of(chosen), out);
  return {};
}

Result<void> OpenTable::read(std::uint64_t row_group, Names columns, ArrowArray* out) {
  TRICLAVE_TRY_ASSIGN(const auto chosen, impl_->choose(columns));
  if (row_group >= impl_->groups.size())
    return fail(ErrorKind::invalid_argument,
                fmt::format("the table has {} row groups, and row group {} is asked for, counted from 0",
                            impl_->groups.size(), row_group));
  return impl_->read(row_group, chosen, out);
}

Result<void> OpenTable::stream(Names columns, ArrowArrayStream* out) {
  TRICLAVE_TRY_ASSIGN(const auto chosen, impl_->choose(columns));
  table::export_stream(
      impl_->schema_of(chosen),
      [impl = impl_, chosen, next = std::uint64_t{0}](ArrowArray* batch) mutable -> Result<bool> {
        if (next == impl->groups.size()) return false;
        auto read = impl->read(next++, chosen, batch);
        if (read) return true;
        impl->failure = read.error();
        return tl::unexpected(std::move(read.error()));
      },
      out);
  return {};
}

void OpenTable::set_threads(unsigned threads) { impl_->workers = Workers(threads); }
const std::optional<Error>& OpenTable::failure() const noexcept { return impl_->failure; }

}  // namespace triclave
