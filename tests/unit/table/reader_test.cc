// Reading tables: only what was asked for is read, what is closed stays unknown, and what comes out lives by itself.
#include <set>
#include <thread>

#include "support/sources.h"
#include "support/tables.h"

namespace triclave::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OpenTableTest : public Tables {
 protected:
  Result<OpenTable> open_watched(Bytes& file, WatchedSource::Watch& watch, const Names& compartments = {}) const {
    Opener reader = opener();
    return OpenTable::open(reader, std::make_unique<WatchedSource>(file, watch), compartments);
  }
  static Names names_of_columns(const OpenTable& opened) {
    Names out;
    for (const TableColumn& each : opened.columns()) out.push_back(each.name);
    return out;
  }
};

TEST_F(OpenTableTest, TellsWhatTheTableIs) {
  const Bytes file = table_of({visits(0, 3), visits(3, 4)}, {.embed_capsule = true});
  Opener reader = stranger_to_all();
  auto opened = OpenTable::open(reader, memory_source(file));
  ASSERT_OK(opened);
  EXPECT_EQ(opened->info().dataset, "cohort");
  EXPECT_EQ(opened->info().sealed_size, file.size());
  ASSERT_EQ(opened->info().segments.size(), 1u);
  const TableSegment& segment = opened->info().segments[0];
  EXPECT_EQ(segment.capsule_id, sealer.capsule_id());
  EXPECT_EQ(segment.name, "visits");
  EXPECT_THAT(segment.compartments, ElementsAre("clinical", "identifiers"));
  EXPECT_TRUE(segment.embedded_capsule);
  EXPECT_EQ(segment.begin, 0u);
  EXPECT_EQ(segment.size, file.size());
  EXPECT_EQ(opened->rows(), 7u);
  EXPECT_EQ(opened->row_groups(), 2u);
  EXPECT_EQ(opened->rows_of(0), 3u);
  EXPECT_EQ(opened->rows_of(1), 4u);
  EXPECT_EQ(opened->rows_of(2), 0u);
  EXPECT_EQ(opened->all_columns(), 4u);
  EXPECT_THAT(opened->closed(), IsEmpty());

  std::vector<Bytes> capsules;
  const auto source = memory_source(file);
  const auto info = inspect_table(*source, &capsules);
  ASSERT_OK(info);
  EXPECT_EQ(info->segments[0].object_id, segment.object_id);
  EXPECT_THAT(capsules, ElementsAre(sealer.capsule()));
}

TEST_F(OpenTableTest, ThreadsChangeNothing) {
  const std::vector<Parts> batches = {visits(0, 50'000), visits(50'000, 3)};
  const Bytes one = table_of(batches);
  const Bytes several = table_of(batches, {.compress = {"id_*"}, .threads = 3});
  const auto expected = read_table(one);
  ASSERT_OK(expected);
  for (const Bytes* file : {&one, &several})
    for (const unsigned threads : {1u, 2u, 5u}) {
      auto opened = open_table(*file);
      ASSERT_OK(opened);
      opened->set_threads(threads);
      const auto shown = read_all(*opened);
      ASSERT_OK(shown);
      EXPECT_EQ(*shown, *expected) << threads;
    }
  // A chunk of the second column, whichever thread meets it.
  Bytes changed = one;
  changed[changed.size() / 2] ^= 1;
  std::set<std::string> messages;
  for (const unsigned threads : {1u, 2u, 5u}) {
    auto opened = open_table(changed);
    ASSERT_OK(opened);
    opened->set_threads(threads);
    const auto shown = read_all(*opened);
    ASSERT_FAILS(shown, ErrorKind::forged);
    messages.insert(shown.error().message);
  }
  EXPECT_EQ(messages.size(), 1u);
  EXPECT_THAT(*messages.begin(), HasSubstr("column "));
}

TEST_F(OpenTableTest, ReadsTheBytesOfTheAskedColumnsOnly) {
  std::vector<Parts> columns;
  std::vector<std::optional<std::int64_t>> numbers;
  for (std::int64_t i = 0; i < 20'000; ++i) numbers.push_back(i);
  for (int i = 0; i < 100; ++i) columns.push_back(fixed<std::int64_t>("c" + std::to_string(i), "l", numbers));
  Bytes file = table_of({batch_of(std::move(columns))});
  WatchedSource::Watch watch;
  auto opened = open_watched(file, watch);
  ASSERT_OK(opened);
  EXPECT_LT(watch.total, file.size() / 500);
  table::OwnedArray batch;
  const Names one = {"c57"};
  ASSERT_OK(opened->read(0, one, batch.get()));
  EXPECT_LT(watch.total, file.size() / 50);  // 2 %
  EXPECT_EQ(batch->n_children, 1);
  EXPECT_EQ(
      std::memcmp(static_cast<const std::uint8_t*>(batch->children[0]->buffers[1]) + 8 * 19'999, &*numbers.back(), 8),
      0);
}

// Remembers which bytes were read.
class TouchedSource final : public Source {
 public:
  TouchedSource(const Bytes& bytes, std::vector<bool>& touched) : bytes_(bytes), touched_(touched) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    const auto got = memory_source(bytes_)->read_at(offset, out);
    for (std::size_t i = 0; got && i < *got; ++i) touched_[static_cast<std::size_t>(offset) + i] = true;
    return got;
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  const Bytes& bytes_;
  std::vector<bool>& touched_;
};

TEST_F(OpenTableTest, ReadsNoByteOfAClosedCompartment) {
  Bytes file = table_of({visits(0, 3000), visits(3000, 20)});
  std::vector<bool> touched(file.size());
  const Names clinical = {"clinical"};
  Opener reader = opener();
  auto opened = OpenTable::open(reader, std::make_unique<TouchedSource>(file, touched), clinical);
  ASSERT_OK(opened);
  const auto before = read_all(*opened);
  ASSERT_OK(before);
  EXPECT_GT(std::count(touched.begin(), touched.end(), false), 30'000);
  for (std::size_t i = 0; i < file.size(); ++i)
    if (!touched[i]) file[i] ^= 0x55;
  auto again = open_table(file, clinical);
  ASSERT_OK(again);
  const auto after = read_all(*again);
  ASSERT_OK(after);
  EXPECT_EQ(*after, *before);
  EXPECT_FAILS(open_table(file), ErrorKind::forged);
}

// Names, types and counts of closed columns occur nowhere in what a reader gets.
TEST_F(OpenTableTest, TellsNothingOfAClosedCompartment) {
  const Bytes file = table_of({visits(0, 9)});
  auto opened = open_table(file, {}, {"outscale", "ovh"});
  ASSERT_OK(opened);
  EXPECT_THAT(names_of_columns(*opened), ElementsAre("stay", "note"));
  EXPECT_EQ(opened->columns()[1].position, 2u);
  EXPECT_EQ(opened->all_columns(), 4u);
  ASSERT_EQ(opened->closed().size(), 1u);
  EXPECT_EQ(opened->closed()[0].who, "identifiers");
  EXPECT_EQ(opened->closed()[0].kind, ErrorKind::quorum_short);
  table::OwnedSchema schema;
  ASSERT_OK(opened->schema({}, schema.get()));
  EXPECT_EQ(schema->n_children, 2);
  const auto back = read_all(*opened);
  ASSERT_OK(back);
  auto expected = shown_of({visits(0, 9)});
  expected.erase("id_nir");
  expected.erase("id_flag");
  EXPECT_EQ(*back, expected);

  const Names hidden = {"stay", "id_nir"};
  table::OwnedArray batch;
  const auto refused = opened->read(0, hidden, batch.get());
  ASSERT_FAILS(refused, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("closed (identifiers)"));
  EXPECT_FAILS(opened->schema(hidden, schema.get()), ErrorKind::invalid_argument);
}

TEST_F(OpenTableTest, OpensWhatIsAskedForOrNothing) {
  const Bytes file = table_of({visits(0, 9)});
  EXPECT_FAILS(open_table(file, {"identifiers"}, {"outscale", "ovh"}), ErrorKind::quorum_short);
  EXPECT_FAILS(open_table(file, {"clinical", "identifiers"}, {"outscale", "ovh"}), ErrorKind::quorum_short);
  EXPECT_FAILS(open_table(file, {}, {"outscale"}), ErrorKind::quorum_short);
  EXPECT_FAILS(open_table(file, {"imaging"}), ErrorKind::invalid_argument);
  EXPECT_OK(open_table(file, {"clinical"}, {"outscale", "ovh"}));
  auto both = open_table(file, {"identifiers", "clinical"});
  ASSERT_OK(both);
  EXPECT_THAT(names_of_columns(*both), ElementsAre("stay", "id_nir", "note", "id_flag"));
  Opener stranger = stranger_to_all();
  EXPECT_FAILS(OpenTable::open(stranger, memory_source(file)), ErrorKind::invalid_argument);  // its capsule is missing
  Opener reader = opener();
  EXPECT_FAILS(OpenTable::open(reader, std::make_unique<PipeSource>(file)), ErrorKind::invalid_argument);
  EXPECT_FAILS(open_table(seal(sample(100))), ErrorKind::malformed);
  EXPECT_FAILS(open_table({}), ErrorKind::malformed);
}

TEST_F(OpenTableTest, GivesColumnsInTheOrderAsked) {
  const Bytes file = table_of({visits(0, 9)});
  auto opened = open_table(file);
  ASSERT_OK(opened);
  const Names asked = {"id_flag", "stay"};
  table::OwnedSchema schema;
  ASSERT_OK(opened->schema(asked, schema.get()));
  ASSERT_EQ(schema->n_children, 2);
  EXPECT_STREQ(schema->children[0]->name, "id_flag");
  EXPECT_STREQ(schema->children[1]->name, "stay");
  const auto back = read_all(*opened, asked);
  ASSERT_OK(back);
  EXPECT_EQ(back->at("id_flag"), shown_of({visits(0, 9)}).at("id_flag"));
  table::OwnedArray batch;
  for (const Names& wrong : {Names{"stay", "stay"}, Names{"Stay"}, Names{""}}) {
    EXPECT_FAILS(opened->read(0, wrong, batch.get()), ErrorKind::invalid_argument);
    EXPECT_FAILS(opened->schema(wrong, schema.get()), ErrorKind::invalid_argument);
    table::OwnedStream stream;
    EXPECT_FAILS(opened->stream(wrong, stream.get()), ErrorKind::invalid_argument);
  }
  EXPECT_FAILS(opened->read(1, {}, batch.get()), ErrorKind::invalid_argument);
  EXPECT_FALSE(batch);
}

TEST_F(OpenTableTest, BatchesOutliveTheTableInAnyOrder) {
  const Bytes file = table_of({visits(0, 300), visits(300, 200), visits(500, 400)});
  std::vector<table::OwnedArray> batches(3);
  {
    auto opened = open_table(file);
    ASSERT_OK(opened);
    for (std::uint64_t g = 0; g < 3; ++g) ASSERT_OK(opened->read(g, {}, batches[g].get()));
    // One goes back to the pool and into the next reading, while the others are held.
    batches[1] = {};
    ASSERT_OK(opened->read(1, {}, batches[1].get()));
  }
  const auto schema = table::import_schema(*schema_of(visits(0, 1)));
  ASSERT_OK(schema);
  Shown back;
  for (const auto& each : batches) show_batch(*schema, *each, back);
  EXPECT_EQ(back, shown_of({visits(0, 900)}));
  std::thread([&] { batches[2] = {}; }).join();
  batches[0] = {};
}

TEST_F(OpenTableTest, StreamsOutliveTheTable) {
  const Bytes file = table_of({visits(0, 30), visits(30, 7)});
  table::OwnedStream stream;
  {
    auto opened = open_table(file);
    ASSERT_OK(opened);
    const Names asked = {"note", "id_nir"};
    ASSERT_OK(opened->stream(asked, stream.get()));
    EXPECT_EQ(opened->failure(), std::nullopt);
  }
  table::OwnedSchema schema;
  ASSERT_EQ(stream->get_schema(stream.get(), schema.get()), 0);
  const auto fields = table::import_schema(*schema);
  ASSERT_OK(fields);
  std::vector<table::OwnedArray> batches;
  for (;;) {
    table::OwnedArray batch;
    ASSERT_EQ(stream->get_next(stream.get(), batch.get()), 0);
    if (!batch) break;
    batches.push_back(std::move(batch));
  }
  EXPECT_EQ(stream->get_last_error(stream.get()), nullptr);
  stream = {};
  ASSERT_EQ(batches.size(), 2u);
  Shown back;
  for (const auto& each : batches) show_batch(*fields, *each, back);
  const auto all = shown_of({visits(0, 37)});
  EXPECT_EQ(back, (Shown{{"note", all.at("note")}, {"id_nir", all.at("id_nir")}}));
}

TEST_F(OpenTableTest, AStreamStopsWhereTheTableIsForged) {
  Bytes file = table_of({visits(0, 30), visits(30, 7), visits(37, 7)});
  WatchedSource::Watch watch;
  auto opened = open_watched(file, watch);
  ASSERT_OK(opened);
  table::OwnedStream stream;
  ASSERT_OK(opened->stream({}, stream.get()));
  table::OwnedArray batch;
  ASSERT_EQ(stream->get_next(stream.get(), batch.get()), 0);
  file[file.size() / 2] ^= 1;  // behind the first row group's chunks, before the footers
  int code = 0;
  for (int i = 0; i < 3 && code == 0; ++i) {
    batch = {};  // releases what came before
    code = stream->get_next(stream.get(), batch.get());
  }
  EXPECT_NE(code, 0);
  EXPECT_FALSE(batch);
  EXPECT_THAT(stream->get_last_error(stream.get()), HasSubstr("row group"));
  ASSERT_TRUE(opened->failure().has_value());
  EXPECT_EQ(opened->failure()->kind, ErrorKind::forged);
  EXPECT_EQ(stream->get_next(stream.get(), batch.get()), code);  // and says so again
}

TEST_F(OpenTableTest, AFileThatShrinksIsAnError) {
  Bytes file = table_of({visits(0, 3000)});
  WatchedSource::Watch watch;
  auto opened = open_watched(file, watch);
  ASSERT_OK(opened);
  file.resize(400);
  EXPECT_FAILS(read_all(*opened), ErrorKind::malformed);
}

TEST_F(OpenTableTest, NeedsNoOpenerOnceOpen) {
  const Bytes file = table_of({visits(0, 30)});
  std::optional<OpenTable> opened;
  {
    Opener reader = opener();
    opened.emplace(std::move(OpenTable::open(reader, memory_source(file)).value()));
  }
  EXPECT_EQ(*read_all(*opened), shown_of({visits(0, 30)}));
}

// A segment whose columns are not those of the first: only who sealed it could have written it so.
TEST_F(OpenTableTest, RefusesSegmentsOfOtherColumns) {
  const Bytes old = table_of({visits(0, 3)});
  const auto refused = [&](const std::function<void(Parts&)>& change) {
    Parts other = visits(3, 2);
    change(other);
    const auto source = memory_source(old);
    const Bytes file = table_of({other}, {.append_to = source.get()});
    EXPECT_FAILS(open_table(file), ErrorKind::malformed);
  };
  refused([](Parts& batch) { std::swap(batch.children[1], batch.children[3]); });
  refused([](Parts& batch) { batch.children[0].name = "stays"; });
  refused([](Parts& batch) { batch.children[0].format = "L"; });
  refused([](Parts& batch) { batch.children.pop_back(); });
  refused([](Parts& batch) { batch.children.push_back(nulls("id_more", 2)); });
  refused([](Parts& batch) {
    batch.children[0] = nulls("id_stay", 2);
    batch.children[1] = nulls("nir", 2);
  });
}

// Next month's export may be quoted or described otherwise; what the columns are has not changed.
TEST_F(OpenTableTest, TakesMetadataAndNotesOfTheFirstSegment) {
  Parts first = visits(0, 3), second = visits(3, 2);
  first.children[2].metadata = {{"unit", "mg"}};
  second.children[2].metadata = {{"unit", "g"}, {"more", ""}};
  const Bytes old = table_of({first}, {.notes = {{"source", "CHU"}}});
  const auto source = memory_source(old);
  const Bytes file = table_of({second}, {.notes = {{"source", "GHT"}}, .append_to = source.get()});
  auto opened = open_table(file);
  ASSERT_OK(opened);
  table::OwnedSchema schema;
  ASSERT_OK(opened->schema({}, schema.get()));
  const auto fields = table::import_schema(*schema);
  ASSERT_OK(fields);
  EXPECT_EQ(fields->columns[2].metadata, first.children[2].metadata);
  EXPECT_THAT(opened->notes(), ElementsAre(::testing::Pair("source", "CHU")));
  EXPECT_EQ(*read_all(*opened), shown_of({visits(0, 5)}));
}

}  // namespace
}  // namespace triclave::testing
