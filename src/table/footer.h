// The footer of one compartment in one segment: its columns, and where their chunks lie (SPEC.md section 10).
#pragma once

#include <vector>

#include "table/field.h"
#include "triclave/bytes.h"
#include "triclave/table.h"

namespace triclave::table {

inline constexpr std::uint64_t kMaxFooter = std::uint64_t{64} << 20;
inline constexpr std::uint64_t kMaxRowGroups = std::uint64_t{1} << 18;
inline constexpr std::uint64_t kMaxRows = 0x7FFFFFFF;  // of a row group

// A message in the body, from the body's begin.
struct Place {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct FooterColumn {
  std::uint32_t position = 0;
  Field field;
  Compression compression = Compression::none;
};

struct RowGroup {
  std::uint64_t rows = 0;
  std::vector<Place> chunks;  // of each of the footer's columns
};

struct Footer {
  std::uint32_t columns = 0;  // of the whole segment
  std::vector<FooterColumn> own;
  std::vector<RowGroup> row_groups;
  std::vector<KeyValue> notes;
};

Bytes serialize_footer(const Footer& footer);

// Whether a reader takes as many bytes and fields.
bool fits_footer(ByteView serialized);

// `chunks_size`: bytes of the body's part that holds chunks. `compartments`: how many the segment has. Errors:
// malformed, unsupported.
Result<Footer> parse_footer(ByteView bytes, std::uint64_t chunks_size, std::size_t compartments);

// Whether pairs keep the limits of metadata.
bool fits_pairs(const std::vector<KeyValue>& pairs);

// Whether two fields are the same but for their metadata.
bool same_field(const Field& a, const Field& b);

// Stream index of a chunk.
inline std::uint64_t chunk_stream(std::size_t compartments, std::uint32_t columns, std::uint64_t row_group,
                                  std::uint32_t position) {
  return compartments + row_group * columns + position;
}

}  // namespace triclave::table
