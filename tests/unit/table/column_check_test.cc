// What an opened chunk may say of a column, and may not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "support/arrow_build.h"
#include "support/result.h"

namespace triclave::table {
namespace {

using ::testing::HasSubstr;
using testing::Parts;

// Canonical nodes of an array, with bytes of their own that a test may spoil.
struct Opened {
  explicit Opened(const Parts& parts)
      : field(testing::field_of(parts)), rows(static_cast<std::uint64_t>(parts.length)) {
    const OwnedArray array = testing::array_of(parts);
    const auto column = import_column(field, *array, 0, rows);
    EXPECT_OK(column);
    for (const Node& node : column->nodes) {
      nodes.push_back({node.length, node.nulls, {}});
      for (const ByteView buffer : node.buffers) bytes.emplace_back(buffer.begin(), buffer.end());
    }
  }

  Bytes& buffer(std::size_t node, std::size_t index) { return bytes[node * 3 + index]; }

  Result<void> check() {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (std::size_t j = 0; j < 3; ++j) nodes[i].buffers[j] = buffer(i, j);
    return check_column(field, nodes, rows);
  }

  Field field;
  std::uint64_t rows;
  std::vector<Node> nodes;
  std::vector<Bytes> bytes;
};

Parts honest() {
  return testing::structs(
      "row", 3,
      {testing::texts("text", {"ab", std::nullopt, "cde"}), testing::fixed<std::int32_t>("number", "i", {1, 2, 3}),
       testing::lists("list", {2, 0, 1}, testing::fixed<std::int64_t>("item", "l", {1, 2, 3}), "+L"),
       testing::with_dictionary(testing::fixed<std::int8_t>("code", "c", {0, 1, 0}), testing::texts("", {"x", "y"})),
       testing::booleans("flag", {true, false, std::nullopt}), testing::nulls("nothing", 3)},
      {true, true, false});
}
// Its nodes, in their order.
enum Which : std::uint8_t { row, text, number, list, item, code, values, flag, nothing };

struct Lie {
  std::string name;
  std::function<void(Opened&)> spoil;
  std::string message;

  friend void PrintTo(const Lie& tested, std::ostream* out) { *out << tested.name; }
};

class EveryLie : public ::testing::TestWithParam<Lie> {};

TEST_P(EveryLie, IsMalformed) {
  Opened opened(honest());
  ASSERT_OK(opened.check());
  GetParam().spoil(opened);
  const auto checked = opened.check();
  EXPECT_FAILS(checked, ErrorKind::malformed);
  if (!checked) {
    EXPECT_THAT(checked.error().message, HasSubstr(GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Column, EveryLie,
    ::testing::Values(
        Lie{"node_missing", [](Opened& o) { o.nodes.pop_back(); }, "8 arrays where its type has 9"},
        Lie{"node_too_many",
            [](Opened& o) {
              o.nodes.emplace_back();
              o.bytes.resize(30);
            },
            "10 arrays"},
        Lie{"no_nodes", [](Opened& o) { o.nodes.clear(); }, "0 arrays"},
        Lie{"other_rows", [](Opened& o) { o.rows = 4; }, "column row: 3 values where 4 belong"},
        Lie{"child_of_other_length", [](Opened& o) { o.nodes[number].length = 4; },
            "column row.number: 4 values where 3"},
        Lie{"list_child_of_other_length", [](Opened& o) { o.nodes[item].length = 2; },
            "row.list.item: 2 values where 3"},
        Lie{"dictionary_of_huge_length", [](Opened& o) { o.nodes[values].length = ~std::uint64_t{0}; }, "impossible"},
        Lie{"nulls_without_bitmap", [](Opened& o) { o.nodes[number].nulls = 1; }, "row.number: its validity bitmap"},
        Lie{"more_nulls_than_values", [](Opened& o) { o.nodes[number].nulls = 4; }, "row.number: its validity bitmap"},
        Lie{"bitmap_without_nulls", [](Opened& o) { o.nodes[text].nulls = 0; }, "row.text: its validity bitmap"},
        Lie{"needless_bitmap", [](Opened& o) { o.buffer(number, 0) = {0b111}; }, "row.number: its validity bitmap"},
        Lie{"bitmap_too_long", [](Opened& o) { o.buffer(text, 0).push_back(0); }, "row.text: its validity bitmap"},
        Lie{"bitmap_missing", [](Opened& o) { o.buffer(row, 0).clear(); }, "column row: its validity bitmap"},
        Lie{"other_nulls", [](Opened& o) { o.buffer(text, 0) = {0b001}; }, "row.text: its validity bitmap has not"},
        Lie{"bits_behind_the_bitmap", [](Opened& o) { o.buffer(text, 0)[0] |= 0b1000; },
            "row.text: its validity bitmap"},
        Lie{"bits_behind_the_last", [](Opened& o) { o.buffer(flag, 1)[0] |= 0x80; }, "row.flag: its bits"},
        Lie{"bits_missing", [](Opened& o) { o.buffer(flag, 1).clear(); }, "row.flag: its bits"},
        Lie{"bits_too_many", [](Opened& o) { o.buffer(flag, 1).push_back(0); }, "row.flag: its bits"},
        Lie{"value_missing", [](Opened& o) { o.buffer(number, 1).resize(8); }, "row.number: its bytes"},
        Lie{"value_too_many", [](Opened& o) { o.buffer(number, 1).resize(16); }, "row.number: its bytes"},
        Lie{"part_of_a_value", [](Opened& o) { o.buffer(number, 1).resize(11); }, "row.number: its bytes"},
        Lie{"values_missing", [](Opened& o) { o.buffer(number, 1).clear(); }, "row.number: its bytes"},
        Lie{"offset_missing", [](Opened& o) { o.buffer(text, 1).resize(12); }, "row.text: its offsets are not as many"},
        Lie{"offsets_missing", [](Opened& o) { o.buffer(text, 1).clear(); }, "row.text: its offsets are not as many"},
        Lie{"list_offset_too_many", [](Opened& o) { o.buffer(list, 1).resize(40); },
            "row.list: its offsets are not as many"},
        Lie{"first_offset_not_0", [](Opened& o) { o.buffer(text, 1)[0] = 1; },
            "row.text: its offsets are out of order"},
        Lie{"offsets_out_of_order", [](Opened& o) { o.buffer(text, 1)[4] = 6; },
            "row.text: its offsets are out of order"},
        Lie{"offset_negative", [](Opened& o) { o.buffer(list, 1)[15] = 0x80; },
            "row.list: its offsets are out of order"},
        Lie{"list_offset_huge",
            [](Opened& o) {
              o.buffer(list, 1)[31] = 0x7F;
              o.nodes[item].length = 0x7F00000000000003;
            },
            "impossible"},
        Lie{"data_too_long", [](Opened& o) { o.buffer(text, 2).push_back('f'); }, "row.text: its data"},
        Lie{"data_too_short", [](Opened& o) { o.buffer(text, 2).pop_back(); }, "row.text: its data"},
        Lie{"index_too_high", [](Opened& o) { o.buffer(code, 1)[1] = 2; }, "row.code: an index lies outside"},
        Lie{"index_negative", [](Opened& o) { o.buffer(code, 1)[1] = 0xFF; }, "row.code: an index lies outside"},
        Lie{"null_column_with_values", [](Opened& o) { o.nodes[nothing].nulls = 2; }, "row.nothing: a null column"},
        Lie{"null_column_with_bitmap", [](Opened& o) { o.buffer(nothing, 0) = {0}; }, "row.nothing: a buffer too many"},
        Lie{"struct_with_values", [](Opened& o) { o.buffer(row, 1) = {0}; }, "column row: a buffer too many"},
        Lie{"list_with_data", [](Opened& o) { o.buffer(list, 2) = {0}; }, "row.list: a buffer too many"},
        Lie{"not_nullable", [](Opened& o) { o.field.children[0].nullable = false; },
            "row.text: it has nulls, and its field is not"},
        Lie{"null_column_not_nullable", [](Opened& o) { o.field.children[5].nullable = false; },
            "row.nothing: it has nulls"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Column, AnIndexUnderANullMayBeAny) {
  Opened opened(testing::with_dictionary(testing::fixed<std::uint8_t>("code", "C", {0, std::nullopt}),
                                         testing::texts("", {"x"})));
  opened.buffer(0, 1)[1] = 0xFF;
  EXPECT_OK(opened.check());
  opened.buffer(0, 1)[0] = 1;
  EXPECT_FAILS(opened.check(), ErrorKind::malformed);
}

TEST(Column, WithoutRowsHasOneOffset) {
  Opened opened(testing::texts("text", {}));
  EXPECT_EQ(opened.buffer(0, 1), Bytes(4));
  EXPECT_OK(opened.check());
  opened.buffer(0, 1).clear();
  EXPECT_FAILS(opened.check(), ErrorKind::malformed);
}

TEST(Column, CountsItsNodes) {
  EXPECT_EQ(node_count(testing::field_of(honest())), 9u);
  EXPECT_EQ(node_count(testing::field_of(testing::nulls("n", 0))), 1u);
}

}  // namespace
}  // namespace triclave::table
