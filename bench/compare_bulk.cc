// Columns of one size: the raw cipher, the bare loop of 16 KiB messages, and tables, in turns.
#include <thread>

#include "base/large_pages.h"
#include "compare_columns.h"
#include "compare_driver.h"
#include "compare_raw.h"
#include "compare_scene.h"

namespace triclave::bench {
namespace {

// Warm memory of random content, in large pages where the system gives them: so numpy's, which the peers use, lies.
Bytes warm(std::size_t size) {
  Bytes out;
  grow(out, size);
  out.resize(size);
  std::uint64_t state = 88172645463325252u;
  for (std::size_t at = 0; at + 8 <= size; at += 8) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    std::memcpy(out.data() + at, &state, 8);
  }
  return out;
}

// Columns of 64-bit numbers that stand in one piece of memory, row group after row group. A row group has 16 of them,
// or as many as fit into 64 MiB, which is what a table's row groups have unless told otherwise.
struct Columns {
  std::size_t size;
  std::size_t a_group;
  triclave::table::Schema schema;
  std::vector<OwnedArray> batches;

  Columns(ByteView plain, std::size_t column_size)
      : size(column_size),
        a_group(std::clamp<std::size_t>((std::size_t{64} << 20) / size, 1, 16)),
        schema(number_columns(a_group)) {
    for (std::size_t at = 0; at < plain.size(); at += group_bytes()) {
      std::vector<std::vector<Node>> nodes;
      for (std::size_t i = 0; i < a_group; ++i) nodes.push_back(numbers(plain.subspan(at + i * size, size)));
      batches.push_back(batch_of(schema, nodes));
    }
  }
  std::size_t group_bytes() const { return a_group * size; }
  // What cases go through in pieces of: a few hundredths of a second at most, and the clock costs nothing beside it.
  std::size_t piece() const { return std::max(group_bytes(), 4 * kMebibyte); }
};

struct Bulk {
  Scene scene;
  Opener opener = scene.opener();
  std::size_t total;
  Bytes plain;
  Bytes sealed;  // by whoever's turn it is: all of them write to and read from the same pages
  Columns columns;
  Bytes opened;  // a row group
  std::size_t sealed_bytes = 0;
  Raw raw;
  // In turns: one key state in some hundred is slower by 4 %, because of where it lies.
  std::array<Bare, 2> bares;
  std::size_t rounds = 0;

  explicit Bulk(const Arguments& arguments)
      : total(arguments.number("total")),
        plain(warm(total)),
        sealed(warm(total + total / 64 + kMebibyte)),
        columns(plain, arguments.number("size")),
        opened(warm(columns.group_bytes())) {}

  // Ends a piece where one is complete.
  void after_group(std::size_t number, Laps& laps) const {
    if ((number + 1) * columns.group_bytes() % columns.piece() == 0) laps();
  }
  void seal_table(std::unique_ptr<Sink> out, unsigned threads, std::size_t groups, Laps& laps) {
    const OwnedSchema schema = exported(columns.schema);
    auto writer = must(TableWriter::make(scene.sealer(), scene.policy(), *schema, "", std::move(out),
                                         with_threads({.row_group_bytes = 0}, threads)));
    for (std::size_t i = 0; i < groups; ++i) {
      must(writer.write(*columns.batches[i]));
      after_group(i, laps);
    }
    must(writer.finish());
  }
  void seal_table(std::unique_ptr<Sink> out, unsigned threads, Laps& laps) {
    seal_table(std::move(out), threads, columns.batches.size(), laps);
  }
  void open_table(ByteView bytes, unsigned threads, Laps& laps) {
    OpenTable table = must(OpenTable::open(opener, memory_source(bytes)));
    table.set_threads(threads);
    for (std::uint64_t i = 0; i < table.row_groups(); ++i) {
      OwnedArray batch;
      must(table.read(i, {}, batch.get()));
      benchmark::DoNotOptimize(batch->children);
      batch = {};
      after_group(i, laps);
    }
  }
  void measure_table(const std::string& suffix, unsigned threads) {
    measure("seal" + suffix, total, [&](Laps& laps) { seal_table(buffer_sink(sealed, &sealed_bytes), threads, laps); });
    measure("open" + suffix, total,
            [&](Laps& laps) { open_table(ByteView(sealed).first(sealed_bytes), threads, laps); });
  }
  void measure_raw() {
    const std::size_t piece = columns.piece();
    const std::size_t step = piece / kRawMessage * (kRawMessage + kRawTag);
    measure("raw_seal", total, [&](Laps& laps) {
      std::uint8_t* to = sealed.data();
      for (std::size_t at = 0; at < total; at += piece, to += step, laps())
        raw.seal(ByteView(plain).subspan(at, piece), to);
    });
    measure("raw_open", total, [&](Laps& laps) {
      const std::uint8_t* from = sealed.data();
      for (std::size_t at = 0; at < total; at += piece, from += step, laps()) raw.open(from, piece, opened);
    });
  }

  // Each half of the data by a thread of its own.
  template <class Half>
  void measure_halves(const std::string& name, Half&& half) {
    measure(name, total, [&] {
      std::thread other([&] { half(total / 2); });
      half(std::size_t{0});
      other.join();
    });
  }
  void measure_raw_threads() {
    const std::size_t half = total / 2;
    const std::size_t sealed_half = half / kRawMessage * (kRawMessage + kRawTag);
    measure_halves("raw_seal_2", [&](std::size_t at) {
      raw.seal(ByteView(plain).subspan(at, half), sealed.data() + (at == 0 ? 0 : sealed_half));
    });
    measure_halves("raw_open_2", [&](std::size_t at) {
      const MutableBytes out(opened);
      const std::size_t mine = out.size() / 2;
      raw.open(sealed.data() + (at == 0 ? 0 : sealed_half), half, out.subspan(at == 0 ? 0 : mine, mine));
    });
  }
  void measure_bare() {
    Bare& bare = bares[rounds++ % bares.size()];
    measure("bare_seal", total, [&](Laps& laps) {
      std::uint8_t* to = sealed.data();
      for (std::size_t at = 0; at < total; at += kBareMessage, to += kBareMessage + kRawTag) {
        if (at != 0 && at % columns.piece() == 0) laps();
        bare.engine.seal(bare.state.view().data(), bare.nonce.data(), plain.data() + at, kBareMessage, to,
                         to + kBareMessage);
      }
    });
    measure("bare_open", total, [&](Laps& laps) {
      const std::uint8_t* from = sealed.data();
      for (std::size_t at = 0; at < total; at += kBareMessage, from += kBareMessage + kRawTag) {
        if (at != 0 && at % columns.piece() == 0) laps();
        if (!bare.engine.open(bare.state.view().data(), bare.nonce.data(), from, kBareMessage, from + kBareMessage,
                              opened.data() + at % opened.size()))
          std::exit(1);
      }
    });
  }
};

// The plain calls: memory that the library manages, against the caller's.
struct Managed {
  Bytes kept;
  std::unique_ptr<OpenObject> object;
  Bytes object_bytes;

  explicit Managed(Bulk& bulk) {
    auto out = must(bulk.scene.sealer().object(kCompartment, "", memory_sink(object_bytes)));
    must(out->write(bulk.plain));
    must(out->finish());
    object = must(bulk.opener.object(memory_source(object_bytes)));
  }
  void round(Bulk& bulk) {
    measure("managed_seal", bulk.total, [&](Laps& laps) { bulk.seal_table(replacing_sink(kept), 1, laps); });
    measure("fresh_seal", bulk.columns.group_bytes(), [&](Laps& laps) {  // slow: one row group must do
      Bytes fresh;
      bulk.seal_table(memory_sink(fresh), 1, 1, laps);
    });
    measure("open_into", bulk.total, [&](Laps& laps) {
      for (std::size_t at = 0; at < bulk.total; at += bulk.opened.size(), laps())
        must(object->read_at(at, bulk.opened));
    });
  }
};

}  // namespace

Round bulk(const Arguments& arguments) {
  const auto state = std::make_shared<Bulk>(arguments);
  const auto managed = arguments.number("managed") != 0 ? std::make_shared<Managed>(*state) : nullptr;
  return [=] {
    Bulk& bulk = *state;
    bulk.measure_raw();
    bulk.measure_raw_threads();
    bulk.measure_bare();
    bulk.measure_table("", 1);
    bulk.measure_table("_2", 2);
    if (managed) managed->round(bulk);
  };
}

Round engine(const Arguments& arguments) {
  const auto state = std::make_shared<Bulk>(arguments);
  return [=] {
    state->measure_bare();
    state->measure_table("", 1);
    print_value(std::string(state->bares[0].engine.name), 1);
  };
}

}  // namespace triclave::bench
