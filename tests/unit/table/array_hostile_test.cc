// Arrays that lie: each is refused, with a message that names the field, before what it points to is read. Buffers are
// exactly as long as their values need, so that valgrind and ASan would see a read beyond.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "support/arrow_build.h"
#include "support/result.h"

namespace triclave::table {
namespace {

using ::testing::HasSubstr;
using testing::Parts;

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

Parts honest() {
  return testing::structs(
      "row", 3,
      {testing::texts("text", {"ab", std::nullopt, "cde"}), testing::fixed<std::int32_t>("number", "i", {1, 2, 3}),
       testing::lists("list", {2, 0, 1}, testing::fixed<std::int64_t>("item", "l", {1, 2, 3})),
       testing::with_dictionary(testing::fixed<std::int8_t>("code", "c", {0, 1, 0}), testing::texts("", {"x", "y"})),
       testing::booleans("flag", {true, false, std::nullopt}), testing::nulls("nothing", 3),
       testing::texts("large", {"ab", "c", "d"}, "U"),
       testing::lists("large_list", {2, 0, 1}, testing::nulls("item", 3), "+L")});
}
enum Child : std::uint8_t { text, number, list, code, flag, nothing, large, large_list };

TEST(HostileArray, HonestOneIsTaken) {
  const Parts parts = honest();
  const OwnedArray array = testing::array_of(parts);
  EXPECT_OK(import_column(testing::field_of(parts), *array, 0, 3));
}

// `spoil` may exchange pointers: they are put back before the array is released.
struct Hostile {
  std::string name;
  std::function<void(ArrowArray& row)> spoil;
  std::string message;

  friend void PrintTo(const Hostile& tested, std::ostream* out) { *out << tested.name; }
};

class EveryHostileArray : public ::testing::TestWithParam<Hostile> {};

TEST_P(EveryHostileArray, IsRefused) {
  const Parts parts = honest();
  OwnedArray array = testing::array_of(parts);
  const ArrowArray before = *array;
  std::vector<ArrowArray> children;
  for (std::int64_t i = 0; i < array->n_children; ++i) children.push_back(*array->children[i]);
  const ArrowArray item = *array->children[list]->children[0], values = *array->children[code]->dictionary;

  GetParam().spoil(*array);
  const auto imported = import_column(testing::field_of(parts), *array, 0, 3);
  EXPECT_FAILS(imported, ErrorKind::invalid_argument);
  if (!imported) {
    EXPECT_THAT(imported.error().message, HasSubstr(GetParam().message));
  }

  *array = before;
  for (std::size_t i = 0; i < children.size(); ++i) *array->children[i] = children[i];
  *array->children[list]->children[0] = item;
  *array->children[code]->dictionary = values;
}

template <class T>
void set(const ArrowArray& array, int buffer, std::size_t index, T value) {
  std::memcpy(static_cast<char*>(const_cast<void*>(array.buffers[buffer])) + index * sizeof(T), &value, sizeof(T));
}

const auto kCases = ::testing::Values(
    // structures
    Hostile{"released", [](ArrowArray& a) { a.release = nullptr; }, "column row: its array was released already"},
    Hostile{"released_child", [](ArrowArray& a) { a.children[text]->release = nullptr; },
            "column row.text: its array was released already"},
    Hostile{"released_grandchild", [](ArrowArray& a) { a.children[list]->children[0]->release = nullptr; },
            "column row.list.item: its array was released already"},
    Hostile{"released_dictionary", [](ArrowArray& a) { a.children[code]->dictionary->release = nullptr; },
            "column row.code.(dictionary): its array was released already"},
    Hostile{"negative_length", [](ArrowArray& a) { a.length = -1; }, "a negative length, -1"},
    Hostile{"negative_child_length", [](ArrowArray& a) { a.children[list]->children[0]->length = -5; },
            "row.list.item: its array has a negative length, -5"},
    Hostile{"negative_offset", [](ArrowArray& a) { a.offset = -1; }, "a negative offset, -1"},
    Hostile{"negative_dictionary_offset", [](ArrowArray& a) { a.children[code]->dictionary->offset = -1; },
            "a negative offset"},
    Hostile{"huge_length", [](ArrowArray& a) { a.length = kHuge; }, "impossibly long"},
    Hostile{"huge_offset", [](ArrowArray& a) { a.offset = kHuge; }, "impossibly long"},
    Hostile{"sum_overflows",
            [](ArrowArray& a) {
              a.length = 3;
              a.offset = kHuge - 2;
            },
            "impossibly long"},
    Hostile{"bytes_overflow", [](ArrowArray& a) { a.children[number]->offset = (kHuge >> 23) - 10; },
            "row.number: its array is impossibly long"},
    Hostile{"null_count_below_minus_1", [](ArrowArray& a) { a.children[number]->null_count = -2; },
            "3 values, and says that -2 are null"},
    Hostile{"null_count_above_length", [](ArrowArray& a) { a.children[text]->null_count = 4; },
            "3 values, and says that 4 are null"},
    Hostile{"null_count_too_low", [](ArrowArray& a) { a.children[text]->null_count = 0; },
            "says that 0 values are null, and 1 are"},
    Hostile{"null_count_too_high", [](ArrowArray& a) { a.children[text]->null_count = 2; },
            "says that 2 values are null, and 1 are"},
    Hostile{"nulls_without_validity", [](ArrowArray& a) { a.children[number]->null_count = 1; },
            "its validity bitmap is missing"},
    Hostile{"no_buffers", [](ArrowArray& a) { a.children[text]->n_buffers = 0; },
            "has 0 buffers, one of format 'u' has 3"},
    Hostile{"negative_buffers", [](ArrowArray& a) { a.children[text]->n_buffers = -1; }, "has -1 buffers"},
    Hostile{"one_buffer_too_many", [](ArrowArray& a) { a.children[number]->n_buffers = 3; }, "has 3 buffers"},
    Hostile{"null_with_a_buffer", [](ArrowArray& a) { a.children[nothing]->n_buffers = 1; }, "has 1 buffers"},
    Hostile{"no_list_of_buffers", [](ArrowArray& a) { a.children[number]->buffers = nullptr; }, "no list of buffers"},
    Hostile{"no_children", [](ArrowArray& a) { a.n_children = 0; }, "has 0 children, its schema 8"},
    Hostile{"countless_children", [](ArrowArray& a) { a.n_children = kHuge; }, "children, its schema 8"},
    Hostile{"negative_children", [](ArrowArray& a) { a.children[list]->n_children = -1; }, "has -1 children"},
    Hostile{"leaf_with_children", [](ArrowArray& a) { a.children[number]->n_children = 1; }, "has 1 children"},
    Hostile{"no_list_of_children", [](ArrowArray& a) { a.children[list]->children = nullptr; }, "no list of children"},
    Hostile{"null_child",
            [](ArrowArray& a) {
              static ArrowArray* none[1] = {nullptr};
              a.children[list]->children = none;
            },
            "row.list.item: its array is missing"},
    Hostile{"no_dictionary", [](ArrowArray& a) { a.children[code]->dictionary = nullptr; }, "dictionary is missing"},
    Hostile{"dictionary_of_none", [](ArrowArray& a) { a.children[number]->dictionary = a.children[text]; },
            "has a dictionary, and its schema none"},
    Hostile{"list_in_itself",
            [](ArrowArray& a) {
              static ArrowArray* self[1];
              self[0] = a.children[list];
              a.children[list]->children = self;
            },
            "row.list.item"},
    Hostile{"struct_child_too_short", [](ArrowArray& a) { a.children[number]->length = 2; },
            "row.number: its array has 2 values, and its struct needs 3"},
    Hostile{"struct_offset_beyond_child", [](ArrowArray& a) { a.offset = 1; }, "and its struct needs 4"},
    // missing buffers
    Hostile{"no_values", [](ArrowArray& a) { a.children[number]->buffers[1] = nullptr; },
            "buffer of values is missing"},
    Hostile{"no_bits", [](ArrowArray& a) { a.children[flag]->buffers[1] = nullptr; }, "buffer of values is missing"},
    Hostile{"no_offsets", [](ArrowArray& a) { a.children[text]->buffers[1] = nullptr; },
            "buffer of offsets is missing"},
    Hostile{"no_list_offsets", [](ArrowArray& a) { a.children[list]->buffers[1] = nullptr; },
            "buffer of offsets is missing"},
    Hostile{"no_data", [](ArrowArray& a) { a.children[text]->buffers[2] = nullptr; },
            "row.text: its array's buffer of data is missing, of which its offsets name 5 bytes"},
    // offsets
    Hostile{"first_offset_negative", [](ArrowArray& a) { set<std::int32_t>(*a.children[text], 1, 0, -1); },
            "row.text: its offsets are negative or out of order"},
    Hostile{"offsets_out_of_order", [](ArrowArray& a) { set<std::int32_t>(*a.children[text], 1, 1, 4); },
            "row.text: its offsets are negative or out of order"},
    Hostile{"last_offset_negative", [](ArrowArray& a) { set<std::int32_t>(*a.children[text], 1, 3, INT32_MIN); },
            "negative or out of order"},
    Hostile{"large_offsets_out_of_order", [](ArrowArray& a) { set<std::int64_t>(*a.children[large], 1, 1, 4); },
            "row.large: its offsets are negative or out of order"},
    Hostile{"large_offset_negative", [](ArrowArray& a) { set<std::int64_t>(*a.children[large], 1, 0, INT64_MIN); },
            "negative or out of order"},
    Hostile{"large_offset_huge", [](ArrowArray& a) { set<std::int64_t>(*a.children[large], 1, 3, kHuge); },
            "its last offset, 9223372036854775807, is beyond what is possible"},
    Hostile{"list_offsets_out_of_order", [](ArrowArray& a) { set<std::int32_t>(*a.children[list], 1, 2, 1); },
            "row.list: its offsets are negative or out of order"},
    Hostile{"list_offset_beyond_child", [](ArrowArray& a) { set<std::int32_t>(*a.children[list], 1, 3, 4); },
            "row.list.item: its array has 3 values, and those from 0 to 4 are asked for"},
    Hostile{"large_list_offset_beyond_child",
            [](ArrowArray& a) { set<std::int64_t>(*a.children[large_list], 1, 3, 4); },
            "row.large_list.item: its array has 3 values"},
    Hostile{"list_child_too_short", [](ArrowArray& a) { a.children[list]->children[0]->length = 2; },
            "row.list.item: its array has 2 values"},
    // dictionaries
    Hostile{"index_negative", [](ArrowArray& a) { set<std::int8_t>(*a.children[code], 1, 2, -1); },
            "row.code: an index lies outside its dictionary"},
    Hostile{"index_behind_the_last", [](ArrowArray& a) { set<std::int8_t>(*a.children[code], 1, 0, 2); },
            "row.code: an index lies outside its dictionary"},
    Hostile{"dictionary_empty", [](ArrowArray& a) { a.children[code]->dictionary->length = 0; },
            "row.code: an index lies outside its dictionary"},
    Hostile{"dictionary_offsets_out_of_order",
            [](ArrowArray& a) { set<std::int32_t>(*a.children[code]->dictionary, 1, 1, 7); },
            "row.code.(dictionary): its offsets are negative or out of order"});

INSTANTIATE_TEST_SUITE_P(Import, EveryHostileArray, kCases, [](const auto& tested) { return tested.param.name; });

TEST(HostileArray, RowsThatAreNotThereAreRefused) {
  const Parts parts = honest();
  const OwnedArray array = testing::array_of(parts);
  const Field field = testing::field_of(parts);
  const std::uint64_t most = ~std::uint64_t{0};
  for (const auto& [offset, length] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {0, 4}, {1, 3}, {3, 1}, {4, 0}, {most, 1}, {1, most}, {most, most}})
    EXPECT_FAILS(import_column(field, *array, offset, length), ErrorKind::invalid_argument) << offset << " " << length;
  EXPECT_OK(import_column(field, *array, 3, 0));
}

TEST(HostileArray, NullsWhereNoneMayBeAreRefused) {
  const auto refused = [](const Parts& parts) {
    const OwnedArray array = testing::array_of(parts);
    const auto imported = import_column(testing::field_of(parts), *array, 0, static_cast<std::uint64_t>(parts.length));
    EXPECT_FAILS(imported, ErrorKind::invalid_argument);
    return imported ? std::string() : imported.error().message;
  };
  Parts item = testing::fixed<std::int32_t>("item", "i", {1, std::nullopt});
  item.nullable = false;
  EXPECT_THAT(refused(item), HasSubstr("column item: it has nulls, and its field is not nullable"));
  EXPECT_THAT(refused(testing::lists("l", {1, 1}, item)), HasSubstr("column l.item"));
  EXPECT_THAT(refused(testing::lists("l", {std::nullopt, 2}, item)), HasSubstr("column l.item"));
  EXPECT_THAT(refused(testing::with_dictionary(testing::fixed<std::int8_t>("d", "c", {0}), item)),
              HasSubstr("column d.item"));
  Parts nothing = testing::nulls("n", 2);
  nothing.nullable = false;
  EXPECT_THAT(refused(nothing), HasSubstr("column n: it has nulls"));
}

}  // namespace
}  // namespace triclave::table
