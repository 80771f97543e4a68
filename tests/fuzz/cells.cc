// Sealed cells, changed: a cell opens to the value that was sealed under its number or not at all, and offsets that lie
// are refused by both sides.
#include "triclave/cells.h"

#include <optional>

#include "edits.h"
#include "harness.h"
#include "script.h"
#include "session.h"

using namespace triclave;
namespace support = triclave::testing;

namespace {

struct Sealed : fuzz::Session {
  CellSealer sealing = CellSealer::make(sealer, "clinical", "weight").value();
  Bytes prefix{sealing.prefix().begin(), sealing.prefix().end()};
  Cells values{support::sample(700), {0, 0, 13, 13, 29, 300, 700}};
  Cells cells;
  Opener reader = opener();
  std::optional<CellOpener> opening;

  Sealed() {
    REQUIRE(sealing.seal(values, cells));
    REQUIRE(reader.add_capsule(sealer.capsule()));
    opening.emplace(CellOpener::make(reader, prefix, "clinical", "weight").value());
  }
  ByteView value(std::size_t i) const {
    return ByteView(values.bytes).subspan(values.offsets[i], values.offsets[i + 1] - values.offsets[i]);
  }
};

void open_changed(const Sealed& sealed, ByteView edits) {
  const Bytes changed = fuzz::edited(sealed.cells.bytes, edits, kCellOverhead);
  Cells out{{1}, {0, 1}};
  // All of them, where they still lie side by side.
  if (changed.size() >= sealed.cells.bytes.size()) {
    const auto all = sealed.opening->open({changed, sealed.cells.offsets}, out);
    const bool same = fuzz::same(ByteView(changed).first(sealed.cells.bytes.size()), sealed.cells.bytes);
    // Whole cells may have changed places; each tells its number.
    if (same) REQUIRE(all && out.bytes == sealed.values.bytes && out.offsets == sealed.values.offsets);
    if (!all) REQUIRE(fuzz::is_one_of(all.error(), {ErrorKind::forged}) && out.bytes.empty() && out.offsets.empty());
  }
  // One of any length at any place.
  for (std::size_t i = 0; i + 1 < sealed.cells.offsets.size(); ++i) {
    const std::size_t from = std::min<std::size_t>(sealed.cells.offsets[i], changed.size());
    const std::size_t size =
        std::min<std::size_t>(sealed.cells.offsets[i + 1] - sealed.cells.offsets[i], changed.size() - from);
    const ByteView cell = ByteView(changed).subspan(from, size);
    const auto opened = sealed.opening->open(Cells::one(cell), out);
    if (!opened) {
      REQUIRE(fuzz::is_one_of(opened.error(), {ErrorKind::forged, ErrorKind::malformed}) && out.bytes.empty());
      continue;
    }
    const std::uint32_t number = from_big_endian<std::uint32_t>(cell);
    REQUIRE(number + 1 < sealed.values.offsets.size() && fuzz::same(out.bytes, sealed.value(number)));
  }
}

void open_prefix(Sealed& sealed, ByteView edits) {
  const Bytes changed = fuzz::edited(sealed.prefix, edits, kCellOverhead);
  const auto opened = CellOpener::make(sealed.reader, changed, "clinical", "weight");
  REQUIRE(opened.has_value() == (changed == sealed.prefix));
  // invalid_argument: the prefix names a capsule that is not at hand.
  if (!opened)
    REQUIRE(fuzz::is_one_of(opened.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged,
                                             ErrorKind::invalid_argument}));
}

void lie_about_offsets(Sealed& sealed, ByteView input) {
  fuzz::Script script(input);
  const Bytes bytes = support::sample(600);
  std::vector<std::uint64_t> offsets(script.pick(6));
  for (std::uint64_t& each : offsets)
    each = script.rarely(32) ? script.take<std::uint64_t>() : script.take<std::uint16_t>() % 700;
  bool honest = true;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
    honest = honest && offsets[i] <= offsets[i + 1] && offsets[i + 1] <= bytes.size();
  Cells out, back;
  const auto done = sealed.sealing.seal({bytes, offsets}, out);
  REQUIRE(done.has_value() == honest);
  if (!done) {
    REQUIRE(fuzz::is_one_of(done.error(), {ErrorKind::invalid_argument}));
    REQUIRE(fuzz::is_one_of(sealed.opening->open({bytes, offsets}, back).error(), {ErrorKind::invalid_argument}));
    return;
  }
  REQUIRE(sealed.opening->open(out, back));
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
    REQUIRE(fuzz::same(ByteView(back.bytes).subspan(back.offsets[i], back.offsets[i + 1] - back.offsets[i]),
                       ByteView(bytes).subspan(offsets[i], offsets[i + 1] - offsets[i])));
}

}  // namespace

// The first byte chooses what is changed; edits or a script follow.
FUZZ_TARGET(input) {
  static Sealed sealed;
  if (input.empty()) return;
  if (input[0] % 3 == 0) return open_changed(sealed, input.subspan(1));
  if (input[0] % 3 == 1) return open_prefix(sealed, input.subspan(1));
  lie_about_offsets(sealed, input.subspan(1));
}
