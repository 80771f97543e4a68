// Sizes, exactly and to the limits, and the refusal of those that cannot be.
#include "whole.h"

namespace triclave::cipher {
namespace {

// A 4 PiB - 1 byte plaintext has 2^38 chunks: 56 + 2^52 - 1 + 2^38 * 16.
constexpr std::uint64_t kLongestPlain = 4503599627370495;
constexpr std::uint64_t kLongestSealed = 4507997673881655;

TEST(CobblestoneSize, SealedSizeIsExact) {
  EXPECT_EQ(sealed_size(0), 72u);
  EXPECT_EQ(sealed_size(1), 73u);
  EXPECT_EQ(sealed_size(16383), 16455u);
  EXPECT_EQ(sealed_size(16384), 16472u);  // an empty chunk ends it
  EXPECT_EQ(sealed_size(16385), 16473u);
  EXPECT_EQ(sealed_size(32768), 32872u);
  EXPECT_EQ(sealed_size(kLongestPlain), kLongestSealed);
}

TEST(CobblestoneSize, PlainSizeIsItsReverse) {
  for (std::uint64_t plain : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{16383}, std::uint64_t{16384},
                              std::uint64_t{16385}, std::uint64_t{49152}, std::uint64_t{1} << 40, kLongestPlain})
    EXPECT_EQ(plain_size(*sealed_size(plain)), plain);
}

TEST(CobblestoneSize, OverFourPebibytesIsRefused) {
  EXPECT_EQ(outcome(sealed_size(kLongestPlain + 1)), "invalid_argument");
  EXPECT_EQ(outcome(sealed_size(~std::uint64_t{0})), "invalid_argument");
  EXPECT_EQ(outcome(plain_size(kLongestSealed + 1)), "malformed");
  EXPECT_EQ(outcome(plain_size(kLongestSealed + 17)), "malformed");
  EXPECT_EQ(outcome(plain_size(~std::uint64_t{0})), "malformed");
}

TEST(CobblestoneSize, LengthsThatNoPlaintextHasAreRefused) {
  for (std::uint64_t size = 0; size < 3 * 16400; ++size)
    ASSERT_EQ(outcome(plain_size(size)), possible_length(size) ? "opened" : "malformed") << size;
}

TEST(CobblestoneSize, RunSizes) {
  EXPECT_EQ(sealed_run_size(0, false), 0u);
  EXPECT_EQ(sealed_run_size(0, true), 16u);
  EXPECT_EQ(sealed_run_size(16384, false), 16400u);
  EXPECT_EQ(sealed_run_size(16384, true), 16416u);
  EXPECT_EQ(sealed_run_size(3 * 16384 + 5, true), 3 * 16384 + 5 + 64u);
}

class CobblestoneRefuses : public testing::Test {
 protected:
  Message message = Message::create(test_key(), {});
  Bytes plain = pattern(2 * kChunkSize);
  Bytes sealed = Bytes(2 * kSealedChunkSize);
};

TEST_F(CobblestoneRefuses, SealingPartOfAChunkBeforeTheEnd) {
  for (std::size_t tags : {1u, 2u}) {
    Bytes out(16384 + 5 + tags * 16);
    EXPECT_EQ(outcome(message.seal_run(0, ByteView(plain).first(16384 + 5), false, out)), "invalid_argument");
    EXPECT_EQ(outcome(message.seal_run_in_place(0, out, false)), "invalid_argument");
    EXPECT_TRUE(all_zero(out));
  }
}

TEST_F(CobblestoneRefuses, BuffersOfTheWrongSize) {
  for (std::size_t wrong : {std::size_t{0}, sealed.size() - 1, sealed.size() + 1, sealed.size() + 16}) {
    Bytes out(wrong);
    EXPECT_EQ(outcome(message.seal_run(0, plain, false, out)), "invalid_argument") << wrong;
  }
  ASSERT_TRUE(message.seal_run(0, plain, false, sealed));
  for (std::size_t wrong : {std::size_t{0}, plain.size() - 1, plain.size() + 1}) {
    Bytes out(wrong, 0xAA);
    EXPECT_EQ(outcome(message.open_run(0, sealed, false, out)), "invalid_argument") << wrong;
    EXPECT_TRUE(all_zero(out)) << wrong;
  }
}

TEST_F(CobblestoneRefuses, SealedRunsThatNoPlaintextHas) {
  Bytes out(2 * kChunkSize, 0xAA);
  for (std::size_t size : {std::size_t{1}, kTagSize, kSealedChunkSize - 1, kSealedChunkSize + 1, kSealedChunkSize + 20})
    EXPECT_EQ(outcome(message.open_run(0, ByteView(sealed).first(size), false, out)), "malformed") << size;
  for (std::size_t size :
       {std::size_t{0}, kTagSize - 1, kSealedChunkSize, kSealedChunkSize + 15, 2 * kSealedChunkSize}) {
    EXPECT_EQ(outcome(message.open_run(0, ByteView(sealed).first(size), true, out)), "malformed") << size;
    Bytes run(size, 0xAA);
    EXPECT_EQ(outcome(message.open_run_in_place(0, run, true)), "malformed") << size;
    EXPECT_TRUE(all_zero(run));
    EXPECT_EQ(outcome(message.seal_run_in_place(0, run, true)), "invalid_argument") << size;
  }
  EXPECT_TRUE(all_zero(out));
}

TEST_F(CobblestoneRefuses, BuffersThatOverlap) {
  Bytes both(plain.size() + sealed.size());
  const auto in = MutableBytes(both).first(plain.size());
  EXPECT_EQ(outcome(message.seal_run(0, in, false, MutableBytes(both).subspan(in.size() - 1, sealed.size()))),
            "invalid_argument");
  EXPECT_TRUE(message.seal_run(0, in, false, MutableBytes(both).subspan(in.size())));  // touching is not overlapping
  EXPECT_EQ(outcome(message.open_run(0, MutableBytes(both).first(sealed.size()), false,
                                     MutableBytes(both).subspan(sealed.size() - 1, plain.size()))),
            "invalid_argument");
}

TEST_F(CobblestoneRefuses, ChunksBeyondTheLimit) {
  const std::uint64_t end = std::uint64_t{1} << 38;
  Bytes tail(kTagSize);
  EXPECT_TRUE(message.seal_run(end - 1, {}, true, tail));  // the very last chunk, short
  EXPECT_TRUE(message.open_run(end - 1, tail, true, {}));
  EXPECT_EQ(outcome(message.seal_run(end, {}, true, tail)), "invalid_argument");
  EXPECT_EQ(outcome(message.open_run(end, tail, true, {})), "malformed");
  EXPECT_TRUE(message.seal_run(end - 3, plain, false, sealed));
  EXPECT_EQ(outcome(message.seal_run(end - 2, plain, false, sealed)), "invalid_argument");  // no room for an end
  EXPECT_EQ(outcome(message.open_run(end - 2, sealed, false, plain)), "malformed");
  EXPECT_EQ(outcome(message.seal_run(~std::uint64_t{0}, plain, false, sealed)), "invalid_argument");
  EXPECT_EQ(outcome(message.open_run(~std::uint64_t{0}, sealed, false, plain)), "malformed");
}

}  // namespace
}  // namespace triclave::cipher
