#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

#include "support/arrow_build.h"
#include "support/result.h"
#include "table/stream.h"

namespace triclave::table {
namespace {

using testing::Parts;
using Texts = std::vector<std::string>;

std::vector<Parts> columns() {
  return {
      testing::texts("text", {"ab", std::nullopt, "cde"}),
      testing::lists("list", {2, 0, 1},
                     testing::structs("item", 3, {testing::texts("a", {"x", "", std::nullopt})}, {true, true, false})),
      testing::with_dictionary(testing::fixed<std::int8_t>("code", "c", {0, std::nullopt, 1}),
                               testing::texts("", {"x", "y"})),
      testing::nulls("nothing", 3), testing::structs("empty", 3, {})};
}

// The rows of columns, kept alive by `memory` alone.
struct Kept {
  std::vector<Field> fields;
  std::vector<std::vector<Node>> nodes;
  std::vector<std::shared_ptr<const void>> memory;

  explicit Kept(const std::vector<Parts>& parts) {
    for (const Parts& each : parts) {
      auto array = std::make_shared<OwnedArray>(testing::array_of(each));
      fields.push_back(testing::field_of(each));
      auto column = import_column(fields.back(), **array, 0, static_cast<std::uint64_t>(each.length));
      EXPECT_OK(column);
      nodes.push_back(column->nodes);
      memory.push_back(std::move(array));
      memory.push_back(std::make_shared<Column>(*std::move(column)));
    }
  }
  void give(std::uint64_t rows, ArrowArray* out) { export_batch(fields, nodes, std::exchange(memory, {}), rows, out); }
};

Texts shown_again(const Field& field, const ArrowArray& array) {
  const auto column = import_column(field, array, 0, static_cast<std::uint64_t>(array.length));
  EXPECT_OK(column);
  return column ? testing::shown(field, column->nodes) : Texts();
}

TEST(Export, GivesWhatWasImported) {
  const auto parts = columns();
  Kept kept(parts);
  OwnedArray batch;
  kept.give(3, batch.get());
  EXPECT_EQ(batch->length, 3);
  EXPECT_EQ(batch->null_count, 0);
  EXPECT_EQ(batch->offset, 0);
  EXPECT_EQ(batch->n_buffers, 1);
  EXPECT_EQ(batch->buffers[0], nullptr);
  EXPECT_EQ(batch->dictionary, nullptr);
  ASSERT_EQ(batch->n_children, 5);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const ArrowArray& child = *batch->children[i];
    EXPECT_EQ(child.n_buffers, static_cast<std::int64_t>(buffer_count(kept.fields[i].type.layout)));
    EXPECT_EQ(shown_again(kept.fields[i], child), testing::shown(kept.fields[i], kept.nodes[i])) << i;
  }
  EXPECT_EQ(batch->children[0]->null_count, 1);
  EXPECT_EQ(batch->children[3]->null_count, 3);  // a null array's nulls are its values
  EXPECT_EQ(batch->children[4]->buffers[0], nullptr);
  EXPECT_NE(batch->children[2]->dictionary, nullptr);
}

TEST(Export, EmptyBuffersHaveAnAddressAllTheSame) {
  Kept kept({testing::texts("text", {}), testing::fixed<std::int64_t>("number", "l", {})});
  OwnedArray batch;
  kept.give(0, batch.get());
  const ArrowArray& text = *batch->children[0];
  EXPECT_EQ(text.buffers[0], nullptr);
  EXPECT_EQ(*static_cast<const std::int32_t*>(text.buffers[1]), 0);
  EXPECT_NE(text.buffers[2], nullptr);
  EXPECT_NE(batch->children[1]->buffers[1], nullptr);
}

TEST(Export, KeepsMemoryUntilTheLastIsReleased) {
  const auto parts = columns();
  Kept kept(parts);
  const std::weak_ptr<const void> memory = kept.memory[0];
  OwnedArray batch;
  kept.give(3, batch.get());
  OwnedArray list(*batch->children[1]);
  OwnedArray item(*list->children[0]);
  OwnedArray values(*batch->children[2]->dictionary);
  batch = {};
  EXPECT_FALSE(memory.expired());
  EXPECT_EQ(shown_again(kept.fields[2].dictionary[0], *values), (Texts{"'x'", "'y'"}));
  list = {};
  EXPECT_EQ(shown_again(kept.fields[1].children[0], *item), (Texts{"{a: 'x'}", "{a: ''}", "null"}));
  values = {};
  EXPECT_FALSE(memory.expired());
  item = {};
  EXPECT_TRUE(memory.expired());
  EXPECT_EQ(testing::alive(), 0);
}

TEST(Export, ChildrenAreReleasedOnOtherThreads) {
  Kept kept(columns());
  OwnedArray batch;
  kept.give(3, batch.get());
  std::vector<std::thread> threads;
  for (std::int64_t i = 0; i < batch->n_children; ++i)
    threads.emplace_back([moved = OwnedArray(*batch->children[i])]() mutable { moved = {}; });
  batch = {};
  for (auto& thread : threads) thread.join();
  threads.clear();
  EXPECT_EQ(testing::alive(), 0);
}

TEST(Export, ATableMayHaveNoColumns) {
  OwnedArray batch;
  export_batch({}, {}, {}, 7, batch.get());
  EXPECT_EQ(batch->length, 7);
  EXPECT_EQ(batch->n_children, 0);
}

TEST(Stream, GivesBatchesAndEnds) {
  int left = 2, calls = 0;
  OwnedStream stream;
  Schema schema;
  schema.columns = {testing::field_of(testing::texts("text", {}))};
  export_stream(
      std::move(schema),
      [&](ArrowArray* out) -> Result<bool> {
        ++calls;
        if (left-- == 0) return false;
        Kept({testing::texts("text", {"a"})}).give(1, out);
        return true;
      },
      stream.get());
  OwnedSchema told;
  ASSERT_EQ(stream->get_schema(stream.get(), told.get()), 0);
  EXPECT_STREQ(told->format, "+s");
  EXPECT_STREQ(told->children[0]->name, "text");
  for (int i = 0; i < 2; ++i) {
    OwnedArray batch;
    ASSERT_EQ(stream->get_next(stream.get(), batch.get()), 0);
    EXPECT_TRUE(batch);
    EXPECT_EQ(batch->length, 1);
  }
  for (int i = 0; i < 2; ++i) {
    ArrowArray end;
    std::memset(&end, 0xAA, sizeof end);  // what the consumer gives need be nothing
    ASSERT_EQ(stream->get_next(stream.get(), &end), 0);
    EXPECT_EQ(end.release, nullptr);
  }
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(stream->get_last_error(stream.get()), nullptr);
}

TEST(Stream, RepeatsItsError) {
  for (const auto& [kind, code] : {std::pair{ErrorKind::invalid_argument, EINVAL},
                                   {ErrorKind::unsupported, ENOTSUP},
                                   {ErrorKind::forged, EIO},
                                   {ErrorKind::malformed, EIO},
                                   {ErrorKind::io, EIO}}) {
    int calls = 0;
    OwnedStream stream;
    export_stream(
        {},
        [&, failing = kind](ArrowArray*) -> Result<bool> {
          ++calls;
          return fail(failing, "row group 7 does not open");
        },
        stream.get());
    for (int i = 0; i < 2; ++i) {
      OwnedArray batch;
      EXPECT_EQ(stream->get_next(stream.get(), batch.get()), code);
      EXPECT_FALSE(batch);
      EXPECT_STREQ(stream->get_last_error(stream.get()), "row group 7 does not open");
    }
    EXPECT_EQ(calls, 1);
  }
}

TEST(Stream, ReleasesWhatItHolds) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> seen = held;
  OwnedStream stream;
  export_stream(
      {}, [held = std::move(held)](ArrowArray*) -> Result<bool> { return false; }, stream.get());
  EXPECT_FALSE(seen.expired());
  stream = {};
  EXPECT_TRUE(seen.expired());
}

}  // namespace
}  // namespace triclave::table
