// Small things: objects of 1 KiB in one session, and cells of 16 bytes.
#include "compare_driver.h"
#include "compare_raw.h"
#include "compare_scene.h"
#include "triclave/cells.h"

namespace triclave::bench {
namespace {

constexpr std::size_t kObject = 1024;
constexpr std::size_t kCell = 16;
constexpr std::size_t kNonce = 12;
constexpr std::size_t kRawCell = kNonce + kCell + kRawTag;

struct Objects {
  Scene scene;
  Opener opener = scene.opener();
  Bytes plain = Bytes(kObject, 7);
  std::vector<SmallObject> objects;
  std::vector<Bytes> sealed;
  std::vector<Result<Bytes>> opened;

  explicit Objects(std::size_t count) : objects(count, {"", plain}), sealed(count) {}
  void seal_all() { must(scene.sealer().objects(kCompartment, objects, sealed)); }
  void open_all() {
    const std::vector<ByteView> views(sealed.begin(), sealed.end());
    opener.objects(views, opened);
    for (const auto& each : opened)
      if (!each || *each != plain) std::exit(1);
  }
  // Each by a call of its own.
  void seal() {
    for (Bytes& each : sealed) {
      each.clear();
      auto out = must(scene.sealer().object(kCompartment, "", memory_sink(each)));
      must(out->write(plain));
      must(out->finish());
    }
  }
  void open() {
    Bytes back(kObject);
    for (const Bytes& each : sealed)
      if (must(must(opener.object(memory_source(each)))->read_at(0, back)) != kObject || back != plain) std::exit(1);
  }
};

struct CellBatch {
  Scene scene;
  Opener opener = scene.opener();
  std::size_t count;
  Cells values;
  Bytes raw_sealed, raw_opened = Bytes(count * kCell);
  CellSealer sealer = must(CellSealer::make(scene.sealer(), kCompartment, "nir"));
  CellOpener cell_opener = must(CellOpener::make(opener, sealer.prefix(), kCompartment, "nir"));
  Cells sealed, opened;
  Raw raw;

  explicit CellBatch(std::size_t many)
      : count(many), values{Bytes(many * kCell, 3), std::vector<std::uint64_t>(many + 1)}, raw_sealed(many * kRawCell) {
    for (std::size_t i = 0; i <= many; ++i) values.offsets[i] = i * kCell;
  }
  // The least that a cell needs by hand: a nonce of its own, which goes with it. Nonces are written a run ahead of the
  // cipher, which would wait for each one else and reach half of its speed (see src/table/cells.cc).
  void seal_raw() {
    constexpr std::size_t kRun = 64;
    for (std::size_t first = 0; first < count; first += kRun) {
      const std::size_t end = std::min(first + kRun, count);
      for (std::uint64_t i = first; i < end; ++i) {
        std::memset(raw_sealed.data() + i * kRawCell, 0, kNonce);
        std::memcpy(raw_sealed.data() + i * kRawCell, &i, sizeof i);
      }
      for (std::size_t i = first; i < end; ++i) {
        std::uint8_t* const cell = raw_sealed.data() + i * kRawCell;
        raw.seal_message(values.bytes.data() + i * kCell, kCell, cell + kNonce, cell + kNonce + kCell, cell);
      }
    }
  }
  // Tags are compared, and the values kept.
  void open_raw() {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t* const cell = raw_sealed.data() + i * kRawCell;
      raw.open_message(cell + kNonce, kCell, cell + kNonce + kCell, raw_opened.data() + i * kCell, cell);
    }
  }
};

}  // namespace

Round objects(const Arguments& arguments) {
  const auto state = std::make_shared<Objects>(arguments.number("count"));
  return [=] {
    measure("one_seal", state->sealed.size(), [&] { state->seal(); });
    measure("one_open", state->sealed.size(), [&] { state->open(); });
    measure("seal", state->sealed.size(), [&] { state->seal_all(); });
    measure("open", state->sealed.size(), [&] { state->open_all(); });
  };
}

Round cells(const Arguments& arguments) {
  const auto state = std::make_shared<CellBatch>(arguments.number("count"));
  return [=] {
    measure("raw_seal", state->count, [&] { state->seal_raw(); });
    measure("raw_open", state->count, [&] { state->open_raw(); });
    measure("seal", state->count, [&] { must(state->sealer.seal(state->values, state->sealed)); });
    measure("open", state->count, [&] { must(state->cell_opener.open(state->sealed, state->opened)); });
    if (state->opened.bytes != state->values.bytes) std::exit(1);
  };
}

}  // namespace triclave::bench
