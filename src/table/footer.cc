#include "table/footer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/integers.h"
#include "base/try.h"
#include "cipher/cobblestone.h"
#include "format/strict.h"
#include "format/table.pb.h"

namespace triclave::table {
namespace {

constexpr std::size_t kPlaceSize = 16;  // u64 offset, u64 length

template <class Pairs>
std::vector<KeyValue> read_pairs(const Pairs& pairs) {
  std::vector<KeyValue> out;
  for (const v1::KeyValue& pair : pairs) out.push_back({pair.key(), pair.value()});
  return out;
}

void write_pairs(const std::vector<KeyValue>& pairs, google::protobuf::RepeatedPtrField<v1::KeyValue>* out) {
  for (const KeyValue& pair : pairs) {
    auto* to = out->Add();
    to->set_key(pair.key);
    to->set_value(pair.value);
  }
}

Field read_field(const v1::Field& from) {
  Field out;
  out.name = from.name();
  out.format = from.format();
  out.nullable = from.nullable();
  out.dictionary_ordered = from.dictionary_ordered();
  out.metadata = read_pairs(from.metadata());
  for (const v1::Field& child : from.children()) out.children.push_back(read_field(child));
  if (from.has_dictionary()) out.dictionary.push_back(read_field(from.dictionary()));
  return out;
}

void write_field(const Field& from, v1::Field* out) {
  out->set_name(from.name);
  out->set_format(from.format);
  out->set_nullable(from.nullable);
  out->set_dictionary_ordered(from.dictionary_ordered);
  write_pairs(from.metadata, out->mutable_metadata());
  for (const Field& child : from.children) write_field(child, out->add_children());
  if (!from.dictionary.empty()) write_field(from.dictionary.front(), out->mutable_dictionary());
}

//= SPEC TAB-05
Result<FooterColumn> read_column(const v1::Column& from, const Footer& footer) {
  FooterColumn out;
  out.position = from.position();
  if (out.position >= footer.columns || (!footer.own.empty() && out.position <= footer.own.back().position))
    return fail(ErrorKind::malformed, "a footer's columns do not stand by ascending position within the table");
  if (!from.has_field()) return fail(ErrorKind::malformed, "a footer tells of a column without its field");
  out.field = read_field(from.field());
  //= SPEC TAB-09
  TRICLAVE_TRY(check_field(out.field));
  //= SPEC TAB-15
  if (from.compression() > static_cast<std::uint32_t>(Compression::zstd))
    return fail(ErrorKind::unsupported, fmt::format("column {} is compressed in a way that this program does not know: "
                                                    "update the program",
                                                    out.field.name));
  out.compression = static_cast<Compression>(from.compression());
  return out;
}

//= SPEC TAB-06
Result<RowGroup> read_row_group(const v1::RowGroup& from, std::size_t columns, std::uint64_t chunks_size) {
  RowGroup out;
  out.rows = from.rows();
  //= SPEC LIM-01
  if (out.rows == 0 || out.rows > kMaxRows)
    return fail(ErrorKind::malformed, "a row group has 1 to 2,147,483,647 rows");
  const ByteView places = as_bytes(from.chunks());
  if (places.size() != columns * kPlaceSize)
    return fail(ErrorKind::malformed, "a row group does not have one chunk for each column");
  out.chunks.reserve(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    const Place place{from_big_endian<std::uint64_t>(places.subspan(i * kPlaceSize)),
                      from_big_endian<std::uint64_t>(places.subspan(i * kPlaceSize + 8))};
    if (place.size > chunks_size || place.offset > chunks_size - place.size)
      return fail(ErrorKind::malformed, "a column chunk is said to lie outside its segment");
    if (!cipher::plain_size(place.size))
      return fail(ErrorKind::malformed, "a column chunk is said to have a length that no sealed message has");
    out.chunks.push_back(place);
  }
  return out;
}

}  // namespace

Bytes serialize_footer(const Footer& footer) {
  v1::TableFooter out;
  out.set_columns(footer.columns);
  for (const FooterColumn& column : footer.own) {
    auto* to = out.add_own();
    to->set_position(column.position);
    write_field(column.field, to->mutable_field());
    to->set_compression(static_cast<std::uint32_t>(column.compression));
  }
  for (const RowGroup& group : footer.row_groups) {
    auto* to = out.add_row_groups();
    to->set_rows(group.rows);
    std::string* places = to->mutable_chunks();
    places->reserve(group.chunks.size() * kPlaceSize);
    for (const Place& place : group.chunks)
      for (const std::uint64_t number : {place.offset, place.size}) places->append(as_text(big_endian(number)));
  }
  write_pairs(footer.notes, out.mutable_notes());
  return format::serialize(out);
}

bool fits_footer(ByteView serialized) {
  return serialized.size() <= kMaxFooter &&
         format::check_strict(serialized, *v1::TableFooter::descriptor(), "a table's footer", format::kMaxFooterFields)
             .has_value();
}

Result<Footer> parse_footer(ByteView bytes, std::uint64_t chunks_size, std::size_t compartments) {
  TRICLAVE_TRY_ASSIGN(
      const v1::TableFooter message,
      format::parse_strict<v1::TableFooter>(bytes, kMaxFooter, "a table's footer", format::kMaxFooterFields));
  Footer out;
  out.columns = message.columns();
  //= SPEC LIM-01
  if (out.columns == 0 || out.columns > kMaxColumns)
    return fail(ErrorKind::malformed, "a table's footer names a number of columns that no table has");
  if (message.own().empty()) return fail(ErrorKind::malformed, "a table's footer has no columns");
  const auto groups = static_cast<std::uint64_t>(message.row_groups_size());
  //= SPEC TAB-04
  if (groups > kMaxRowGroups || chunk_stream(compartments, out.columns, groups, 0) > 0xFFFFFFFF)
    return fail(ErrorKind::malformed, "a table's footer has too many row groups");
  out.own.reserve(static_cast<std::size_t>(message.own_size()));
  std::set<std::string_view> names;
  for (const v1::Column& column : message.own()) {
    TRICLAVE_TRY_ASSIGN(FooterColumn read, read_column(column, out));
    out.own.push_back(std::move(read));
    if (!names.insert(column.field().name()).second)
      return fail(ErrorKind::malformed, fmt::format("two columns of a table are called {}", column.field().name()));
  }
  out.row_groups.reserve(groups);
  for (const v1::RowGroup& group : message.row_groups()) {
    TRICLAVE_TRY_ASSIGN(RowGroup read, read_row_group(group, out.own.size(), chunks_size));
    out.row_groups.push_back(std::move(read));
  }
  if (!fits_pairs(out.notes = read_pairs(message.notes())))
    return fail(ErrorKind::malformed, "a table has at most 64 notes of 1 MiB each");
  return out;
}

bool fits_pairs(const std::vector<KeyValue>& pairs) {
  return pairs.size() <= kMaxPairs && std::all_of(pairs.begin(), pairs.end(), [](const KeyValue& pair) {
           return pair.key.size() <= kMaxPairPart && pair.value.size() <= kMaxPairPart;
         });
}

bool same_field(const Field& a, const Field& b) {
  return a.name == b.name && a.format == b.format && a.nullable == b.nullable &&
         a.dictionary_ordered == b.dictionary_ordered &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), same_field) &&
         std::equal(a.dictionary.begin(), a.dictionary.end(), b.dictionary.begin(), b.dictionary.end(), same_field);
}

}  // namespace triclave::table
