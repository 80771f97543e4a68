// 15. Engines that disagree: a table whose messages any engine sealed opens to the same values, and each engine opens
// what the writer sealed to the same bytes.
#include "cipher/engine.h"
#include "table_attack.h"

namespace triclave::attacks {
namespace {

class TableEngines : public TableAttack {
 protected:
  // Every message of a table of one segment: footers, then chunks.
  struct Message {
    std::string compartment;
    std::uint64_t stream;
    table::Place place;
  };
  std::vector<Message> messages_of(const Bytes& file) const {
    const auto segment = std::move(table::read_segments(*memory_source(file)).value().front());
    const auto& names = segment.frame.header.compartments;
    std::vector<Message> out;
    for (std::size_t c = 0; c < names.size(); ++c) {
      const table::Place place{segment.frame.stream_offset + segment.footers[c].offset, segment.footers[c].size};
      out.push_back({names[c], c, place});
      const Bytes plain = unsealed(file, names[c], c, ByteView(file).subspan(place.offset, place.size));
      const auto footer = table::parse_footer(plain, segment.chunks_size(), names.size()).value();
      for (std::size_t g = 0; g < footer.row_groups.size(); ++g)
        for (std::size_t i = 0; i < footer.own.size(); ++i) {
          const table::Place chunk = footer.row_groups[g].chunks[i];
          out.push_back({names[c],
                         table::chunk_stream(names.size(), footer.columns, g, footer.own[i].position),
                         {segment.frame.stream_offset + chunk.offset, chunk.size}});
        }
    }
    return out;
  }
};

TEST_F(TableEngines, EachOpensWhatEachSealed) {
  // Chunks of a few bytes, of one Cobblestone chunk and a bit, and of several.
  const std::vector<Parts> truth = {visits(0, 3), visits(3, 2100), visits(2103, 9000)};
  const Bytes file = table_of(truth, {.compress = {"note"}});
  const auto messages = messages_of(file);
  ASSERT_EQ(messages.size(), 2u + 3 * 4);
  std::size_t engines = 0;
  for (const cipher::Engine* engine : cipher::engines()) {
    if (!engine->runs_here()) continue;
    ++engines;
    Bytes again = file;
    for (const Message& each : messages) {
      const ByteView sealed = ByteView(file).subspan(each.place.offset, each.place.size);
      const Bytes expected = unsealed(file, each.compartment, each.stream, sealed);
      cipher::Prefix prefix;
      std::copy_n(sealed.begin(), prefix.size(), prefix.begin());
      const auto at = context(file, each.stream);
      const auto opening = cipher::Message::open(key(each.compartment), at, prefix, *engine);
      ASSERT_OK(opening) << engine->name;
      Bytes plain(expected.size());
      ASSERT_OK(opening->open_run(0, sealed.subspan(prefix.size()), true, plain)) << engine->name;
      EXPECT_EQ(plain, expected) << engine->name;

      const auto sealing = cipher::Message::create(key(each.compartment), at, *engine);
      const MutableBytes to = MutableBytes(again).subspan(each.place.offset, each.place.size);
      std::copy(sealing.prefix().begin(), sealing.prefix().end(), to.begin());
      ASSERT_OK(sealing.seal_run(0, plain, true, to.subspan(prefix.size())));
    }
    EXPECT_NE(again, file);
    const auto back = read_table(again);  // by the engine that this machine prefers
    ASSERT_OK(back) << engine->name;
    EXPECT_EQ(*back, shown_of(truth)) << engine->name;
  }
  EXPECT_GE(engines, 1u);
}

}  // namespace
}  // namespace triclave::attacks
