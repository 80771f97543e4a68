// A column chunk's plaintext, byte by byte as SPEC.md section 10 has it.
#include "table/chunk.h"

#include "base/text_codec.h"
#include "support/arrow_build.h"
#include "support/result.h"

namespace triclave::testing {
namespace {

using table::Field;
using table::Node;

class ChunkTest : public ::testing::Test {
 protected:
  static Bytes joined(const Field& field, const std::vector<Node>& nodes) {
    const auto chunk = table::lay_out(field, nodes);
    Bytes out;
    for (const ByteView piece : chunk.pieces) out.insert(out.end(), piece.begin(), piece.end());
    EXPECT_EQ(out.size(), chunk.size);
    return out;
  }
  static Bytes chunk_of(const Parts& parts) {
    const auto array = array_of(parts);
    const auto column = table::import_column(field_of(parts), *array, 0, static_cast<std::uint64_t>(parts.length));
    EXPECT_OK(column);
    return column ? joined(field_of(parts), column->nodes) : Bytes();
  }
  static void put(Bytes& bytes, std::size_t at, std::uint64_t number) {
    for (std::size_t i = 0; i < 8; ++i) bytes[at + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
};

TEST_F(ChunkTest, IsLaidOutAsTheFormatSays) {
  const Bytes chunk = chunk_of(texts("t", {"ab", std::nullopt, "c"}));
  ASSERT_EQ(chunk.size(), 64u * 4);
  EXPECT_EQ(to_hex(ByteView(chunk).first(64)),
            "0000000000000003"    // length
            "0000000000000001"    // nulls
            "0000000000000001"    // validity
            "0000000000000010"    // offsets
            "0000000000000003" +  // data
                std::string(48, '0'));
  EXPECT_EQ(to_hex(ByteView(chunk).subspan(64, 64)), "05" + std::string(126, '0'));
  EXPECT_EQ(to_hex(ByteView(chunk).subspan(128, 64)),
            "00000000"
            "02000000"
            "02000000"
            "03000000" +
                std::string(96, '0'));
  EXPECT_EQ(to_hex(ByteView(chunk).subspan(192, 64)), "616263" + std::string(122, '0'));
}

TEST_F(ChunkTest, EveryLayoutComesBack) {
  const std::vector<Parts> all = {
      nulls("n", 9),
      booleans("b", {true, std::nullopt, false}),
      fixed<std::int32_t>("i", "i", {1, 2, std::nullopt}),
      fixed<std::int64_t>("sixteen", "l", std::vector<std::optional<std::int64_t>>(16, 1)),
      texts("u", {"x", "", std::nullopt}, "U"),
      lists("l", {2, std::nullopt, 0}, fixed<std::int8_t>("item", "c", {1, 2})),
      structs("s", 2, {nulls("a", 2), texts("b", {"p", "q"})}, {true, false}),
      with_dictionary(fixed<std::int8_t>("d", "c", {0, 1, std::nullopt}), texts("", {"low", "high"})),
      texts("none", {})};
  for (const Parts& parts : all) {
    const Field field = field_of(parts);
    const Bytes plain = chunk_of(parts);
    EXPECT_EQ(plain.size() % 64, 0u);
    const auto nodes = table::read_layout(field, plain);
    ASSERT_OK(nodes) << parts.name;
    EXPECT_OK(table::check_column(field, *nodes, static_cast<std::uint64_t>(parts.length)));
    EXPECT_EQ(joined(field, *nodes), plain) << parts.name;
    for (const Node& node : *nodes)
      for (const ByteView buffer : node.buffers)
        EXPECT_TRUE(buffer.empty() || (buffer.data() - plain.data()) % 64 == 0) << parts.name;
  }
}

TEST_F(ChunkTest, EveryCutIsMalformed) {
  const Parts parts = lists("l", {2, 1}, texts("item", {"abc", std::nullopt, "d"}));
  const Bytes plain = chunk_of(parts);
  for (std::size_t size = 0; size < plain.size(); ++size)
    ASSERT_FAILS(table::read_layout(field_of(parts), ByteView(plain).first(size)), ErrorKind::malformed) << size;
  Bytes more = plain;
  more.resize(plain.size() + 64);
  EXPECT_FAILS(table::read_layout(field_of(parts), more), ErrorKind::malformed);
}

TEST_F(ChunkTest, EverySpareByteIsZero) {
  const Parts parts = texts("t", {"ab", std::nullopt, "c"});
  Bytes plain = chunk_of(parts);
  std::size_t spare = 0;
  for (std::size_t at = 40; at < plain.size(); ++at) {
    const bool used = at >= 64 && ((at < 65) || (at >= 128 && at < 144) || (at >= 192 && at < 195));
    if (used) continue;
    ++spare;
    plain[at] = 1;
    ASSERT_FAILS(table::read_layout(field_of(parts), plain), ErrorKind::malformed) << at;
    plain[at] = 0;
  }
  EXPECT_EQ(spare, 24u + 63 + 48 + 61);
}

TEST_F(ChunkTest, SizesThatLie) {
  const Parts parts = texts("t", {"ab", std::nullopt, "c"});
  const Bytes good = chunk_of(parts);
  for (const std::size_t at : {16u, 24u, 32u})
    for (const std::uint64_t size :
         {std::uint64_t{65}, std::uint64_t{200}, std::uint64_t{1} << 31, std::uint64_t{1} << 63, ~std::uint64_t{0},
          ~std::uint64_t{0} - 62, ~std::uint64_t{0} - 63}) {
      Bytes plain = good;
      put(plain, at, size);
      EXPECT_FAILS(table::read_layout(field_of(parts), plain), ErrorKind::malformed) << at << ' ' << size;
    }
}

}  // namespace
}  // namespace triclave::testing
