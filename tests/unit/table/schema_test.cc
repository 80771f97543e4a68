#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "support/arrow_build.h"
#include "support/result.h"

namespace triclave::table {
namespace {

using ::testing::HasSubstr;
using testing::Parts;

Parts many_types() {
  Parts code = testing::with_dictionary(testing::fixed<std::int8_t>("code", "c", {0}), testing::texts("", {"J45"}));
  code.ordered = true;
  Parts stays = testing::lists(
      "stays", {1}, testing::structs("item", 1, {testing::texts("ward", {"A"}), testing::nulls("nothing", 1)}));
  stays.metadata = {{"unit", "days"}, {std::string("k\0\xFF", 3), ""}};
  stays.nullable = false;
  return testing::batch_of({testing::texts("nir", {"1"}), std::move(code), std::move(stays)});
}

bool same(const Field& a, const Field& b) {
  return a.name == b.name && a.format == b.format && a.type.layout == b.type.layout && a.type.width == b.type.width &&
         a.nullable == b.nullable && a.dictionary_ordered == b.dictionary_ordered && a.metadata == b.metadata &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), same) &&
         std::equal(a.dictionary.begin(), a.dictionary.end(), b.dictionary.begin(), b.dictionary.end(), same);
}

TEST(Schema, IsExportedAsTheStandardSays) {
  Parts batch = many_types();
  batch.metadata = {{"origin", "pmsi"}};
  const OwnedSchema schema = testing::schema_of(batch);
  EXPECT_STREQ(schema->format, "+s");
  EXPECT_STREQ(schema->name, "");
  EXPECT_EQ(schema->flags, 0);
  ASSERT_EQ(schema->n_children, 3);
  // int32 1, int32 6, "origin", int32 4, "pmsi"
  EXPECT_EQ(std::string(schema->metadata, 22), std::string("\1\0\0\0\6\0\0\0origin\4\0\0\0pmsi", 22));
  const ArrowSchema& nir = *schema->children[0];
  EXPECT_STREQ(nir.format, "u");
  EXPECT_STREQ(nir.name, "nir");
  EXPECT_EQ(nir.flags, ARROW_FLAG_NULLABLE);
  EXPECT_EQ(nir.metadata, nullptr);
  EXPECT_EQ(nir.n_children, 0);
  EXPECT_EQ(nir.dictionary, nullptr);
  const ArrowSchema& code = *schema->children[1];
  EXPECT_STREQ(code.format, "c");
  EXPECT_EQ(code.flags, ARROW_FLAG_NULLABLE | ARROW_FLAG_DICTIONARY_ORDERED);
  EXPECT_STREQ(code.dictionary->format, "u");
  const ArrowSchema& stays = *schema->children[2];
  EXPECT_EQ(stays.flags, 0);
  ASSERT_EQ(stays.n_children, 1);
  ASSERT_EQ(stays.children[0]->n_children, 2);
  EXPECT_STREQ(stays.children[0]->children[1]->name, "nothing");
}

TEST(Schema, ComesBackAsItWas) {
  Parts batch = many_types();
  batch.metadata = {{"origin", "pmsi"}, {"", ""}};
  const OwnedSchema schema = testing::schema_of(batch);
  const auto imported = import_schema(*schema);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->metadata, batch.metadata);
  ASSERT_EQ(imported->columns.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(same(imported->columns[i], testing::field_of(batch.children[i]))) << i;
  EXPECT_EQ(imported->columns[2].children[0].children[1].type.layout, Layout::null);
}

TEST(Schema, ChildrenLiveOnWhenTheyAreMovedOut) {
  OwnedSchema schema = testing::schema_of(many_types());
  OwnedSchema stays(*schema->children[2]);
  OwnedSchema item(*stays->children[0]);
  schema = {};
  EXPECT_STREQ(stays->name, "stays");
  stays = {};
  EXPECT_STREQ(item->children[0]->name, "ward");
}

TEST(Schema, TakesNullNamesTheOtherSpellingOfDecimalsAndNoColumns) {
  OwnedSchema schema = testing::schema_of(testing::batch_of({testing::nulls("a", 0), testing::nulls("b", 0)}));
  schema->name = nullptr;
  schema->children[0]->name = nullptr;
  schema->children[0]->format = "d:9,2,128";
  schema->children[1]->flags = ARROW_FLAG_MAP_KEYS_SORTED | ARROW_FLAG_DICTIONARY_ORDERED;  // mean nothing here
  auto imported = import_schema(*schema);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->columns[0].name, "");
  EXPECT_EQ(imported->columns[0].format, "d:9,2");
  EXPECT_EQ(imported->columns[0].type.width, 16u);
  EXPECT_FALSE(imported->columns[1].nullable);
  EXPECT_FALSE(imported->columns[1].dictionary_ordered);

  imported = import_schema(*testing::schema_of(testing::batch_of({})));
  ASSERT_OK(imported);
  EXPECT_TRUE(imported->columns.empty());
}

// A metadata blob as its makers write it.
std::string blob(const std::vector<std::pair<std::int32_t, std::string>>& numbers_and_text) {
  std::string out;
  for (const auto& [number, text] : numbers_and_text) {
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
    out += text;
  }
  return out;
}

struct Hostile {
  std::string name;
  std::function<void(ArrowSchema&)> spoil;
  std::string message;
  ErrorKind kind = ErrorKind::invalid_argument;

  friend void PrintTo(const Hostile& tested, std::ostream* out) { *out << tested.name; }
};

class HostileSchema : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileSchema, IsRefused) {
  OwnedSchema schema = testing::schema_of(many_types());
  const ArrowSchema before = *schema;
  std::vector<ArrowSchema> below;
  for (std::int64_t i = 0; i < schema->n_children; ++i) below.push_back(*schema->children[i]);
  GetParam().spoil(*schema);
  const auto imported = import_schema(*schema);
  EXPECT_FAILS(imported, GetParam().kind);
  if (!imported) {
    EXPECT_THAT(imported.error().message, HasSubstr(GetParam().message));
  }
  *schema = before;
  for (std::size_t i = 0; i < below.size(); ++i) *schema->children[i] = below[i];
}

ArrowSchema* none = nullptr;
const std::string kNegativeCount = blob({{-1, ""}}), kManyPairs = blob({{65, ""}}),
                  kNegativeLength = blob({{1, ""}, {-1, ""}}), kLongKey = blob({{1, ""}, {(1 << 20) + 1, ""}}),
                  kLongValue = blob({{1, ""}, {1, "k"}, {std::numeric_limits<std::int32_t>::max(), ""}});
const std::string kLongName(1025, 'n');

INSTANTIATE_TEST_SUITE_P(
    Schema, HostileSchema,
    ::testing::Values(
        Hostile{"released", [](ArrowSchema& s) { s.release = nullptr; }, "released already"},
        Hostile{"released_child", [](ArrowSchema& s) { s.children[1]->release = nullptr; }, "column 1"},
        Hostile{"no_format", [](ArrowSchema& s) { s.format = nullptr; }, "has no format"},
        Hostile{"no_struct", [](ArrowSchema& s) { s.format = "u"; }, "not that of a record batch"},
        Hostile{"table_with_dictionary", [](ArrowSchema& s) { s.dictionary = s.children[0]; }, "has no dictionary"},
        Hostile{"child_without_format", [](ArrowSchema& s) { s.children[0]->format = nullptr; }, "has no format"},
        Hostile{"negative_children", [](ArrowSchema& s) { s.n_children = -1; }, "-1 children"},
        Hostile{"countless_children", [](ArrowSchema& s) { s.n_children = INT64_MAX; }, "9223372036854775807 children"},
        Hostile{"one_column_too_many", [](ArrowSchema& s) { s.n_children = 65537; }, "65537 children"},
        Hostile{"no_list_of_children", [](ArrowSchema& s) { s.children = nullptr; }, "no array of children"},
        Hostile{"null_child",
                [](ArrowSchema& s) {
                  static ArrowSchema* nulls[3] = {none, none, none};
                  s.children = nulls;
                },
                "child 0 of its schema is missing"},
        Hostile{"nested_negative", [](ArrowSchema& s) { s.children[2]->n_children = -7; }, "-7 children"},
        Hostile{"nested_countless", [](ArrowSchema& s) { s.children[2]->n_children = 4097; }, "4097 children"},
        Hostile{"nested_null", [](ArrowSchema& s) { s.children[2]->children = nullptr; }, "no array of children"},
        Hostile{"child_of_a_string", [](ArrowSchema& s) { s.children[2]->format = "u"; }, "cannot have 1 children"},
        Hostile{"list_without_child", [](ArrowSchema& s) { s.children[0]->format = "+l"; }, "cannot have 0 children"},
        Hostile{"cycle",
                [](ArrowSchema& s) {
                  static ArrowSchema* self[1];
                  self[0] = s.children[2];
                  s.children[2]->children = self;
                },
                "deeper than 16"},
        Hostile{"wide_cycle",
                [](ArrowSchema& s) {
                  static ArrowSchema* self[64];
                  std::fill_n(self, 64, s.children[2]);
                  s.children[2]->format = "+s";
                  s.children[2]->children = self;
                  s.children[2]->n_children = 64;
                },
                "deeper than 16"},
        Hostile{"shared_children",
                [](ArrowSchema& s) {
                  static ArrowSchema* leaf[4096];
                  std::fill_n(leaf, 4096, s.children[0]);
                  s.children[2]->format = "+s";
                  s.children[2]->children = leaf;
                  s.children[2]->n_children = 4096;
                },
                "more than 4096 fields"},
        Hostile{"dictionary_cycle", [](ArrowSchema& s) { s.children[1]->dictionary = s.children[1]; },
                "deeper than 16"},
        Hostile{"dictionary_of_dictionary",
                [](ArrowSchema& s) {
                  static ArrowSchema inner;
                  inner = *s.children[1];
                  s.children[1]->dictionary = &inner;
                },
                "values are in a dictionary"},
        Hostile{"dictionary_of_floats", [](ArrowSchema& s) { s.children[1]->format = "g"; },
                "indices of a dictionary are integers"},
        Hostile{"dictionary_of_dates", [](ArrowSchema& s) { s.children[1]->format = "tdD"; },
                "indices of a dictionary are integers"},
        Hostile{"released_dictionary",
                [](ArrowSchema& s) {
                  static ArrowSchema dead;
                  dead = *s.children[1]->dictionary;
                  dead.release = nullptr;
                  s.children[1]->dictionary = &dead;
                },
                "dictionary: its schema was released"},
        Hostile{"unknown_format", [](ArrowSchema& s) { s.children[0]->format = "q"; },
                "column nir: 'q' is no Arrow format", ErrorKind::unsupported},
        Hostile{"decimal_of_scale_128", [](ArrowSchema& s) { s.children[0]->format = "d:9,128"; },
                "column nir: decimals of such a scale", ErrorKind::unsupported},
        Hostile{"union", [](ArrowSchema& s) { s.children[0]->format = "+ud:0"; }, "column nir: dense unions",
                ErrorKind::unsupported},
        Hostile{"endless_format", [](ArrowSchema& s) { s.children[0]->format = kLongName.c_str(); }, "no",
                ErrorKind::unsupported},
        Hostile{"long_name", [](ArrowSchema& s) { s.children[0]->name = kLongName.c_str(); },
                "(number 0, counted from 0)"},
        Hostile{"name_not_utf8", [](ArrowSchema& s) { s.children[1]->name = "caf\xE9"; },
                "column #0: its name is not UTF-8"},
        Hostile{"control_in_name", [](ArrowSchema& s) { s.children[1]->name = "a\nb"; }, "control characters"},
        Hostile{"two_of_one_name", [](ArrowSchema& s) { s.children[1]->name = "nir"; }, "two columns are called 'nir'"},
        Hostile{"negative_pairs", [](ArrowSchema& s) { s.metadata = kNegativeCount.c_str(); }, "-1 pairs"},
        Hostile{"too_many_pairs", [](ArrowSchema& s) { s.children[0]->metadata = kManyPairs.c_str(); }, "65 pairs"},
        Hostile{"negative_key", [](ArrowSchema& s) { s.children[0]->metadata = kNegativeLength.c_str(); },
                "a length of -1"},
        Hostile{"long_key", [](ArrowSchema& s) { s.metadata = kLongKey.c_str(); }, "a length of 1048577"},
        Hostile{"endless_value", [](ArrowSchema& s) { s.metadata = kLongValue.c_str(); }, "a length of 2147483647"}),
    [](const auto& tested) { return tested.param.name; });

// A small structure whose parts are shared unfolds into a large one: what is built of it has a bound.
TEST(Schema, SharedPartsDoNotUnfoldWithoutBound) {
  OwnedSchema schema = testing::schema_of(testing::batch_of({testing::nulls("a", 0)}));
  const std::string value(1 << 20, 'v');
  std::string metadata = blob({{64, ""}});
  for (int i = 0; i < 64; ++i) metadata += blob({{1, "k"}, {1 << 20, value}});
  ArrowSchema leaf = *schema->children[0];
  leaf.metadata = metadata.data();
  ArrowSchema* leaves[1] = {&leaf};
  ArrowSchema** children = schema->children;
  schema->children = leaves;
  const auto imported = import_schema(*schema);
  schema->children = children;
  EXPECT_FAILS(imported, ErrorKind::invalid_argument);
  if (!imported) {
    EXPECT_THAT(imported.error().message, HasSubstr("larger than"));
  }
}

TEST(Schema, DepthAndWidthHaveTheirLimits) {
  Parts deep = testing::nulls("leaf", 0);
  for (int i = 1; i < 16; ++i) deep = testing::structs("s", 0, {deep});
  EXPECT_OK(import_schema(*testing::schema_of(testing::batch_of({deep}))));
  const auto deeper = import_schema(*testing::schema_of(testing::batch_of({testing::structs("s", 0, {deep})})));
  EXPECT_FAILS(deeper, ErrorKind::invalid_argument);

  std::vector<Parts> leaves(4095, testing::nulls("leaf", 0));
  EXPECT_OK(import_schema(*testing::schema_of(testing::batch_of({testing::structs("s", 0, leaves)}))));
  leaves.push_back(testing::nulls("one more", 0));
  EXPECT_FAILS(import_schema(*testing::schema_of(testing::batch_of({testing::structs("s", 0, leaves)}))),
               ErrorKind::invalid_argument);
}

// What import_schema() never makes, and a footer may say.
TEST(Field, OfAFooterIsJudgedAlone) {
  const auto field = [](const std::function<void(Field&)>& spoil) {
    Field out = testing::field_of(many_types().children[1]);
    out.type = {};
    spoil(out);
    auto checked = check_field(out);
    EXPECT_TRUE(!checked || (out.type.layout == Layout::fixed && out.type.width == 1));
    return checked;
  };
  EXPECT_OK(field([](Field&) {}));
  EXPECT_OK(field([](Field& f) { f.name = ""; }));
  EXPECT_FAILS(field([](Field& f) { f.dictionary.push_back(f.dictionary[0]); }), ErrorKind::malformed);
  EXPECT_FAILS(field([](Field& f) { f.dictionary.clear(); }), ErrorKind::malformed);  // and is said to be ordered
  EXPECT_FAILS(field([](Field& f) { f.metadata.resize(65); }), ErrorKind::malformed);
  EXPECT_FAILS(field([](Field& f) { f.metadata = {{std::string((1 << 20) + 1, 'k'), ""}}; }), ErrorKind::malformed);
  EXPECT_FAILS(field([](Field& f) { f.name = std::string("a\0b", 3); }), ErrorKind::malformed);
  EXPECT_FAILS(field([](Field& f) { f.name = std::string(1025, 'a'); }), ErrorKind::malformed);
  EXPECT_FAILS(field([](Field& f) { f.format = std::string("c\0", 2); }), ErrorKind::unsupported);
  EXPECT_FAILS(field([](Field& f) { f.format = "+m"; }), ErrorKind::unsupported);
  EXPECT_FAILS(field([](Field& f) { f.dictionary[0].format = "vu"; }), ErrorKind::unsupported);
  EXPECT_FAILS(field([](Field& f) { f.children.emplace_back(); }), ErrorKind::malformed);
  const auto nested = field([](Field& f) { f.dictionary[0].name = "\xFF"; });
  EXPECT_FAILS(nested, ErrorKind::malformed);
  if (!nested) {
    EXPECT_THAT(nested.error().message, HasSubstr("column code.(dictionary): its name"));
  }
}

}  // namespace
}  // namespace triclave::table
