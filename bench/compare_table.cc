// The table that compare.py also gives to Parquet. It comes as two files: `data`, and `columns`, a line each:
//
//   ROWS
//   NAME FORMAT (OFFSET SIZE)...        where its buffers behind the validity stand in `data`

#include <fstream>
#include <sstream>

#include "compare_columns.h"
#include "compare_driver.h"
#include "compare_scene.h"

namespace triclave::bench {
namespace {

struct Table {
  Scene scene;
  Opener opener = scene.opener();
  Bytes data;
  triclave::table::Schema schema;
  OwnedArray batch;
  std::size_t bytes = 0;
  Bytes sealed;
  std::size_t sealed_bytes = 0;

  explicit Table(const std::string& folder) {
    std::ifstream file(folder + "/data", std::ios::binary);
    data.assign(std::istreambuf_iterator<char>(file), {});
    std::ifstream lines(folder + "/columns");
    std::uint64_t rows = 0;
    lines >> rows >> std::ws;
    std::vector<std::vector<Node>> nodes;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string name, format;
      words >> name >> format;
      Node node{rows, 0, {}};
      std::size_t offset = 0, size = 0;
      for (std::size_t i = 1; words >> offset >> size; ++i) {
        node.buffers.at(i) = ByteView(data).subspan(offset, size);
        bytes += size;
      }
      schema.columns.push_back(column(name, format));
      nodes.push_back({node});
    }
    batch = batch_of(schema, nodes);
    sealed = Bytes(bytes + bytes / 64 + kMebibyte, 1);
  }
  void seal() {
    const OwnedSchema columns = exported(schema);
    auto writer =
        must(TableWriter::make(scene.sealer(), scene.policy(), *columns, "", buffer_sink(sealed, &sealed_bytes)));
    must(writer.write(*batch));
    must(writer.finish());
  }
  void open() {
    OpenTable table = must(OpenTable::open(opener, memory_source(ByteView(sealed).first(sealed_bytes))));
    for (std::uint64_t i = 0; i < table.row_groups(); ++i) {
      OwnedArray group;
      must(table.read(i, {}, group.get()));
      benchmark::DoNotOptimize(group->children);
    }
  }
};

}  // namespace

Round table(const Arguments& arguments) {
  const auto state = std::make_shared<Table>(arguments.text("folder"));
  return [=] {
    measure("seal", state->bytes, [&] { state->seal(); });
    measure("open", state->bytes, [&] { state->open(); });
  };
}

}  // namespace triclave::bench
