// Sealed tables: bench_table prints the targets, each against a bare loop of the raw engine in the same run.
#include <sys/resource.h>

#include <cstring>
#include <random>

#include "common.h"
#include "support/temp_folder.h"
#include "support/world.h"
#include "table/column.h"
#include "table/owned.h"
#include "triclave/cells.h"
#include "triclave/table.h"

namespace triclave {
namespace {

using namespace bench;
using table::Field;
using table::Node;
using table::OwnedArray;
using table::OwnedSchema;

constexpr std::size_t kGibibyte = std::size_t{1} << 30;

struct Scene {
  testing::World world;
  Policy policy = world.policy(
      {"2 of (outscale, ovh, orange)", "2 of (outscale, ovh, orange)", "default_compartment: \"clinical\"\n"});
  Sealer sealer = must(Sealer::make(policy, world.signer("pipeline")));

  Opener opener() const {
    Opener out = Opener::make(policy, world.providers({"outscale", "ovh"}));
    must(out.add_capsule(sealer.capsule()));
    must(out.unlock(sealer.capsule_id()));
    return out;
  }
};

Field named(std::string name, std::string format) {
  Field out;
  out.name = std::move(name);
  out.format = std::move(format);
  return out;
}

// "c7".
std::string numbered(int i) {
  std::string out = "c";
  out += std::to_string(i);
  return out;
}

// Columns built in memory of their own, handed out as one record batch.
class Columns {
 public:
  explicit Columns(std::uint64_t rows) : rows_(rows) {}

  void fixed(const std::string& name, const std::string& format, std::size_t width, bool nulls) {
    Node node{rows_, 0, {validity(nulls, node_nulls_), random(rows_ * width)}};
    node.nulls = node_nulls_;
    add(named(name, format), {node});
  }
  void bits(const std::string& name) {
    Bytes bytes((rows_ + 7) / 8, 0x5A);
    if (rows_ % 8 != 0) bytes.back() = static_cast<std::uint8_t>(bytes.back() & ((1u << (rows_ % 8)) - 1));
    add(named(name, "b"), {Node{rows_, 0, {ByteView{}, keep(std::move(bytes))}}});
  }
  // Texts of 4 to 20 bytes.
  void texts(const std::string& name, bool nulls) {
    std::vector<std::int32_t> offsets(rows_ + 1);
    for (std::uint64_t i = 0; i < rows_; ++i)
      offsets[i + 1] = offsets[i] + 4 + static_cast<std::int32_t>(i * 2654435761u % 17);
    Bytes data(static_cast<std::size_t>(offsets.back()));
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>('a' + i * 7 % 26);
    Bytes raw(offsets.size() * 4);
    std::memcpy(raw.data(), offsets.data(), raw.size());
    Node node{rows_, 0, {validity(nulls, node_nulls_), keep(std::move(raw)), keep(std::move(data))}};
    node.nulls = node_nulls_;
    add(named(name, "u"), {node});
  }
  void codes(const std::string& name) {
    Bytes indices(rows_ * 4);
    for (std::uint64_t i = 0; i < rows_; ++i) indices[i * 4] = static_cast<std::uint8_t>(i % 200);
    Bytes offsets(201 * 4), data(200 * 5, 'k');
    for (std::uint32_t i = 0; i < 201; ++i) {
      const std::uint32_t at = i * 5;
      std::memcpy(offsets.data() + i * 4, &at, 4);
    }
    Field field = named(name, "i");
    field.dictionary.push_back(named("", "u"));
    add(std::move(field), {Node{rows_, 0, {ByteView{}, keep(std::move(indices))}},
                           Node{200, 0, {ByteView{}, keep(std::move(offsets)), keep(std::move(data))}}});
  }

  OwnedArray batch() const {
    OwnedArray out;
    table::export_batch(schema_.columns, nodes_, {}, rows_, out.get());
    return out;
  }
  OwnedSchema schema() const {
    OwnedSchema out;
    table::export_schema(schema_, out.get());
    return out;
  }
  std::size_t bytes() const {
    std::size_t out = 0;
    for (const Bytes& each : memory_) out += each.size();
    return out;
  }
  std::size_t count() const { return nodes_.size(); }

 private:
  ByteView keep(Bytes bytes) {
    memory_.push_back(std::move(bytes));
    return memory_.back();
  }
  ByteView random(std::size_t size) {
    std::mt19937_64 source(memory_.size());
    Bytes out(size);
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      const std::uint64_t value = source();
      std::memcpy(out.data() + i, &value, 8);
    }
    return keep(std::move(out));
  }
  ByteView validity(bool nulls, std::uint64_t& count) {
    count = 0;
    if (!nulls) return {};
    Bytes out((rows_ + 7) / 8);
    for (std::uint64_t i = 0; i < rows_; ++i) {
      if (i % 11 == 0)
        ++count;
      else
        out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | 1u << (i % 8));
    }
    return keep(std::move(out));
  }
  void add(Field field, std::vector<Node> nodes) {
    must(table::check_field(field));
    schema_.columns.push_back(std::move(field));
    nodes_.push_back(std::move(nodes));
  }

  std::uint64_t rows_;
  std::uint64_t node_nulls_ = 0;
  table::Schema schema_;
  std::vector<std::vector<Node>> nodes_;
  std::vector<Bytes> memory_;
};

// 16 columns of the types that health data has, 132 bytes a row.
Columns mixed(std::uint64_t rows) {
  Columns out(rows);
  for (const char* name : {"patient", "stay", "unit"}) out.fixed(name, "l", 8, false);
  out.fixed("dose", "g", 8, true);
  out.fixed("result", "g", 8, true);
  out.fixed("height", "f", 4, true);
  out.fixed("count", "i", 4, false);
  out.fixed("age", "i", 4, true);
  out.fixed("birth", "tdD", 4, false);
  out.fixed("taken", "tsu:Europe/Paris", 8, true);
  out.fixed("cost", "d:12,2", 16, false);
  out.fixed("digest", "w:16", 16, false);
  out.bits("urgent");
  out.texts("name", false);
  out.texts("remark", true);
  out.codes("diagnosis");
  return out;
}

Bytes sealed(const Scene& scene, const Columns& columns, TableOptions options = {}) {
  Bytes out;
  out.reserve(columns.bytes() + columns.bytes() / 100 + (std::size_t{1} << 20));
  auto writer =
      must(TableWriter::make(scene.sealer, scene.policy, *columns.schema(), "", memory_sink(out), std::move(options)));
  must(writer.write(*columns.batch()));
  must(writer.finish());
  return out;
}

void read_all(OpenTable& table, std::span<const std::string> columns = {}) {
  for (std::uint64_t i = 0; i < table.row_groups(); ++i) {
    OwnedArray batch;
    must(table.read(i, columns, batch.get()));
    benchmark::DoNotOptimize(batch->children);
  }
}

void print_bulk(const Scene& scene) {
  const Columns columns = mixed(kGibibyte / 132);
  Bare bare;
  const std::size_t bytes = columns.bytes() / kBareMessage * kBareMessage;
  const Bytes plain(bytes, 7);
  Bytes warm(columns.bytes() + columns.bytes() / 100 + (std::size_t{1} << 20), 1);
  print_ratio(
      "sealing a 1 GiB table of 16 columns into warm memory", 0.8, bytes, [&] { bare.seal(plain); },
      [&] {
        auto writer = must(TableWriter::make(scene.sealer, scene.policy, *columns.schema(), "", buffer_sink(warm)));
        must(writer.write(*columns.batch()));
        must(writer.finish());
      });
  print_ratio(
      "sealing it, output dropped run by run", 0.8, bytes, [&] { bare.seal(plain); },
      [&] {
        auto writer = must(
            TableWriter::make(scene.sealer, scene.policy, *columns.schema(), "", std::make_unique<DiscardingSink>()));
        must(writer.write(*columns.batch()));
        must(writer.finish());
      });
  const Bytes theirs = bare.seal_all(plain);
  const Bytes ours = sealed(scene, columns);
  Opener opener = scene.opener();
  print_ratio(
      "opening it", 0.8, bytes, [&] { bare.open(theirs); },
      [&] {
        OpenTable table = must(OpenTable::open(opener, memory_source(ours)));
        read_all(table);
      });
}

void print_one_of_hundred(const Scene& scene) {
  Columns columns(100'000);
  for (int i = 0; i < 100; ++i) columns.fixed(numbered(i), "l", 8, false);
  const Bytes bytes = sealed(scene, columns);
  Opener opener = scene.opener();
  std::size_t read = 0;
  OpenTable table = must(OpenTable::open(opener, std::make_unique<CountingSource>(bytes, read)));
  const std::vector<std::string> one = {"c50"};
  read_all(table, one);
  std::printf("opening one of 100 equal columns reads %.2f %% of the bytes, target under 2\n",
              100 * static_cast<double>(read) / static_cast<double>(bytes.size()));
}

void print_thousand(const Scene& scene) {
  constexpr std::uint64_t kRows = 64;
  Columns few(kRows), many(kRows);
  few.fixed("c0", "l", 8, false);
  for (int i = 0; i < 1001; ++i) many.fixed(numbered(i), "l", 8, false);
  Opener opener = scene.opener();
  double seal_time = 1e9, open_time = 1e9;
  Bytes bytes;
  for (int round = 0; round < 10; ++round) {
    seal_time = std::min(seal_time, seconds([&] { bytes = sealed(scene, many); }));
    open_time = std::min(open_time, seconds([&] {
                           OpenTable table = must(OpenTable::open(opener, memory_source(bytes)));
                           read_all(table);
                         }));
  }
  const std::size_t more = bytes.size() - sealed(scene, few).size();
  std::printf(
      "1,000 columns more: sealed in %.1f ms, opened in %.1f ms, target 10; %.0f bytes each beyond their data, "
      "target 300\n",
      seal_time * 1e3, open_time * 1e3, static_cast<double>(more) / 1000 - 8 * kRows);
}

void print_cells(const Scene& scene) {
  constexpr std::size_t kCells = 1'000'000, kSize = 16;
  Cells values{Bytes(kCells * kSize, 3), std::vector<std::uint64_t>(kCells + 1)};
  for (std::size_t i = 0; i <= kCells; ++i) values.offsets[i] = i * kSize;
  Bare bare;
  const auto raw = [&] {
    for (std::size_t i = 0; i < kCells; ++i)
      bare.engine.seal(bare.state.view().data(), bare.nonce.data(), values.bytes.data() + i * kSize, kSize,
                       bare.out.data() + (i % 8192) * 32, bare.out.data() + (i % 8192) * 32 + kSize);
  };
  CellSealer sealer = must(CellSealer::make(scene.sealer, "clinical", "nir"));
  Cells out, back;
  double best_raw = 1e9, best_seal = 1e9, best_open = 1e9;
  Opener opener = scene.opener();
  const CellOpener cell_opener = must(CellOpener::make(opener, sealer.prefix(), "clinical", "nir"));
  for (int round = 0; round < 7; ++round) {
    best_raw = std::min(best_raw, seconds(raw));
    best_seal = std::min(best_seal, seconds([&] { must(sealer.seal(values, out)); }));
    best_open = std::min(best_open, seconds([&] { must(cell_opener.open(out, back)); }));
  }
  std::printf(
      "cells of 16 bytes, millions a second: raw engine %.1f, sealed %.1f (%.2f of it, target 0.8), opened %.1f\n",
      1 / best_raw, 1 / best_seal, best_raw / best_seal, 1 / best_open);
}

long peak_mebibytes() {
  rusage now{};
  getrusage(RUSAGE_SELF, &now);
  return now.ru_maxrss / 1024;
}

void print_memory(const Scene& scene) {
  const Columns columns = mixed((std::size_t{64} << 20) / 132);
  {
    auto writer =
        must(TableWriter::make(scene.sealer, scene.policy, *columns.schema(), "", std::make_unique<DiscardingSink>()));
    for (int i = 0; i < 256; ++i) must(writer.write(*columns.batch()));
    must(writer.finish());
  }
  std::printf(
      "sealing a table of 16 GiB in batches of 64 MiB: peak memory %ld MiB, the batch itself among it, target 256\n",
      peak_mebibytes());
  const testing::TempFolder folder;
  const auto file = folder.path() / "table";
  auto writer = must(TableWriter::make(scene.sealer, scene.policy, *columns.schema(), "", must(file_sink(file))));
  for (int i = 0; i < 64; ++i) must(writer.write(*columns.batch()));
  must(writer.finish());
  Opener opener = scene.opener();
  OpenTable table = must(OpenTable::open(opener, must(file_source(file))));
  read_all(table);
  std::printf("and opening one of 4 GiB from a file: peak %ld MiB\n", peak_mebibytes());
}

}  // namespace
}  // namespace triclave

int main() {
  const triclave::Scene scene;
  triclave::print_memory(scene);
  triclave::print_one_of_hundred(scene);
  triclave::print_thousand(scene);
  triclave::print_cells(scene);
  triclave::print_bulk(scene);
}
