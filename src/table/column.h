// The memory of one column in one row group, in canonical form: a list of nodes, one for each array of the column in
// depth-first order (an array, its children, then its dictionary).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "table/field.h"
#include "triclave/arrow.h"
#include "triclave/bytes.h"

namespace triclave::table {

// Bytes of one buffer, values of one array. The C Data Interface tells no sizes, so that this is all that can be said
// of a string column's data.
inline constexpr std::uint64_t kMaxBuffer = std::uint64_t{1} << 40;

// Canonical: no offset; validity is empty where nothing is null, else ceil(length / 8) bytes; bits behind the length
// are 0; offsets begin at 0 (and stand even where length is 0), and the data or child is exactly as long as the last
// one. Values of the null type are all null. Buffers may be aligned to nothing.
struct Node {
  std::uint64_t length = 0;
  std::uint64_t nulls = 0;
  std::array<ByteView, 3> buffers{};  // as Layout says; buffer_count() of them count
};

struct Column {
  std::vector<Node> nodes;
  std::vector<Bytes> owned;  // what could not be taken as it stands: shifted bits, rebased offsets
};

// Rows [offset, offset + length) of a column's array, which is a record batch's child and obeys `field` (check_field).
// Nothing is copied but bits that do not begin on a byte or carry more behind their end, and offsets that do not begin
// at 0. All structures are checked before any buffer is read; offsets and dictionary indices before they are followed.
// Nothing outside the rows comes along, but a dictionary, which is taken whole. Values under nulls are taken as they
// stand, and strings are not looked at: they may be no UTF-8. Where a field that is not nullable has nulls under those
// of its parent struct alone, they are no longer marked. The views are good as long as the array is. Errors:
// invalid_argument, naming the column and what is wrong.
Result<Column> import_column(const Field& field, const ArrowArray& array, std::uint64_t offset, std::uint64_t length);

// How many nodes a column has.
std::size_t node_count(const Field& field) noexcept;

// Whether each index of `node` that is not null lies within its dictionary, `values`.
bool keeps_dictionary(const Field& field, const Node& node, const Node& values) noexcept;

// Whether nodes that came out of a sealed chunk are a canonical column of `rows` rows: counts, sizes, nulls, padding
// bits, offsets and dictionary indices. Errors: malformed, naming the column.
Result<void> check_column(const Field& field, const std::vector<Node>& nodes, std::uint64_t rows);

// A record batch of `rows` rows whose columns are these; `memory` keeps the nodes' bytes alive until the consumer has
// released everything, children that it moved out included. `columns` obey `fields` (check_column). Buffers are handed
// out as they stand.
void export_batch(const std::vector<Field>& fields, const std::vector<std::vector<Node>>& columns,
                  std::vector<std::shared_ptr<const void>> memory, std::uint64_t rows, ArrowArray* out);

}  // namespace triclave::table
