// Ranges: any part of an object, each chunk authenticated, nothing else touched.
#include <random>

#include "envelope/object_sink.h"
#include "support/sealing.h"
#include "support/sources.h"

namespace triclave::envelope {
namespace {

using namespace ::triclave::testing;

constexpr std::size_t kChunk = cipher::kChunkSize;
constexpr std::size_t kSealedChunk = cipher::kSealedChunkSize;

class RangeTest : public Sealing {
 protected:
  std::unique_ptr<OpenObject> open(Bytes& object) {
    auto source = reader.object(std::make_unique<WatchedSource>(object, watch, [this] {
      if (before_read) before_read();
    }));
    EXPECT_OK(source);
    return std::move(*source);
  }
  // Offset of chunk `index` in an object without signature.
  static std::size_t chunk_at(const Bytes& object, std::size_t index) {
    const auto parts = testing::take_apart(object);
    return object.size() - parts.rest.size() + cipher::kPrefixSize + index * kSealedChunk;
  }

  Opener reader = opener();
  WatchedSource::Watch watch;
  std::function<void()> before_read;
};

TEST_F(RangeTest, EveryRangeIsThePlaintextsRange) {
  std::mt19937 random(5);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kChunk, 5 * kChunk + 3, 2 * kRunSize, 3 * kRunSize + 1000})
    for (const bool sign : {false, true})
      for (const bool in_memory : {false, true}) {
        const Bytes plain = sample(size);
        Bytes object = seal(plain, {false, sign});
        auto source = open(object);
        if (in_memory) source = std::move(reader.object(memory_source(object)).value());
        for (int round = 0; round < 60; ++round) {
          const std::size_t offset = random() % (size + size / 8 + 10);
          Bytes out(random() % (round % 4 == 0 ? size + 10 : 3 * kChunk), 0xEE);
          const auto got = source->read_at(offset, out);
          ASSERT_OK(got);
          const std::size_t expected = offset >= size ? 0 : std::min(out.size(), size - offset);
          ASSERT_EQ(*got, expected);
          ASSERT_TRUE(std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(expected),
                                 plain.begin() + static_cast<std::ptrdiff_t>(std::min(offset, size))));
        }
      }
}

TEST_F(RangeTest, OffsetsBeyondEverythingReadNothing) {
  Bytes object = seal(sample(1000));
  const auto source = open(object);
  Bytes out(10);
  for (const std::uint64_t offset : {std::uint64_t{1000}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    const auto got = source->read_at(offset, out);
    ASSERT_OK(got);
    EXPECT_EQ(*got, 0u);
  }
}

TEST_F(RangeTest, ARangeTouchesItsOwnChunksOnly) {
  const Bytes plain = sample(40 * kChunk + 5);
  Bytes object = seal(plain);
  const auto source = open(object);
  watch.reset();
  Bytes out(2 * kChunk);
  ASSERT_OK(source->read_at(7 * kChunk + 100, out));  // chunks 7, 8 and 9
  EXPECT_EQ(watch.lowest, chunk_at(object, 7));
  EXPECT_EQ(watch.highest, chunk_at(object, 10));
  EXPECT_EQ(watch.total, 3 * kSealedChunk);
  watch.reset();
  Bytes few(10);
  ASSERT_OK(source->read_at(9 * kChunk + 200, few));  // the chunk read last is kept
  EXPECT_EQ(watch.total, 0u);
  ASSERT_OK(source->read_at(30 * kChunk, few));
  EXPECT_EQ(watch.total, kSealedChunk);
}

TEST_F(RangeTest, ADamagedChunkDoesNotSpoilTheOthers) {
  const Bytes plain = sample(20 * kChunk);
  Bytes object = seal(plain);
  object[chunk_at(object, 3) + 50] ^= 1;
  const auto source = open(object);
  Bytes out(kChunk);
  EXPECT_OK(source->read_at(2 * kChunk, out));
  EXPECT_OK(source->read_at(4 * kChunk, out));
  for (const std::size_t offset : {3 * kChunk, 3 * kChunk + 60, 2 * kChunk + 1}) {
    std::fill(out.begin(), out.end(), std::uint8_t{0xEE});
    EXPECT_FAILS(source->read_at(offset, out), ErrorKind::forged);
    EXPECT_EQ(out, Bytes(kChunk)) << "nothing may stay of a read that failed";
  }
  Bytes whole(plain.size());
  EXPECT_FAILS(source->read_at(0, whole), ErrorKind::forged);
  EXPECT_EQ(whole, Bytes(plain.size()));
}

TEST_F(RangeTest, TheSizeIsAuthenticated) {  // OBJ-07
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, kChunk, 3 * kChunk + 5}) {
    const Bytes plain = sample(size);
    Bytes object = seal(plain);
    EXPECT_EQ(open(object)->size(), size);
    object.back() ^= 1;
    const auto damaged = open(object);
    EXPECT_EQ(damaged->size(), std::nullopt);
    Bytes out(kChunk);
    EXPECT_FAILS(damaged->read_at(size, out), ErrorKind::forged);  // would tell where the end is
  }
}

// Whole chunks cut off and the end patched so that the length is possible again.
TEST_F(RangeTest, AnEndCutOffIsNoEnd) {
  Bytes object = seal(sample(3 * kChunk + 500));
  object.resize(chunk_at(object, 2) + 500 + cipher::kTagSize);  // chunk 2 as if it were the last
  const auto source = open(object);
  EXPECT_EQ(source->size(), std::nullopt);
  Bytes out(kChunk);
  EXPECT_FAILS(source->read_at(2 * kChunk + 500, out), ErrorKind::forged);
  EXPECT_FAILS(source->read_at(2 * kChunk, out), ErrorKind::forged);
  EXPECT_OK(source->read_at(0, out));
}

TEST_F(RangeTest, AnObjectThatShrinksUnderTheReaderIsAnError) {
  Bytes object = seal(sample(10 * kChunk));
  const auto source = open(object);
  object.resize(chunk_at(object, 5));
  Bytes out(100);
  EXPECT_FAILS(source->read_at(8 * kChunk, out), ErrorKind::malformed);
  EXPECT_OK(source->read_at(0, out));
  Bytes back;
  const auto sink = memory_sink(back);
  EXPECT_FALSE(source->copy_to(*sink));
}

TEST_F(RangeTest, SizeAndRangesMayBeAskedInAnyOrder) {
  const Bytes plain = sample(2 * kRunSize + 77);
  Bytes object = seal(plain);
  const auto source = open(object);
  Bytes out(50);
  ASSERT_OK(source->read_at(100, out));
  EXPECT_EQ(source->size(), plain.size());
  ASSERT_OK(source->read_at(100, out));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), plain.begin() + 100));
  Bytes back;
  const auto sink = memory_sink(back);
  ASSERT_OK(source->copy_to(*sink));
  EXPECT_EQ(back, plain);
  ASSERT_OK(source->read_at(kRunSize - 20, out));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), plain.begin() + kRunSize - 20));
}

}  // namespace
}  // namespace triclave::envelope
