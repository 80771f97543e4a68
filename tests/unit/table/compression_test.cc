// Zstandard frames in column chunks.
#include "table/compression.h"

#include <zstd.h>

#include "base/integers.h"
#include "base/text_codec.h"
#include "support/objects.h"
#include "table/chunk.h"

namespace triclave::testing {
namespace {

class CompressionTest : public ::testing::Test {
 protected:
  static Bytes squeezed(ByteView plain) {
    const ByteView pieces[] = {plain.first(plain.size() / 3), {}, plain.subspan(plain.size() / 3)};
    auto out = table::compress(pieces, plain.size());
    EXPECT_OK(out);
    return out.value_or(Bytes());
  }
  std::string opened_kind(ByteView compressed) const { return kind_of(table::decompress(compressed, *pool)); }
  static Bytes with_size(std::uint64_t size, ByteView frame) {
    const auto head = big_endian(size);
    Bytes out(head.begin(), head.end());
    out.insert(out.end(), frame.begin(), frame.end());
    return out;
  }
  const std::shared_ptr<table::BufferPool> pool = table::BufferPool::make();
};

TEST_F(CompressionTest, GivesBackWhatItGot) {
  for (const std::size_t size : {0u, 1u, 2u, 63u, 4096u, 200'000u, 3'000'000u}) {
    const Bytes plain = sample(size);
    const Bytes small = squeezed(plain);
    const auto back = table::decompress(small, *pool);
    ASSERT_OK(back) << size;
    EXPECT_TRUE(std::equal(plain.begin(), plain.end(), back->view().begin(), back->view().end())) << size;
    EXPECT_EQ(from_big_endian<std::uint64_t>(small), size);
  }
  EXPECT_LT(squeezed(Bytes(1'000'000, std::uint8_t{'a'})).size(), 1000u);
}

// Frames written out by hand from RFC 8878, section 3.1.1.
TEST_F(CompressionTest, ReadsFramesOfOthers) {
  const Bytes raw = from_hex("28b52ffd2003190000616263").value();  // "abc", one raw block, its size told
  const auto told = table::decompress(with_size(3, raw), *pool);
  ASSERT_OK(told);
  EXPECT_EQ(as_text(told->view()), "abc");
  const Bytes run = from_hex("28b52ffd005853000061").value();  // RFC 8878: window descriptor, one RLE block of ten
  const auto untold = table::decompress(with_size(10, run), *pool);
  ASSERT_OK(untold);
  EXPECT_EQ(as_text(untold->view()), "aaaaaaaaaa");
}

TEST_F(CompressionTest, RefusesWhatIsNotOneFrameOfThatSize) {
  const Bytes plain = sample(5000);
  const Bytes good = squeezed(plain);
  const ByteView frame = ByteView(good).subspan(8);
  EXPECT_EQ(opened_kind(with_size(5000, frame)), "success");
  for (const std::uint64_t size : {0u, 1u, 4999u, 5001u, 100'000u})
    EXPECT_EQ(opened_kind(with_size(size, frame)), "malformed");
  for (std::size_t size = 0; size < good.size(); ++size)
    ASSERT_EQ(opened_kind(ByteView(good).first(size)), "malformed") << size;
  Bytes more = good;
  more.push_back(0);
  EXPECT_EQ(opened_kind(more), "malformed");
  Bytes two = good;
  two.insert(two.end(), frame.begin(), frame.end());
  EXPECT_EQ(opened_kind(two), "malformed");
  EXPECT_EQ(opened_kind(with_size(0, from_hex("502a4d1804000000"
                                              "00000000")
                                         .value())),
            "malformed");  // skippable
  EXPECT_EQ(opened_kind(with_size(0, {})), "malformed");
  EXPECT_EQ(opened_kind(with_size(3, as_bytes("abc"))), "malformed");
}

// Refused by what the frame's length can hold, before there is memory for it.
TEST_F(CompressionTest, RefusesClaimsBeyondTheFrame) {
  const Bytes run = from_hex("28b52ffd005853000061").value();
  for (const std::uint64_t size : {table::kMaxChunk, table::kMaxChunk + 1, ~std::uint64_t{0}}) {
    const auto refused = table::decompress(with_size(size, run), *pool);
    ASSERT_FAILS(refused, ErrorKind::malformed);
    EXPECT_NE(refused.error().message.find("claims more than"), std::string::npos) << refused.error().message;
  }
}

// As dense as frames can be: the bound on claims lets it pass.
TEST_F(CompressionTest, TakesTheDensestFrames) {
  Bytes frame = from_hex("28b52ffd0058").value();
  constexpr std::size_t kBlocks = 40, kBlock = 128 * 1024;
  for (std::size_t i = 0; i < kBlocks; ++i) {
    const std::uint32_t header = kBlock << 3 | 1 << 1 | (i + 1 == kBlocks ? 1 : 0);  // RLE
    for (const unsigned shift : {0u, 8u, 16u}) frame.push_back(static_cast<std::uint8_t>(header >> shift));
    frame.push_back('z');
  }
  const auto back = table::decompress(with_size(kBlocks * kBlock, frame), *pool);
  ASSERT_OK(back);
  EXPECT_EQ(back->view()[kBlocks * kBlock - 1], 'z');
}

}  // namespace
}  // namespace triclave::testing
