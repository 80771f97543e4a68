#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/arrow_build.h"
#include "support/result.h"

namespace triclave::table {
namespace {

using ::testing::ElementsAre;
using testing::Parts;
using testing::shown;
using Texts = std::vector<std::string>;

struct Imported {
  OwnedArray array;
  Field field;
  Column column;
};

// Rows of an array; what comes is canonical, whatever else the test wants of it.
Result<Imported> import(const Parts& parts, std::uint64_t offset, std::uint64_t length) {
  Imported out{testing::array_of(parts), testing::field_of(parts), {}};
  auto column = import_column(out.field, *out.array, offset, length);
  if (!column) return tl::unexpected(column.error());
  out.column = *std::move(column);
  EXPECT_OK(check_column(out.field, out.column.nodes, length)) << parts.name << " " << offset << " " << length;
  return out;
}

Texts rows(const Parts& parts, std::uint64_t offset, std::uint64_t length) {
  const auto imported = import(parts, offset, length);
  EXPECT_OK(imported);
  return imported ? shown(imported->field, imported->column.nodes) : Texts();
}
Texts rows(const Parts& parts) { return rows(parts, 0, static_cast<std::uint64_t>(parts.length)); }

template <class T>
std::vector<std::optional<T>> numbers(std::size_t count) {
  std::vector<std::optional<T>> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(i % 5 == 3 ? std::nullopt : std::optional(static_cast<T>(i)));
  return out;
}

std::vector<std::optional<std::string>> words(std::size_t count) {
  std::vector<std::optional<std::string>> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(i % 7 == 2 ? std::nullopt : std::optional(std::string(i % 4, static_cast<char>('a' + i % 26))));
  return out;
}

std::vector<std::optional<std::int64_t>> sizes(std::size_t count) {
  std::vector<std::optional<std::int64_t>> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(i % 6 == 1 ? std::nullopt : std::optional(static_cast<std::int64_t>(i % 3)));
  return out;
}
std::size_t sum(const std::vector<std::optional<std::int64_t>>& all) {
  std::int64_t total = 0;
  for (const auto& size : all) total += size.value_or(0);
  return static_cast<std::size_t>(total);
}

std::vector<bool> some(std::size_t count) {
  std::vector<bool> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(i % 4 != 1);
  return out;
}

constexpr std::size_t kRows = 40;

// A child whose own first values are none of its parent's.
Parts with_offset(Parts parts, std::int64_t offset) {
  parts.offset += offset;
  parts.length -= offset;
  return parts;
}

Parts list_of_structs_of_texts() {
  const auto of = sizes(kRows);
  const std::size_t items = sum(of);
  Parts text = with_offset(testing::texts("name", words(items + 5)), 5);
  Parts tags = testing::lists(
      "tags", sizes(items), testing::fixed<std::int16_t>("item", "s", numbers<std::int16_t>(sum(sizes(items)))), "+L");
  return testing::lists("nested", of,
                        testing::structs("item", static_cast<std::int64_t>(items), {text, tags}, some(items)));
}

std::vector<Parts> every_layout() {
  std::vector<std::optional<bool>> flags;
  for (std::size_t i = 0; i < kRows; ++i) flags.push_back(i % 9 == 4 ? std::nullopt : std::optional(i % 3 == 0));
  std::vector<std::optional<std::int8_t>> indices;
  for (std::size_t i = 0; i < kRows; ++i)
    indices.push_back(i % 8 == 5 ? std::nullopt : std::optional(static_cast<std::int8_t>(i % 6)));
  std::vector<Parts> out = {
      testing::nulls("null", kRows),
      testing::booleans("boolean", flags),
      testing::fixed<std::uint8_t>("uint8", "C", numbers<std::uint8_t>(kRows)),
      testing::fixed<std::int16_t>("int16", "s", numbers<std::int16_t>(kRows)),
      testing::fixed<std::int32_t>("date32", "tdD", numbers<std::int32_t>(kRows)),
      testing::fixed<double>("double", "g", numbers<double>(kRows)),
      testing::fixed<std::array<std::uint64_t, 2>>("decimal128", "d:38,2", {kRows, std::array<std::uint64_t, 2>{7, 8}}),
      testing::fixed<std::array<std::uint64_t, 4>>("decimal256", "d:76,2,256",
                                                   {kRows, std::array<std::uint64_t, 4>{1, 2, 3, 4}}),
      testing::fixed<std::array<std::uint8_t, 3>>("binary3", "w:3", {kRows, std::array<std::uint8_t, 3>{1, 2, 3}}),
      testing::texts("string", words(kRows)),
      testing::texts("large_string", words(kRows), "U"),
      testing::texts("binary", words(kRows), "z"),
      testing::lists("list", sizes(kRows),
                     testing::fixed<std::int32_t>("item", "i", numbers<std::int32_t>(sum(sizes(kRows))))),
      testing::lists("large_list", sizes(kRows), testing::texts("item", words(sum(sizes(kRows)))), "+L"),
      testing::structs("struct", kRows, {testing::texts("a", words(kRows)), testing::booleans("b", flags)},
                       some(kRows)),
      testing::structs("empty_struct", kRows, {}, some(kRows)),
      testing::with_dictionary(testing::fixed("dictionary", "c", indices), testing::texts("", words(6))),
      list_of_structs_of_texts(),
  };
  // The same once more where no value is null, and there is no bitmap.
  out.push_back(testing::fixed<std::int64_t>("full", "l", std::vector<std::optional<std::int64_t>>(kRows, 5)));
  out.push_back(testing::booleans("full_boolean", std::vector<std::optional<bool>>(kRows, true)));
  return out;
}

TEST(Import, ValuesAreThoseThatWerePutIn) {
  EXPECT_THAT(rows(testing::nulls("n", 2)), ElementsAre("null", "null"));
  EXPECT_THAT(rows(testing::booleans("b", {true, std::nullopt, false})), ElementsAre("true", "null", "false"));
  EXPECT_THAT(rows(testing::fixed<std::int8_t>("i", "c", {-7, std::nullopt})), ElementsAre("-7", "null"));
  EXPECT_THAT(rows(testing::texts("t", {"abc", "", std::nullopt, "d"})), ElementsAre("'abc'", "''", "null", "'d'"));
  EXPECT_THAT(rows(testing::texts("t", {"abc", "", std::nullopt, "d"}, "Z")),
              ElementsAre("'abc'", "''", "null", "'d'"));
  EXPECT_THAT(rows(testing::lists("l", {2, 0, std::nullopt, 1},
                                  testing::fixed<std::int32_t>("item", "i", {1, std::nullopt, 3}))),
              ElementsAre("[1, null]", "[]", "null", "[3]"));
  EXPECT_THAT(rows(testing::structs("s", 2, {testing::texts("a", {"x", "y"}), testing::nulls("b", 2)}, {true, false})),
              ElementsAre("{a: 'x', b: null}", "null"));
  EXPECT_THAT(rows(testing::with_dictionary(testing::fixed<std::uint16_t>("d", "S", {1, std::nullopt, 0}),
                                            testing::texts("", {"x", "y"}))),
              ElementsAre("'y'", "null", "'x'"));
}

TEST(Import, EverySliceIsThatPartOfTheWhole) {
  for (const Parts& parts : every_layout()) {
    const Texts whole = rows(parts);
    ASSERT_EQ(whole.size(), kRows);
    for (std::uint64_t offset = 0; offset < 18; ++offset)
      for (std::uint64_t length = 0; length <= kRows - offset; ++length) {
        const Texts expected(whole.begin() + static_cast<std::ptrdiff_t>(offset),
                             whole.begin() + static_cast<std::ptrdiff_t>(offset + length));
        ASSERT_EQ(rows(parts, offset, length), expected) << parts.name << " " << offset << " " << length;
        // The array's own offset and the asked one add up.
        const auto own = static_cast<std::int64_t>(offset / 2);
        ASSERT_EQ(rows(with_offset(parts, parts.format == "n" ? 0 : own),
                       offset - (parts.format == "n" ? 0 : offset / 2), length),
                  expected);
      }
  }
}

// Exactly what the rows hold: check_column() wants data and children to end where the last offset says, and offsets to
// begin at 0; here, that what stands there is not the neighbours'.
TEST(Import, NothingOfOtherRowsComesAlong) {
  const auto text = import(testing::texts("t", {"secret", "mine", "theirs"}), 1, 1);
  ASSERT_OK(text);
  EXPECT_EQ(as_text(text->column.nodes[0].buffers[2]), "mine");

  const auto flags = import(testing::booleans("b", std::vector<std::optional<bool>>(16, true)), 3, 2);
  ASSERT_OK(flags);
  EXPECT_EQ(flags->column.nodes[0].buffers[1][0], 0b11);

  const auto list = import(testing::lists("l", {2, 1, 2}, testing::texts("item", {"a", "b", "c", "d", "e"})), 1, 1);
  ASSERT_OK(list);
  EXPECT_EQ(as_text(list->column.nodes[1].buffers[2]), "c");
  EXPECT_EQ(list->column.nodes[1].length, 1u);

  // A byte's other bits belong to rows outside, too.
  Parts valid = testing::fixed<std::int32_t>("v", "i", numbers<std::int32_t>(8));
  const auto validity = import(valid, 0, 4);
  ASSERT_OK(validity);
  EXPECT_EQ(validity->column.nodes[0].buffers[0][0], 0b0111);
}

TEST(Import, CopiesNothingThatCanBeTakenAsItStands) {
  for (const Parts& parts : every_layout()) {
    if (parts.name == "nested") continue;  // has a child whose bits begin within a byte
    const auto whole = import(parts, 0, kRows);
    ASSERT_OK(whole);
    EXPECT_TRUE(whole->column.owned.empty()) << parts.name;
  }
  const auto numbers_at_8 = import(testing::fixed<std::int32_t>("v", "i", numbers<std::int32_t>(40)), 8, 32);
  ASSERT_OK(numbers_at_8);
  EXPECT_TRUE(numbers_at_8->column.owned.empty());
  EXPECT_EQ(numbers_at_8->column.nodes[0].buffers[1].data(),
            static_cast<const std::uint8_t*>(numbers_at_8->array->buffers[1]) + 32);
}

TEST(Import, ValidityWithoutNullsIsDropped) {
  Parts parts = testing::fixed<std::int32_t>("v", "i", {1, 2, std::nullopt});
  const auto imported = import(parts, 0, 2);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->column.nodes[0].nulls, 0u);
  EXPECT_TRUE(imported->column.nodes[0].buffers[0].empty());
  parts.nullable = false;
  EXPECT_OK(import(parts, 0, 2));
  EXPECT_FAILS(import(parts, 0, 3), ErrorKind::invalid_argument);
}

TEST(Import, CountOfNullsMayBeLeftOutOrRight) {
  Parts parts = testing::fixed<std::int32_t>("v", "i", {1, std::nullopt, std::nullopt});
  for (const std::int64_t count : {-1, 2}) {
    parts.null_count = count;
    const auto imported = import(parts, 0, 3);
    ASSERT_OK(imported);
    EXPECT_EQ(imported->column.nodes[0].nulls, 2u);
  }
  EXPECT_EQ(import(parts, 1, 1)->column.nodes[0].nulls, 1u);  // of a part, there are fewer
  for (const std::int64_t count : {0, 1, 3}) {
    parts.null_count = count;
    EXPECT_FAILS(import(parts, 0, 3), ErrorKind::invalid_argument) << count;
  }
  Parts nothing = testing::nulls("n", 3);
  for (const std::int64_t count : {-1, 0, 3}) {  // makers differ on this one
    nothing.null_count = count;
    EXPECT_EQ(import(nothing, 0, 3)->column.nodes[0].nulls, 3u);
  }
}

TEST(Import, EmptyArraysMayLackTheirBuffers) {
  for (Parts parts :
       {testing::texts("t", {}), testing::texts("t", {}, "Z"), testing::booleans("b", {}),
        testing::fixed<std::int64_t>("i", "l", {}), testing::lists("l", {}, testing::texts("item", {}))}) {
    for (auto& buffer : parts.buffers) buffer.reset();
    for (auto& child : parts.children)
      for (auto& buffer : child.buffers) buffer.reset();
    EXPECT_TRUE(rows(parts).empty()) << parts.format;
  }
  Parts empty_texts = testing::texts("t", {"", ""});
  empty_texts.buffers[2].reset();
  EXPECT_THAT(rows(empty_texts), ElementsAre("''", "''"));
}

TEST(Import, BuffersMayLieAnywhere) {
  for (const Parts& parts : every_layout()) {
    if (parts.format == "n" || !parts.children.empty() || !parts.dictionary.empty()) continue;
    const Texts expected = rows(parts);
    OwnedArray array = testing::array_of(parts);
    std::vector<Bytes> moved;
    const void** buffers = array->buffers;
    for (std::size_t i = 0; i < parts.buffers.size(); ++i) {
      if (!parts.buffers[i]) continue;
      Bytes& bytes = moved.emplace_back(1, std::uint8_t{0});
      bytes.insert(bytes.end(), parts.buffers[i]->begin(), parts.buffers[i]->end());
      buffers[i] = bytes.data() + 1;
    }
    const Field field = testing::field_of(parts);
    const auto column = import_column(field, *array, 0, kRows);
    ASSERT_OK(column);
    EXPECT_OK(check_column(field, column->nodes, kRows));
    EXPECT_EQ(shown(field, column->nodes), expected) << parts.name;
  }
}

TEST(Import, ValuesUnderNullsStandAsTheyAre) {
  Parts parts = testing::fixed<std::uint8_t>("v", "C", {1, 2});
  parts.buffers[0] = Bytes{0b01};
  const auto imported = import(parts, 0, 2);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->column.nodes[0].buffers[1][1], 2);
  // An index that a null hides may be any.
  Parts coded = testing::with_dictionary(testing::fixed<std::int8_t>("d", "c", {0, -100}), testing::texts("", {"x"}));
  coded.buffers[0] = Bytes{0b01};
  EXPECT_THAT(rows(coded), ElementsAre("'x'", "null"));
}

TEST(Import, NullOfAStructHidesNullsBelow) {
  Parts inner = testing::fixed<std::int32_t>("x", "i", {1, std::nullopt, 3});
  inner.nullable = false;
  EXPECT_FAILS(import(testing::structs("s", 3, {inner}), 0, 3), ErrorKind::invalid_argument);
  EXPECT_FAILS(import(testing::structs("s", 3, {inner}, {false, true, true}), 0, 3), ErrorKind::invalid_argument);
  EXPECT_THAT(rows(testing::structs("s", 3, {inner}, {true, false, true})), ElementsAre("{x: 1}", "null", "{x: 3}"));
  Parts middle = testing::structs("m", 3, {inner}, {true, false, true});
  middle.nullable = false;
  EXPECT_FAILS(import(middle, 0, 3), ErrorKind::invalid_argument);
  EXPECT_THAT(rows(testing::structs("s", 3, {middle}, {true, false, true})),
              ElementsAre("{m: {x: 1}}", "null", "{m: {x: 3}}"));
}

TEST(Import, ReleasesNothingItself) {
  ASSERT_EQ(testing::alive(), 0);
  {
    const OwnedArray array = testing::array_of(list_of_structs_of_texts());
    const auto before = testing::alive();
    EXPECT_OK(import_column(testing::field_of(list_of_structs_of_texts()), *array, 3, 5));
    EXPECT_EQ(testing::alive(), before);
  }
  EXPECT_EQ(testing::alive(), 0);
}

}  // namespace
}  // namespace triclave::table
