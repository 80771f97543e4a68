// Ranges of a changed object: each is refused or is what stood there, and the size is told only where it is authentic.
#include "edits.h"
#include "harness.h"
#include "sealed_objects.h"
#include "sources.h"
#include "support/zero.h"

using namespace triclave;

namespace {

void read(OpenObject& opened, const Bytes& plain, std::uint64_t offset, std::size_t size) {
  Bytes out(size, 0xAA);
  const auto got = opened.read_at(offset, out);
  if (!got) {
    REQUIRE(fuzz::is_one_of(got.error(), {ErrorKind::malformed, ErrorKind::forged, ErrorKind::invalid_argument}));
    REQUIRE(all_zero(out));
    return;
  }
  const std::size_t there = offset < plain.size() ? plain.size() - static_cast<std::size_t>(offset) : 0;
  REQUIRE(*got == std::min(size, there));
  REQUIRE(*got == 0 ||
          fuzz::same(ByteView(out).first(*got), ByteView(plain).subspan(static_cast<std::size_t>(offset), *got)));
}

}  // namespace

// Two bytes as in object.cc, then four ranges of u24 offset and u16 length; edits follow.
FUZZ_TARGET(input) {
  static const fuzz::SealedObjects all;
  constexpr std::size_t kRanges = 4, kRange = 5, kHead = 2 + kRanges * kRange;
  if (input.size() < kHead) return;
  const auto& object = all.objects[input[0] % all.objects.size()];
  const Bytes changed = fuzz::edited(object.sealed, input.subspan(kHead), cipher::kSealedChunkSize);
  const auto kind = fuzz::source_kind(input[1]);
  const bool pipe = kind == fuzz::SourceKind::pipe;
  const auto opened = all.open(fuzz::source_of(changed, kind));
  if (!opened)
    return REQUIRE(fuzz::is_one_of(opened.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}));

  std::uint64_t next = 0;
  for (std::size_t i = 0; i < kRanges; ++i) {
    const ByteView range = input.subspan(2 + i * kRange, kRange);
    const std::uint64_t offset = std::uint64_t{range[0]} << 16 | std::uint64_t{range[1]} << 8 | range[2];
    const auto size = from_big_endian<std::uint16_t>(range.subspan(3));
    read(**opened, object.plain, pipe ? next : offset, size);
    next += size;
  }
  read(**opened, object.plain, ~std::uint64_t{0} - input[1], 300);
  if (const auto size = (*opened)->size()) REQUIRE(!pipe && *size == object.plain.size());
}
