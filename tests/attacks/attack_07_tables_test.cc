// 7. Columns, chunks, row groups, footers and segments of sealed tables swapped, dropped, repeated and exchanged,
// between two tables of one capsule too.
#include "base/integers.h"
#include "format/strict.h"
#include "table_attack.h"

namespace triclave::attacks {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;

const auto kForged = ElementsAre("forged");

class TableParts : public TableAttack {
 protected:
  static constexpr std::size_t kChunks = 12;  // of four columns in three row groups
  const std::vector<Parts> truth = three(1000);
  const Bytes file = table_of(truth);
  const Apart good = apart(file, kChunks);
  const Bytes twin = table_of(truth);  // the same session, keys, name and content
  const Apart other = apart(twin, kChunks);

  void expect(const Apart& changed, const auto& matcher) const {
    EXPECT_THAT(refusals(changed.joined(), truth), matcher);
  }
};

TEST_F(TableParts, Untouched) {
  EXPECT_EQ(good.joined(), file);
  EXPECT_THAT(refusals(file, truth), IsEmpty());
}

TEST_F(TableParts, TwoChunksSwapped) {
  for (std::size_t i = 0; i < kChunks; ++i)
    for (std::size_t j = i + 1; j < kChunks; ++j) {
      Apart changed = good;
      std::swap(changed.chunks[i], changed.chunks[j]);
      expect(changed, kForged);
    }
}

TEST_F(TableParts, OneChunkInThePlaceOfAnother) {
  for (std::size_t i = 0; i < kChunks; ++i)
    for (std::size_t j = 0; j < kChunks; ++j) {
      if (i == j) continue;
      Apart changed = good;
      changed.chunks[i] = changed.chunks[j];
      expect(changed, kForged);
    }
}

TEST_F(TableParts, RowGroupsSwapped) {
  for (std::size_t g = 0; g < 2; ++g) {
    Apart changed = good;
    std::swap_ranges(changed.chunks.begin() + static_cast<std::ptrdiff_t>(4 * g),
                     changed.chunks.begin() + static_cast<std::ptrdiff_t>(4 * g + 4), changed.chunks.begin() + 8);
    expect(changed, kForged);
  }
}

TEST_F(TableParts, DroppedAndRepeated) {
  const auto at = [](auto& chunks, std::size_t i) { return chunks.begin() + static_cast<std::ptrdiff_t>(i); };
  for (std::size_t i = 0; i < kChunks; ++i) {
    Apart dropped = good;
    dropped.chunks.erase(at(dropped.chunks, i));
    EXPECT_THAT(refusals(dropped.joined(), truth), Not(IsEmpty()));
    EXPECT_THAT(refusals(dropped.joined(), truth), Each(::testing::AnyOf("forged", "malformed")));
    Apart twice = good;
    twice.chunks.insert(at(twice.chunks, i), good.chunks[i]);
    // All chunks behind it are read from a wrong place; of the last one, nobody misses what follows it.
    if (i + 1 < kChunks)
      expect(twice, kForged);
    else
      expect(twice, IsEmpty());
  }
}

TEST_F(TableParts, ChunksOfAnotherTable) {
  for (std::size_t i = 0; i < kChunks; ++i) {
    Apart changed = good;
    changed.chunks[i] = other.chunks[i];
    expect(changed, kForged);
  }
  Apart all = good;
  all.chunks = other.chunks;
  expect(all, kForged);
}

TEST_F(TableParts, FootersSwappedRepeatedAndOfAnotherTable) {
  Apart changed = good;
  std::swap(changed.footers[0], changed.footers[1]);
  expect(changed, kForged);
  for (std::size_t c = 0; c < 2; ++c) {
    changed = good;
    changed.footers[c] = good.footers[1 - c];
    expect(changed, kForged);
    changed = good;
    changed.footers[c] = other.footers[c];
    expect(changed, kForged);
    changed = good;
    changed.footers[c] = good.chunks[0];
    expect(changed, kForged);
    changed = good;
    changed.footers[c].clear();
    expect(changed, ElementsAre("malformed"));
    changed = good;
    changed.footers.erase(changed.footers.begin() + static_cast<std::ptrdiff_t>(c));
    expect(changed, ElementsAre("malformed"));
  }
  changed = good;
  changed.footers = other.footers;
  expect(changed, kForged);
  changed.chunks = other.chunks;  // all but the header
  expect(changed, kForged);
  changed = good;
  changed.before = other.before;
  expect(changed, kForged);
}

TEST_F(TableParts, UnderAnotherHeader) {
  const auto edited = [&](const std::function<void(v1::ObjectHeader&)>& edit) {
    Apart changed = good;
    v1::ObjectHeader header = take_apart(file).header;
    edit(header);
    const Bytes bytes = format::serialize(header);
    changed.before.resize(20);
    changed.before[14] = static_cast<std::uint8_t>(bytes.size() >> 8);
    changed.before[15] = static_cast<std::uint8_t>(bytes.size());
    changed.before.insert(changed.before.end(), bytes.begin(), bytes.end());
    return refusals(changed.joined(), truth);
  };
  EXPECT_THAT(edited([](v1::ObjectHeader&) {}), IsEmpty());
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.set_name("other"); }), kForged);
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.set_object_id(std::string(16, 'i')); }), kForged);
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.set_dataset("elsewhere"); }), kForged);
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.set_previous(std::string(32, 'p')); }), kForged);
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.mutable_streams()->SwapElements(0, 1); }), kForged);
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.set_streams(0, "imaging"); }), kForged);
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.mutable_streams()->RemoveLast(); }), kForged);
  EXPECT_THAT(edited([](v1::ObjectHeader& h) { h.set_signed_(true); }), ElementsAre("unsupported"));
}

// Segments of one session: the header's chain is all that tells them apart.
class TableSegments : public TableAttack {
 protected:
  Bytes appended(const Bytes& to, const std::vector<Parts>& batches) const {
    const auto source = memory_source(to);
    return table_of(batches, {.append_to = source.get()});
  }
  static Bytes part(const Bytes& whole, std::size_t from) {
    return {whole.begin() + static_cast<std::ptrdiff_t>(from), whole.end()};
  }
  const std::vector<Parts> truth = {numbers(1), numbers(100), numbers(200)};
  const Bytes one = table_of({truth[0]}), two = appended(one, {truth[1]}), three_of_them = appended(two, {truth[2]});
  const Bytes a = one, b = part(two, one.size()), c = part(three_of_them, two.size());

  Names read_in_order(const std::vector<Bytes>& segments) const {
    Bytes joined;
    for (const Bytes& each : segments) joined.insert(joined.end(), each.begin(), each.end());
    return refusals(joined, truth);
  }
};

TEST_F(TableSegments, DroppedSwappedRepeatedOrOfAnotherTable) {
  EXPECT_THAT(read_in_order({a, b, c}), IsEmpty());
  for (const auto& order : std::vector<std::vector<Bytes>>{
           {b}, {c}, {a, c}, {b, c}, {a, c, b}, {b, a, c}, {c, b, a}, {a, a}, {a, b, b}, {a, b, c, c}, {a, a, b, c}})
    EXPECT_THAT(read_in_order(order), kForged);
  const Bytes twin = table_of({truth[0]});
  const Bytes twins_next = part(appended(twin, {truth[1]}), twin.size());
  EXPECT_THAT(read_in_order({twin, b, c}), kForged);
  EXPECT_THAT(read_in_order({a, twins_next, c}), kForged);
  EXPECT_THAT(read_in_order({a, twins_next}), kForged);
}

// What nobody can see without a memory of its own, as SPEC.md says: the last ones are gone.
TEST_F(TableSegments, TheLastOnesCutOff) {
  auto opened = open_table(two);
  ASSERT_OK(opened);
  EXPECT_EQ(*read_all(*opened), shown_of({truth[0], truth[1]}));
}

// A body under another segment's header, both of one table.
TEST_F(TableSegments, BodiesExchanged) {
  const auto found = table::read_segments(*memory_source(two)).value();
  const std::size_t begin_a = found[0].frame.stream_offset, begin_b = found[1].frame.stream_offset - a.size();
  const auto under = [](const Bytes& header, std::size_t begin, const Bytes& body, std::size_t from) {
    Bytes out(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(begin));
    out.insert(out.end(), body.begin() + static_cast<std::ptrdiff_t>(from), body.end() - 8);
    const auto size = big_endian(std::uint64_t{out.size() + 8});
    out.insert(out.end(), size.begin(), size.end());
    return out;
  };
  EXPECT_THAT(read_in_order({under(a, begin_a, a, begin_a), under(b, begin_b, b, begin_b), c}), IsEmpty());
  EXPECT_THAT(read_in_order({under(a, begin_a, b, begin_b), under(b, begin_b, a, begin_a), c}), kForged);
}

// Somebody who holds one compartment's data key makes a footer for it: it has to agree with all others.
class TableInsider : public TableAttack {
 protected:
  static constexpr std::size_t kIdentifiers = 1;  // its footer's place; the first column is clinical
  const std::vector<Parts> truth = three(1000);
  const Bytes file = table_of(truth);
  const Apart good = apart(file, 12);

  Names edited(const std::function<void(table::Footer&)>& edit) const {
    const Bytes plain = unsealed(file, "identifiers", kIdentifiers, good.footers[kIdentifiers]);
    auto footer = table::parse_footer(plain, 12 * good.chunks[0].size(), 2);
    EXPECT_OK(footer);
    edit(*footer);
    Apart changed = good;
    changed.footers[kIdentifiers] = resealed(file, "identifiers", kIdentifiers, table::serialize_footer(*footer));
    return refusals(changed.joined(), truth);
  }
};

TEST_F(TableInsider, FootersThatDisagree) {
  using table::Footer;
  EXPECT_THAT(edited([](Footer&) {}), IsEmpty());
  const auto malformed = ElementsAre("malformed");
  EXPECT_THAT(edited([](Footer& f) { f.row_groups.pop_back(); }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.row_groups.erase(f.row_groups.begin()); }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.row_groups.push_back(f.row_groups[0]); }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.row_groups[1].rows = 4; }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.columns = 5; }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.own[0].position = 0; }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.own[0].position = 2; }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.own[0].field.name = "a"; }), malformed);
  EXPECT_THAT(edited([](Footer& f) {
                f.own.pop_back();
                for (auto& group : f.row_groups) group.chunks.pop_back();
              }),
              malformed);
  // Places that point at another chunk: streams are numbered, so that none opens there.
  EXPECT_THAT(edited([](Footer& f) { std::swap(f.row_groups[0].chunks[0], f.row_groups[0].chunks[1]); }), kForged);
  EXPECT_THAT(edited([](Footer& f) { std::swap(f.row_groups[0], f.row_groups[2]); }), kForged);
  EXPECT_THAT(edited([](Footer& f) { f.row_groups[1].chunks[0] = f.row_groups[0].chunks[0]; }), kForged);
  // A type that the chunks do not have.
  EXPECT_THAT(edited([](Footer& f) { f.own[0].field.format = "i"; }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.own[0].field.format = "u"; }), malformed);
  EXPECT_THAT(edited([](Footer& f) { f.own[1].compression = Compression::zstd; }), malformed);
}

}  // namespace
}  // namespace triclave::attacks
