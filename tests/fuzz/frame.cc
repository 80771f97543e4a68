// The frame of a sealed object: what was read would be written with the same bytes, from memory as from a pipe.
#include "envelope/frame.h"

#include "capsule/record.h"
#include "harness.h"
#include "sources.h"
#include "triclave/opener.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto source = memory_source(input);
  const auto frame = envelope::read_frame(*source);
  const auto piped = envelope::read_frame(*fuzz::source_of(input, fuzz::SourceKind::pipe));
  REQUIRE(frame.has_value() == piped.has_value());
  const auto info = inspect_object(*source);
  if (!frame) {
    REQUIRE(!info && fuzz::is_one_of(frame.error(), {ErrorKind::malformed, ErrorKind::unsupported}));
    return;
  }
  REQUIRE(frame->capsule.size() <= capsule::kMaxRecord && frame->stream_offset <= input.size());
  const auto written = envelope::write_frame(frame->header, frame->capsule);
  REQUIRE(written.header_hash == frame->header_hash && written.header_hash == piped->header_hash);
  REQUIRE(fuzz::same(written.bytes, input.first(static_cast<std::size_t>(frame->stream_offset))));
  if (!info) return REQUIRE(fuzz::is_one_of(info.error(), {ErrorKind::malformed}));
  REQUIRE(info->sealed_size == input.size() && *info->plain_size < input.size());
}
