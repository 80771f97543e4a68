// 7. Every single-bit flip and every truncation of a small table: never a wrong value, and an error of a kind that
// fits. In parts, so that they run side by side.
#include "table_attack.h"

namespace triclave::attacks {
namespace {

constexpr std::size_t kSlices = 8;

// Two compartments of one recipient each: the smallest capsule. One of three columns is compressed.
class TableFlips : public TableAttack, public ::testing::WithParamInterface<std::size_t> {
 protected:
  TableFlips() {
    Access access;
    access.more =
        "compartments { name: \"one\" access: \"ovh\" columns: \"code\" }\n"
        "compartments { name: \"two\" access: \"orange\" columns: \"*\" }\n";
    claims = world.policy(access);
    const Names both = {"one", "two"};
    small.emplace(std::move(Sealer::make(claims, producer(), both).value()));
  }
  static Parts rows(std::int64_t first) {
    return batch_of({texts("code", {"nir-" + std::to_string(first), std::nullopt, "x"}),
                     fixed<std::int64_t>("stay", "l", {first, std::nullopt, 7}),
                     booleans("ok", {true, false, std::nullopt})});
  }
  Bytes table(bool embed) const { return table_of(truth, {.embed_capsule = embed, .compress = {"ok"}}, &*small); }
  Opener reader(bool knows) const {
    Opener out = Opener::make(claims, world.providers({"ovh", "orange"}));
    if (knows) {
      EXPECT_OK(out.add_capsule(small->capsule()));
    }
    return out;
  }
  template <class Judge>
  void flip(Bytes bytes, std::size_t from, std::size_t to, std::size_t bits_per_byte, Judge&& judge) const {
    for (std::size_t at = from; at < to; ++at)
      for (std::size_t bit = 0; bit < bits_per_byte; ++bit) {
        const std::size_t turn = at * bits_per_byte + bit;
        if (turn % kSlices != GetParam() || turn / kSlices % kStride != 0) continue;
        const auto mask = static_cast<std::uint8_t>(1u << (bits_per_byte == 8 ? bit : at % 8));
        bytes[at] ^= mask;
        const Names kinds = judge(bytes);
        bytes[at] ^= mask;
        ASSERT_EQ(kinds.size(), 1u) << at;
        // A header that names another capsule asks for one that is not at hand: nobody can say more.
        const bool other_capsule = at >= named && at < named + 32;
        ASSERT_THAT(kinds[0], ::testing::AnyOf("malformed", "forged", "unsupported",
                                               other_capsule ? "invalid_argument" : "forged"))
            << at;
      }
  }
  void find_capsule_id(const Bytes& file) {
    const Id& id = small->capsule_id();
    named = static_cast<std::size_t>(std::search(file.begin(), file.end(), id.begin(), id.end()) - file.begin());
  }

  const std::vector<Parts> truth = {rows(1), rows(2)};
  std::optional<Sealer> small;
  std::size_t named = 0;
};

TEST_P(TableFlips, OfADetachedTable) {
  const Bytes file = table(false);
  find_capsule_id(file);
  Opener opener = reader(true);
  ASSERT_THAT(refusals(opener, file, truth), ::testing::IsEmpty());
  flip(file, 0, file.size(), 8, [&](const Bytes& changed) { return refusals(opener, changed, truth); });
}

// The embedded capsule and all behind it are judged by the same code as above and as a capsule alone: there, one bit of
// each byte.
TEST_P(TableFlips, OfATableWithItsCapsule) {
  const Bytes file = table(true);
  find_capsule_id(file);
  const auto judge = [&](const Bytes& changed) {
    Opener opener = reader(false);
    return refusals(opener, changed, truth);
  };
  ASSERT_THAT(judge(file), ::testing::IsEmpty());
  const auto segment = table::read_segments(*memory_source(file)).value().front();
  const std::size_t end = segment.frame.stream_offset, begin = end - segment.frame.capsule.size();
  flip(file, 0, begin, 8, judge);
  flip(file, begin, end, 1, judge);
  flip(file, end, file.size(), 1, judge);
}

TEST_P(TableFlips, AndEveryTruncation) {
  for (const bool embed : {false, true}) {
    const Bytes file = table(embed);
    Opener opener = reader(true);
    for (std::size_t size = GetParam(); size < file.size(); size += kSlices * kStride) {
      const auto front = OpenTable::open(opener, memory_source(ByteView(file).first(size)));
      ASSERT_EQ(kind_of(front), "malformed") << size;
      if (size == 0) continue;
      const auto back = OpenTable::open(opener, memory_source(ByteView(file).subspan(size)));
      ASSERT_EQ(kind_of(back), "malformed") << size;
    }
  }
}

// A further segment under a capsule of its own: flips there, and what they leave of the first segment's rows.
TEST_P(TableFlips, OfAnAppendedSegment) {
  const Bytes first = table_of({truth[0]}, {}, &*small);
  const Names both = {"one", "two"};
  const Sealer later = std::move(Sealer::make(claims, producer(), both).value());
  const auto source = memory_source(first);
  const Bytes file = table_of({truth[1]}, {.append_to = source.get()}, &later);
  Opener opener = reader(true);
  ASSERT_OK(opener.add_capsule(later.capsule()));
  ASSERT_THAT(refusals(opener, file, truth), ::testing::IsEmpty());
  const Id& id = later.capsule_id();
  named = static_cast<std::size_t>(std::search(file.begin(), file.end(), id.begin(), id.end()) - file.begin());
  flip(file, first.size(), file.size(), 2, [&](const Bytes& changed) { return refusals(opener, changed, truth); });
}

INSTANTIATE_TEST_SUITE_P(Part, TableFlips, ::testing::Range(std::size_t{0}, kSlices));

}  // namespace
}  // namespace triclave::attacks
