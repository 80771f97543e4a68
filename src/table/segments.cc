#include "table/segments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/integers.h"
#include "base/try.h"
#include "cipher/cobblestone.h"

namespace triclave::table {
namespace {

constexpr std::uint64_t kLeastSegment = 64;  // less than any frame, footer and tail together

tl::unexpected<Error> lengths_differ() {
  return fail(ErrorKind::malformed,
              "the lengths at the end of the sealed table do not add up: it is cut short or damaged");
}

Result<Bytes> read_exactly(Source& sealed, std::uint64_t offset, std::size_t size) {
  Bytes out(size);
  TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed.read_at(offset, out));
  if (got < size) return lengths_differ();
  return out;
}

//= SPEC TAB-01
Result<Segment> read_segment_before(Source& sealed, std::uint64_t end) {
  if (end < kLeastSegment) return lengths_differ();
  TRICLAVE_TRY_ASSIGN(const Bytes last, read_exactly(sealed, end - 8, 8));
  Segment out;
  out.size = from_big_endian<std::uint64_t>(last);
  if (out.size < kLeastSegment || out.size > end) return lengths_differ();
  out.begin = end - out.size;
  TRICLAVE_TRY_ASSIGN(out.frame, envelope::read_frame(sealed, format::RecordKind::table, out.begin));
  const std::size_t count = out.frame.header.compartments.size();
  const std::uint64_t tail = 8 * (std::uint64_t{count} + 1);
  if (out.frame.stream_offset > end || end - out.frame.stream_offset < tail) return lengths_differ();
  TRICLAVE_TRY_ASSIGN(const Bytes lengths, read_exactly(sealed, end - tail, 8 * count));
  std::uint64_t room = end - tail - out.frame.stream_offset;
  out.footers.resize(count);
  for (std::size_t i = count; i-- > 0;) {
    const auto size = from_big_endian<std::uint64_t>(ByteView(lengths).subspan(8 * i));
    if (size > room) return lengths_differ();
    room -= size;
    out.footers[i] = {room, size};
  }
  return out;
}

}  // namespace

Result<std::vector<Segment>> read_segments(Source& sealed) {
  const auto size = sealed.size();
  if (!size)
    return fail(ErrorKind::invalid_argument,
                "a sealed table is read from its end, which a pipe cannot do: save it to a file first");
  // A short or foreign file is told as what it is, rather than by what its last bytes would mean.
  TRICLAVE_TRY(envelope::read_frame(sealed, format::RecordKind::table));
  std::vector<Segment> out;
  for (std::uint64_t end = *size; end > 0; end = out.back().begin) {
    //= SPEC LIM-01
    if (out.size() == kMaxSegments) return fail(ErrorKind::malformed, "a sealed table has more than 1,024 segments");
    TRICLAVE_TRY_ASSIGN(Segment segment, read_segment_before(sealed, end));
    out.push_back(std::move(segment));
  }
  std::reverse(out.begin(), out.end());
  //= SPEC TAB-03
  if (out.front().frame.header.previous)
    return fail(ErrorKind::forged, "the sealed table's first segments are missing");
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i].frame.header.previous != out[i - 1].frame.header_hash)
      return fail(
          ErrorKind::forged,
          fmt::format("segment {} of the sealed table does not follow the one before it: one was dropped, moved "
                      "or exchanged",
                      i + 1));
    if (out[i].frame.header.dataset != out.front().frame.header.dataset)
      return fail(ErrorKind::forged, "the sealed table's segments are of different datasets");
  }
  return out;
}

Bytes write_tail(const std::vector<Place>& footers, std::uint64_t segment_size) {
  Bytes out;
  const auto put = [&](std::uint64_t number) {
    const auto bytes = big_endian(number);
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  for (const Place& footer : footers) put(footer.size);
  put(segment_size);
  return out;
}

}  // namespace triclave::table
