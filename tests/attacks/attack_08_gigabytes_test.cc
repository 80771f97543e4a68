// 8. Records that ask for gigabytes, and lengths that overflow: refused before anything is allocated for them.
#include "attack.h"
#include "format/strict.h"
#include "largest_block.h"

namespace triclave::attacks {
namespace {

class Gigabytes : public Attack {
 protected:
  static Bytes with(Bytes record, std::size_t at, const Bytes& changed) {
    std::copy(changed.begin(), changed.end(), record.begin() + static_cast<std::ptrdiff_t>(at));
    return record;
  }
};

TEST_F(Gigabytes, TheCounterCounts) {
  EXPECT_GE(largest_block([] { Bytes block(3 * kMebibyte); }), 3 * kMebibyte);
}

TEST_F(Gigabytes, InAnObjectsLengths) {
  const Bytes object = seal(plain, {true, false});
  Opener reader = opener();
  for (const std::size_t at : {12u, 16u})
    for (const Bytes& length : {Bytes{0xFF, 0xFF, 0xFF, 0xFF}, Bytes{0x80, 0, 0, 0}, Bytes{0x00, 0x40, 0x00, 0x11}}) {
      const Bytes changed = with(object, at, length);
      EXPECT_LT(largest_block([&] { EXPECT_FAILS(opened(reader, changed), ErrorKind::malformed); }), kMebibyte);
    }
  // What the format allows may be allocated, and no more: a capsule of 4 MiB that is not there.
  const Bytes most = with(object, 16, {0x00, 0x40, 0x00, 0x00});
  EXPECT_LE(largest_block([&] { EXPECT_FAILS(opened(reader, most), ErrorKind::malformed); }), 4 * kMebibyte);
}

TEST_F(Gigabytes, InACapsulesLength) {
  for (const Bytes& length : {Bytes{0xFF, 0xFF, 0xFF, 0xFF}, Bytes{0x7F, 0xFF, 0xFF, 0xFF}}) {
    const Bytes changed = with(sealer.capsule(), 12, length);
    EXPECT_LT(largest_block([&] { EXPECT_FAILS(inspect_capsule(changed), ErrorKind::malformed); }), kMebibyte);
  }
}

// Every length inside the messages replaced by one of up to 2^64 - 1.
TEST_F(Gigabytes, InEveryVarint) {
  const Bytes huge = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
  const Bytes large = {0xFF, 0xFF, 0xFF, 0xFF, 0x07};
  const Bytes& capsule = sealer.capsule();
  for (std::size_t at = 16; at + huge.size() < 400; ++at)
    for (const Bytes& length : {huge, large})
      EXPECT_LT(largest_block([&] { EXPECT_FALSE(verify_capsule(with(capsule, at, length), policy)); }), kMebibyte);
  const Bytes object = seal(plain);
  Opener reader = opener();
  const std::size_t stream = object.size() - take_apart(object).rest.size();
  for (std::size_t at = 20; at + huge.size() < stream; ++at)
    for (const Bytes& length : {huge, large})
      EXPECT_LT(largest_block([&] { EXPECT_FALSE(opened(reader, with(object, at, length))); }), kMebibyte);
}

// A message of many tiny fields would cost a hundred times its size.
TEST_F(Gigabytes, InAMillionEmptyFields) {
  v1::Capsule message = unpack(sealer.capsule());
  Bytes body = format::serialize(message);
  for (int i = 0; i < 1000000; ++i) body.insert(body.end(), {0x1A, 0x00});  // one more empty wrap
  Bytes record(sealer.capsule().begin(), sealer.capsule().begin() + 12);
  for (const unsigned shift : {24u, 16u, 8u, 0u}) record.push_back(static_cast<std::uint8_t>(body.size() >> shift));
  record.insert(record.end(), body.begin(), body.end());
  EXPECT_LT(largest_block([&] { EXPECT_FAILS(inspect_capsule(record), ErrorKind::malformed); }), kMebibyte);
}

// A source that claims to be larger than anything, and sizes at which sums wrap around.
TEST_F(Gigabytes, InTheSizeOfTheSource) {
  class Boaster final : public Source {
   public:
    Boaster(ByteView bytes, std::uint64_t size) : bytes_(bytes), size_(size) {}
    Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
      if (offset >= bytes_.size()) return 0;
      const std::size_t size = std::min(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
      std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size, out.begin());
      return size;
    }
    std::optional<std::uint64_t> size() const override { return size_; }

   private:
    ByteView bytes_;
    std::uint64_t size_;
  };
  for (const bool sign : {false, true}) {
    const Bytes object = seal(plain, {false, sign});
    Opener reader = opener();
    for (const std::uint64_t size :
         {~std::uint64_t{0}, ~std::uint64_t{0} - 3400, std::uint64_t{1} << 63, std::uint64_t{1} << 52,
          std::uint64_t{1} << 40, std::uint64_t{0}, std::uint64_t{100}}) {
      const std::size_t block = largest_block([&] {
        auto source = reader.object(std::make_unique<Boaster>(object, size));
        if (!source) {
          EXPECT_EQ(kind_of(source), "malformed");
          return;
        }
        EXPECT_EQ((*source)->size(), std::nullopt);
        Bytes out(100);
        EXPECT_FALSE((*source)->read_at(~std::uint64_t{0} - 50, out));
        EXPECT_FALSE((*source)->read_at(size - 50, out));
        Bytes all;
        const auto sink = memory_sink(all);
        EXPECT_FALSE((*source)->copy_to(*sink));
      });
      EXPECT_LT(block, kMebibyte) << size;
    }
  }
}

}  // namespace
}  // namespace triclave::attacks
