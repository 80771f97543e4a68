// The segments of a table: they cover the file from its begin to its end, each names the one before it, and its parts
// lie within it one behind the other.
#include "harness.h"
#include "sources.h"
#include "table/segments.h"
#include "triclave/table.h"

using namespace triclave;

FUZZ_TARGET(input) {
  const auto source = fuzz::source_of(input, fuzz::SourceKind::file);
  const auto segments = table::read_segments(*source);
  std::vector<Bytes> capsules;
  const auto info = inspect_table(*source, &capsules);
  REQUIRE(segments.has_value() == info.has_value());
  Bytes copy;
  const auto replaced = replace_table_capsules(*source, {}, *memory_sink(copy));
  REQUIRE(segments.has_value() == replaced.has_value());
  if (!segments)
    return REQUIRE(
        fuzz::is_one_of(segments.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}));
  REQUIRE(fuzz::same(copy, input));
  REQUIRE(info->segments.size() == segments->size() && capsules.size() == segments->size());
  REQUIRE(info->sealed_size == input.size());
  std::uint64_t at = 0;
  const Id* before = nullptr;
  for (const table::Segment& each : *segments) {
    REQUIRE(each.begin == at && each.size <= input.size() - at);
    at += each.size;
    REQUIRE(each.frame.header.previous.has_value() == (before != nullptr));
    REQUIRE(before == nullptr || *each.frame.header.previous == *before);
    before = &each.frame.header_hash;
    REQUIRE(each.footers.size() == each.frame.header.compartments.size() && !each.footers.empty());
    std::uint64_t place = each.chunks_size();
    for (const table::Place& footer : each.footers) {
      REQUIRE(footer.offset == place);
      place += footer.size;
    }
    const Bytes tail = table::write_tail(each.footers, each.size);
    REQUIRE(each.frame.stream_offset + place + tail.size() == at);
    REQUIRE(fuzz::same(tail, input.subspan(static_cast<std::size_t>(at - tail.size()), tail.size())));
  }
  REQUIRE(at == input.size());
}
