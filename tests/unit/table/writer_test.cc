// Writing tables: which column goes where, how batches are split, what a failure leaves.
#include "support/sources.h"
#include "support/tables.h"

namespace triclave::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class TableWriterTest : public Tables {
 protected:
  static std::size_t count_in(ByteView bytes, std::string_view text) {
    const std::string_view all = as_text(bytes);
    std::size_t out = 0;
    for (auto at = all.find(text); at != all.npos; at = all.find(text, at + 1)) ++out;
    return out;
  }
  Names rows_of_groups(const Bytes& file) const {
    Names out;
    auto opened = open_table(file);
    EXPECT_OK(opened);
    for (std::uint64_t g = 0; opened && g < opened->row_groups(); ++g)
      out.push_back(std::to_string(opened->rows_of(g)));
    return out;
  }
};

TEST_F(TableWriterTest, WhatWasWrittenIsRead) {
  const std::vector<Parts> batches = {visits(0, 20), visits(20, 1), visits(21, 100)};
  const Bytes file = table_of(batches);
  const auto back = read_table(file);
  ASSERT_OK(back);
  EXPECT_EQ(*back, shown_of(batches));
  EXPECT_THAT(rows_of_groups(file), ElementsAre("20", "1", "100"));
  EXPECT_EQ(count_in(file, "nir-1"), 0u);
  EXPECT_EQ(count_in(file, "id_nir"), 0u);
}

TEST_F(TableWriterTest, ColumnsGoWhereThePolicySays) {
  Bytes out;
  auto made = writer(visits(0, 3), memory_sink(out), {.compress = {"no*", "id_f???"}});
  ASSERT_OK(made);
  Names told;
  for (const TableColumn& each : made->columns())
    told.push_back(std::to_string(each.position) + " " + each.name + " " + each.format + " " + each.compartment +
                   (each.compression == Compression::zstd ? " zstd" : ""));
  EXPECT_THAT(told, ElementsAre("0 stay l clinical", "1 id_nir u identifiers", "2 note u clinical zstd",
                                "3 id_flag b identifiers zstd"));
  EXPECT_OK(made->write(*array_of(visits(0, 3))));
  EXPECT_OK(made->write(*array_of(visits(3, 4))));
  EXPECT_EQ(made->rows(), 7u);
  EXPECT_EQ(made->row_groups(), 2u);
}

TEST_F(TableWriterTest, RefusesColumnsThatBelongNowhere) {
  Bytes out;
  const Policy none = world.policy();
  const auto unclaimed = TableWriter::make(sealer, none, *schema_of(visits(0, 1)), "", memory_sink(out));
  ASSERT_FAILS(unclaimed, ErrorKind::invalid_argument);
  const Names only = {"clinical"};
  const Sealer half = std::move(Sealer::make(policy, producer(), only).value());
  const auto absent = writer(visits(0, 1), memory_sink(out), {}, &half);
  ASSERT_FAILS(absent, ErrorKind::invalid_argument);
  EXPECT_THAT(absent.error().message, HasSubstr("\"id_nir\" belongs to compartment identifiers"));
  EXPECT_FAILS(writer(batch_of({}), memory_sink(out)), ErrorKind::invalid_argument);
  EXPECT_FAILS(writer(batch_of({nulls("a", 1), nulls("a", 1)}), memory_sink(out)), ErrorKind::invalid_argument);
  EXPECT_FAILS(writer(batch_of({Parts{.format = "vu", .name = "a"}}), memory_sink(out)), ErrorKind::unsupported);
  const auto named = TableWriter::make(sealer, claims, *schema_of(visits(0, 1)), "a\nb", memory_sink(out));
  EXPECT_FAILS(named, ErrorKind::invalid_argument);
  EXPECT_TRUE(out.empty());
}

TEST_F(TableWriterTest, SplitsByRows) {
  std::vector<std::optional<std::string>> texts_of;
  std::vector<std::optional<bool>> bits;
  for (int i = 0; i < 1000; ++i) {
    texts_of.push_back(i % 11 == 0 ? std::nullopt : std::optional(std::string(static_cast<std::size_t>(i % 90), 'x')));
    bits.push_back(i % 13 == 0 ? std::nullopt : std::optional(i % 3 == 0));
  }
  Parts batch = batch_of({texts("id", texts_of), booleans("bit", bits),
                          structs("pair", 1000, {booleans("b", bits), texts("t", texts_of, "U")})});
  const auto whole = shown_of({batch});
  const Bytes file = table_of({batch}, {.row_group_bytes = 8192});
  auto opened = open_table(file);
  ASSERT_OK(opened);
  EXPECT_GT(opened->row_groups(), 5u);
  EXPECT_LT(opened->row_groups(), 40u);
  EXPECT_EQ(opened->rows(), 1000u);
  const auto back = read_all(*opened);
  ASSERT_OK(back);
  EXPECT_EQ(*back, whole);

  // A slice that begins inside a byte.
  batch.offset = 37;
  batch.length = 900;
  const Bytes sliced = table_of({batch}, {.row_group_bytes = 8192});
  const auto part = read_table(sliced);
  ASSERT_OK(part);
  for (const auto& [name, values] : whole)
    EXPECT_EQ(part->at(name), Names(values.begin() + 37, values.begin() + 937)) << name;
  EXPECT_THAT(rows_of_groups(table_of({batch}, {.row_group_bytes = 0})), ElementsAre("900"));
  EXPECT_THAT(rows_of_groups(table_of({visits(0, 3)}, {.row_group_bytes = 1})), ElementsAre("1", "1", "1"));
}

// Splitting makes no dictionary smaller: it would be sealed once for every few rows.
TEST_F(TableWriterTest, DoesNotSplitForALargeDictionary) {
  std::vector<std::optional<std::string>> values(100, std::string(1000, 'v'));
  std::vector<std::optional<std::int8_t>> indices;
  for (int i = 0; i < 3000; ++i) indices.push_back(static_cast<std::int8_t>(i % 100));
  const Parts batch = batch_of({with_dictionary(fixed<std::int8_t>("code", "c", indices), texts("", values))});
  EXPECT_THAT(rows_of_groups(table_of({batch}, {.row_group_bytes = 50'000})), ElementsAre("3000"));
  EXPECT_THAT(rows_of_groups(table_of({batch}, {.row_group_bytes = 2000})), ElementsAre("1500", "1500"));
}

TEST_F(TableWriterTest, WithoutRows) {
  for (const bool embed : {false, true}) {
    const Bytes file = table_of({visits(0, 0)}, {.embed_capsule = embed});
    auto opened = open_table(file);
    ASSERT_OK(opened);
    EXPECT_EQ(opened->rows(), 0u);
    EXPECT_EQ(opened->row_groups(), 0u);
    EXPECT_EQ(opened->rows_of(0), 0u);
    EXPECT_EQ(opened->columns().size(), 4u);
    table::OwnedArray batch;
    EXPECT_FAILS(opened->read(0, {}, batch.get()), ErrorKind::invalid_argument);
    table::OwnedStream stream;
    ASSERT_OK(opened->stream({}, stream.get()));
    EXPECT_EQ(stream->get_next(stream.get(), batch.get()), 0);
    EXPECT_FALSE(batch);
  }
}

TEST_F(TableWriterTest, NotesAreForEverybody) {
  Parts batch = visits(0, 2);
  batch.metadata = {{"pandas", "names of columns"}};
  const Bytes file = table_of({batch}, {.notes = {{"source", "CHU"}, {"source2", "x\ny"}}});
  for (const std::string compartment : {"identifiers", "clinical"}) {
    auto opened = open_table(file, {compartment});
    ASSERT_OK(opened);
    EXPECT_THAT(opened->notes(), ElementsAre(Pair("source", "CHU"), Pair("source2", "x\ny")));
  }
  // Of one compartment: the schema's own metadata stay.
  Parts single = batch_of({nulls("note", 2)});
  single.metadata = batch.metadata;
  const Bytes small = table_of({single}, {.notes = {{"source", "CHU"}}});
  auto opened = open_table(small);
  ASSERT_OK(opened);
  EXPECT_THAT(opened->notes(), ElementsAre(Pair("pandas", "names of columns"), Pair("source", "CHU")));

  Bytes out;
  TableOptions many;
  for (int i = 0; i < 65; ++i) many.notes.emplace_back("k" + std::to_string(i), "v");
  EXPECT_FAILS(writer(batch, memory_sink(out), many), ErrorKind::invalid_argument);
  many.notes.pop_back();
  EXPECT_OK(writer(batch, memory_sink(out), many));
  EXPECT_FAILS(writer(batch, memory_sink(out), {.notes = {{"k", std::string(table::kMaxPairPart + 1, 'v')}}}),
               ErrorKind::invalid_argument);
}

TEST_F(TableWriterTest, RefusesBatchesThatAreNone) {
  Bytes out;
  auto made = writer(visits(0, 4), memory_sink(out));
  ASSERT_OK(made);
  const auto refused = [&](const std::function<void(ArrowArray&)>& spoil) {
    const auto array = array_of(visits(0, 4));
    ArrowArray copy = *array;
    spoil(copy);
    EXPECT_FAILS(made->write(copy), ErrorKind::invalid_argument);
  };
  refused([](ArrowArray& batch) { batch.release = nullptr; });
  refused([](ArrowArray& batch) { batch.length = -1; });
  refused([](ArrowArray& batch) { batch.offset = -1; });
  refused([](ArrowArray& batch) { batch.length = (std::int64_t{1} << 40) + 1; });
  refused([](ArrowArray& batch) { batch.n_children = 3; });
  refused([](ArrowArray& batch) { batch.n_children = -1; });
  refused([](ArrowArray& batch) { batch.children = nullptr; });
  ArrowArray* missing[4] = {};
  refused([&](ArrowArray& batch) { batch.children = missing; });
  const std::uint8_t valid = 0x0B;
  const void* buffers[1] = {&valid};
  refused([&](ArrowArray& batch) {
    batch.null_count = -1;
    batch.n_buffers = 1;
    batch.buffers = buffers;
  });
  // None of these was begun; one whose columns lie is, and ends it.
  EXPECT_OK(made->write(*array_of(visits(0, 4))));
  refused([](ArrowArray& batch) { batch.length = 5; });
  EXPECT_FAILS(made->write(*array_of(visits(0, 4))), ErrorKind::invalid_argument);
  EXPECT_FAILS(made->finish(), ErrorKind::invalid_argument);
}

TEST_F(TableWriterTest, NothingAppearsWithoutFinish) {
  Bytes out = {1, 2, 3};
  {
    auto made = writer(visits(0, 4), memory_sink(out));
    ASSERT_OK(made);
    ASSERT_OK(made->write(*array_of(visits(0, 4))));
  }
  EXPECT_EQ(out, (Bytes{1, 2, 3}));
  const TempFolder folder;
  {
    auto made = writer(visits(0, 4), std::move(file_sink(folder / "visits.sealed").value()));
    ASSERT_OK(made);
    ASSERT_OK(made->write(*array_of(visits(0, 4))));
    EXPECT_FALSE(std::filesystem::exists(folder / "visits.sealed"));
    ASSERT_OK(made->finish());
    EXPECT_TRUE(std::filesystem::exists(folder / "visits.sealed"));
    EXPECT_FAILS(made->finish(), ErrorKind::invalid_argument);
    EXPECT_FAILS(made->write(*array_of(visits(0, 4))), ErrorKind::invalid_argument);
  }
  auto opened =
      OpenTable::open(*std::make_unique<Opener>(opener()), std::move(file_source(folder / "visits.sealed").value()));
  ASSERT_OK(opened);
  EXPECT_EQ(*read_all(*opened), shown_of({visits(0, 4)}));
}

TEST_F(TableWriterTest, IsDeadAfterAFailedWrite) {
  bool finished = false;
  for (int failing = 0; !finished; ++failing) {
    ASSERT_LT(failing, 40);
    auto made = writer(visits(0, 4), std::make_unique<FailingSink>(failing, finished));
    if (!made) {
      EXPECT_EQ(kind_of(made), "io");
      continue;
    }
    const auto written = made->write(*array_of(visits(0, 4)));
    if (!written) {
      EXPECT_EQ(kind_of(written), "io");
      EXPECT_FAILS(made->write(*array_of(visits(0, 4))), ErrorKind::invalid_argument);
    }
    const auto ended = made->finish();
    EXPECT_EQ(ended.has_value(), finished);
    if (!ended) {
      EXPECT_FAILS(ended, written ? ErrorKind::io : ErrorKind::invalid_argument);
      EXPECT_FAILS(made->finish(), ErrorKind::invalid_argument);
    }
  }
}

// Into the sink's own memory: the same bytes as through write(), but for what is drawn.
TEST_F(TableWriterTest, IntoASinkWithRoom) {
  const std::vector<Parts> batches = {visits(0, 30'000), visits(30'000, 17)};
  const Bytes by_write = table_of(batches);
  Bytes out(by_write.size() + 100);
  std::size_t used = 0;
  auto made = writer(batches.front(), buffer_sink(out, &used));
  ASSERT_OK(made);
  for (const Parts& each : batches) ASSERT_OK(made->write(*array_of(each)));
  ASSERT_OK(made->finish());
  EXPECT_EQ(used, by_write.size());
  const Bytes kept(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(used));
  EXPECT_EQ(*read_table(kept), shown_of(batches));
  auto cramped = writer(batches.front(), buffer_sink(MutableBytes(out).first(used / 2)));
  ASSERT_OK(cramped);
  EXPECT_FAILS(cramped->write(*array_of(batches.front())), ErrorKind::io);
}

TEST_F(TableWriterTest, CompressesWhatItIsTold) {
  const Parts batch = batch_of({texts("note", std::vector<std::optional<std::string>>(5000, "the same"))});
  const Bytes plain = table_of({batch}), small = table_of({batch}, {.compress = {"n?te"}});
  EXPECT_GT(plain.size(), 50'000u);
  EXPECT_LT(small.size(), 20'000u);
  Bytes nothing;
  const auto missing = writer(batch, memory_sink(nothing), {.compress = {"note", "n?t"}});
  ASSERT_FAILS(missing, ErrorKind::invalid_argument);
  EXPECT_THAT(missing.error().message, HasSubstr("no column is called \"n?t\""));
  auto opened = open_table(small);
  ASSERT_OK(opened);
  EXPECT_EQ(opened->columns()[0].compression, Compression::zstd);
  EXPECT_EQ(*read_all(*opened), shown_of({batch}));
}

TEST_F(TableWriterTest, AppendsUnderAnotherCapsule) {
  const std::vector<Parts> first = {visits(0, 7)}, second = {visits(7, 2), visits(9, 5)};
  const Bytes old = table_of(first, {.embed_capsule = true});
  const Sealer later = sealer_for(policy);
  const auto source = memory_source(old);
  const Bytes file = table_of(second, {.embed_capsule = true, .compress = {"*"}, .append_to = source.get()}, &later);
  ASSERT_EQ(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(old.size())), old);
  auto opened = open_table(file);
  ASSERT_OK(opened);
  ASSERT_EQ(opened->info().segments.size(), 2u);
  EXPECT_EQ(opened->info().segments[0].capsule_id, sealer.capsule_id());
  EXPECT_EQ(opened->info().segments[1].capsule_id, later.capsule_id());
  EXPECT_EQ(*read_all(*opened), shown_of({first[0], second[0], second[1]}));
  EXPECT_EQ(opened->rows(), 14u);
}

TEST_F(TableWriterTest, RefusesToAppendWhatNobodyCouldRead) {
  const Bytes old = table_of({visits(0, 7)});
  Bytes out;
  const auto append = [&](ByteView to, const Parts& batch, const Sealer* under = nullptr) {
    const auto source = memory_source(to);
    return kind_of(writer(batch, memory_sink(out), {.append_to = source.get()}, under));
  };
  EXPECT_EQ(append(old, visits(0, 1)), "success");
  EXPECT_EQ(append(old, batch_of({nulls("note", 1)})), "invalid_argument");  // one compartment, not two
  EXPECT_EQ(append(ByteView(old).first(old.size() - 1), visits(0, 1)), "malformed");
  EXPECT_EQ(append(seal(sample(9)), visits(0, 1)), "malformed");
  PipeSource pipe{old};
  EXPECT_FAILS(writer(visits(0, 1), memory_sink(out), {.append_to = &pipe}), ErrorKind::invalid_argument);
  const World elsewhere("another-cohort");
  const Policy other = elsewhere.policy();
  const Sealer foreign = std::move(Sealer::make(other, elsewhere.signer("pipeline")).value());
  EXPECT_EQ(append(old, visits(0, 1), &foreign), "invalid_argument");
}

TEST_F(TableWriterTest, AppendsNoMoreSegmentsThanReadersTake) {
  const Parts none = batch_of({nulls("note", 0)});
  for (const std::size_t there : {1023u, 1024u}) {
    const Bytes file = fake_segments(there, {"clinical"});
    const auto source = memory_source(file);
    Bytes out;
    EXPECT_EQ(kind_of(writer(none, memory_sink(out), {.append_to = source.get()})),
              there == 1023 ? "success" : "invalid_argument");
  }
}

// 1,240,000 fields of metadata: under 64 MiB, and yet more fields than a reader takes.
TEST_F(TableWriterTest, WritesNoFooterThatReadersRefuse) {
  std::vector<table::KeyValue> pairs(50, {"k", "v"});
  std::vector<Parts> children;
  for (int i = 0; i < 4000; ++i) {
    children.push_back(nulls("c", 0));
    children.back().metadata = pairs;
  }
  Bytes out;
  {
    auto made = writer(batch_of({structs("a", 0, children), structs("b", 0, children)}), memory_sink(out));
    ASSERT_OK(made);
    EXPECT_FAILS(made->finish(), ErrorKind::invalid_argument);
  }
  EXPECT_TRUE(out.empty());
}

TEST_F(TableWriterTest, HasAsManyColumnsAsGenesInAStudy) {
  std::vector<Parts> columns;
  for (int i = 0; i < 15'537; ++i)
    columns.push_back(
        fixed<float>((i % 100 == 0 ? "id_gene_" : "gene_") + std::to_string(i), "f", {1.5f, std::nullopt}));
  const Parts batch = batch_of(std::move(columns));
  const Bytes file = table_of({batch});
  EXPECT_LT(file.size(), 15'537u * 400);
  auto opened = open_table(file);
  ASSERT_OK(opened);
  EXPECT_EQ(opened->all_columns(), 15'537u);
  EXPECT_EQ(*read_all(*opened), shown_of({batch}));
}

}  // namespace
}  // namespace triclave::testing
