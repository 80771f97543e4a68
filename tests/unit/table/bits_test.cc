#include "table/bits.h"

#include <gtest/gtest.h>

#include <memory>

#include "table/values.h"

namespace triclave::table {
namespace {

// Bytes without a pattern, always the same.
Bytes noise(std::size_t size) {
  Bytes out(size);
  std::uint32_t state = 12345;
  for (auto& byte : out) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return out;
}

TEST(Bits, AreCopiedFromAnywhere) {
  for (std::size_t first = 0; first < 18; ++first)
    for (std::size_t bits = 0; bits < 200; ++bits) {
      // Exactly the bytes that hold them, so that valgrind and ASan see reads beyond.
      const Bytes source = noise((first + bits + 7) / 8);
      const auto exact = std::make_unique<std::uint8_t[]>(source.size());
      std::copy(source.begin(), source.end(), exact.get());
      const Bytes copied = copy_bits(exact.get(), first, bits);
      ASSERT_EQ(copied.size(), (bits + 7) / 8);
      for (std::size_t i = 0; i < copied.size() * 8; ++i)
        ASSERT_EQ(bit_at(copied, i), i < bits && bit_at(source, first + i)) << first << " " << bits << " " << i;
    }
}

TEST(Bits, AreCounted) {
  for (std::size_t size = 0; size < 600; size += 1 + size / 16) {
    const Bytes bitmap = noise(size);
    std::uint64_t ones = 0;
    for (std::size_t i = 0; i < size * 8; ++i) ones += bit_at(bitmap, i) ? 1u : 0u;
    EXPECT_EQ(count_ones(bitmap), ones) << size;
    EXPECT_EQ(count_ones(Bytes(size, 0xFF)), size * 8);
    EXPECT_EQ(count_ones(Bytes(size, 0)), 0u);
  }
}

TEST(Bits, BehindTheLastAreSeen) {
  EXPECT_TRUE(is_clear_behind(Bytes{}, 0));
  EXPECT_TRUE(is_clear_behind(Bytes{0xFF}, 8));
  EXPECT_TRUE(is_clear_behind(Bytes{0xFF, 0x07}, 11));
  EXPECT_FALSE(is_clear_behind(Bytes{0xFF, 0x0F}, 11));
  EXPECT_FALSE(is_clear_behind(Bytes{0x80}, 1));
}

TEST(Bits, OfOneBitmapMayLieInAnother) {
  EXPECT_TRUE(is_subset(Bytes{0x05, 0x00}, Bytes{0x0D, 0x00}));
  EXPECT_FALSE(is_subset(Bytes{0x05, 0x80}, Bytes{0x0D, 0x7F}));
}

template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes out(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t b = 0; b < sizeof(T); ++b)
      out[i * sizeof(T) + b] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(values[i]) >> (8 * b));
  return out;
}

template <class T>
class Offsets : public ::testing::Test {};
using OffsetTypes = ::testing::Types<std::int32_t, std::int64_t>;
TYPED_TEST_SUITE(Offsets, OffsetTypes);

TYPED_TEST(Offsets, RiseOrNot) {
  using T = TypeParam;
  constexpr std::uint32_t width = sizeof(T);
  constexpr T most = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::min();
  EXPECT_TRUE(are_rising(bytes_of<T>({0}), width));
  EXPECT_TRUE(are_rising(bytes_of<T>({7, 7, 9, most, most}), width));
  EXPECT_FALSE(are_rising(bytes_of<T>({-1}), width));
  EXPECT_FALSE(are_rising(bytes_of<T>({-2, -1, 0}), width));
  EXPECT_FALSE(are_rising(bytes_of<T>({0, most, least}), width));
  EXPECT_FALSE(are_rising(bytes_of<T>({0, least}), width));
  // One step down, at every place of a vector's lanes.
  for (std::size_t down = 1; down < 40; ++down) {
    std::vector<T> values;
    for (std::size_t i = 0; i < 40; ++i) values.push_back(static_cast<T>(i * 3));
    EXPECT_TRUE(are_rising(bytes_of(values), width));
    values[down] = static_cast<T>(values[down - 1] - 1);
    EXPECT_FALSE(are_rising(bytes_of(values), width)) << down;
  }
}

TYPED_TEST(Offsets, AreRebased) {
  using T = TypeParam;
  const Bytes offsets = bytes_of<T>({5, 5, 9, 100});
  EXPECT_EQ(rebased(offsets, sizeof(T)), bytes_of<T>({0, 0, 4, 95}));
  EXPECT_EQ(offset_at(offsets, sizeof(T), 3), 100u);
}

template <class T>
class Indices : public ::testing::Test {};
using IndexTypes = ::testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                                    std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(Indices, IndexTypes);

TYPED_TEST(Indices, LieBelowOrNot) {
  using T = TypeParam;
  constexpr bool is_signed = std::is_signed_v<T>;
  const auto below = [](const std::vector<T>& values, std::uint64_t limit, const Bytes& validity = {}) {
    return are_below(bytes_of(values), sizeof(T), is_signed, limit, validity);
  };
  EXPECT_TRUE(below({}, 0));
  EXPECT_TRUE(below({0, 3, 1}, 4));
  EXPECT_FALSE(below({0, 3, 1}, 3));
  EXPECT_FALSE(below({0}, 0));
  EXPECT_FALSE(below({0, 3, 1}, 3, {0b011}));
  EXPECT_TRUE(below({0, 3, 1}, 3, {0b101}));
  constexpr T most = std::numeric_limits<T>::max();
  // Around the sign bit, and at the end of what the type can say.
  constexpr auto all = static_cast<std::uint64_t>(most);
  EXPECT_TRUE(all == ~std::uint64_t{0} || below({most, 0}, all + 1));
  EXPECT_FALSE(below({most, 0}, all));
  EXPECT_TRUE(below({static_cast<T>(all / 2 + 1), static_cast<T>(all / 2)}, all / 2 + 2));
  EXPECT_FALSE(below({static_cast<T>(all / 2 + 1), static_cast<T>(all / 2)}, all / 2 + 1));
  EXPECT_FALSE(below({static_cast<T>(all / 2 + 1), static_cast<T>(all / 2)}, all / 2));
  EXPECT_FALSE(below({most}, 100));
  if constexpr (is_signed) {
    // As large as unsigned numbers get, and there are as many values.
    EXPECT_FALSE(below({static_cast<T>(-1)}, std::uint64_t{1} << 40));
    EXPECT_FALSE(below({std::numeric_limits<T>::min()}, ~std::uint64_t{0}));
    EXPECT_TRUE(below({static_cast<T>(-1)}, 1, {0}));
  }
  for (std::size_t bad = 0; bad < 40; ++bad) {
    std::vector<T> values(40, T{5});
    values[bad] = T{6};
    EXPECT_TRUE(below(values, 7));
    EXPECT_FALSE(below(values, 6)) << bad;
  }
}

}  // namespace
}  // namespace triclave::table
