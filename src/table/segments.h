// The segments of a sealed table: where each begins and what its header says (SPEC.md section 10).
#pragma once

#include <vector>

#include "envelope/frame.h"
#include "table/footer.h"
#include "triclave/io.h"

namespace triclave::table {

inline constexpr std::size_t kMaxSegments = 1024;

struct Segment {
  envelope::Frame frame;    // stream_offset: where the body begins in the file
  std::uint64_t begin = 0;  // in the file
  std::uint64_t size = 0;
  std::vector<Place> footers;  // one for each compartment, from the body's begin

  std::uint64_t chunks_size() const { return footers.front().offset; }
};

// Walks from the end to the beginning and checks that all lengths add up and that each segment names the one before it.
// Errors: malformed, unsupported, forged, invalid_argument (a pipe), io.
Result<std::vector<Segment>> read_segments(Source& sealed);

// The lengths at a segment's end.
Bytes write_tail(const std::vector<Place>& footers, std::uint64_t segment_size);

}  // namespace triclave::table
