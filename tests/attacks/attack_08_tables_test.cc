// 8. Tables that ask for gigabytes: by their lengths, by footers and chunks of somebody who holds the data key, and by
// frames that unpack to more than anybody has.
#include "base/integers.h"
#include "base/text_codec.h"
#include "largest_block.h"
#include "table/chunk.h"
#include "table/compression.h"
#include "table_attack.h"

namespace triclave::attacks {
namespace {

class TableGigabytes : public TableAttack {
 protected:
  template <class Number>
  static Bytes with(Bytes bytes, std::size_t at, Number number) {
    const auto changed = big_endian(number);
    std::copy(changed.begin(), changed.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return bytes;
  }
  // The table with another footer of the clinical columns, sealed as it should be.
  Bytes with_footer(ByteView plain) const {
    Apart changed = good;
    changed.footers[0] = resealed(file, "clinical", 0, plain);
    return changed.joined();
  }
  void expect_cheap_refusal(const Bytes& changed, std::size_t bound = kMebibyte) {
    EXPECT_LT(
        largest_block([&] { EXPECT_FAILS(OpenTable::open(reader, memory_source(changed)), ErrorKind::malformed); }),
        bound);
  }

  const std::vector<Parts> truth = three(1000);
  const Bytes file = table_of(truth);
  const Apart good = apart(file, 12);
  Opener reader = opener();
};

constexpr std::uint64_t kHuge[] = {std::uint64_t{1} << 30, std::uint64_t{1} << 40, std::uint64_t{1} << 62,
                                   std::uint64_t{1} << 63, ~std::uint64_t{0},      ~std::uint64_t{0} - 100};

TEST_F(TableGigabytes, InTheLengthsAtTheEnd) {
  for (const std::size_t behind : {8u, 16u, 24u})
    for (const std::uint64_t huge : kHuge) expect_cheap_refusal(with(file, file.size() - behind, huge));
}

TEST_F(TableGigabytes, InTheLengthsAtTheBegin) {
  for (const std::size_t at : {12u, 16u})
    for (const std::uint32_t huge : {~std::uint32_t{0}, std::uint32_t{1} << 31, (std::uint32_t{4} << 20) + 1})
      expect_cheap_refusal(with(file, at, huge));
  expect_cheap_refusal(with(file, 16, std::uint32_t{4} << 20), 4 * kMebibyte + 1);  // a capsule may be so long
}

TEST_F(TableGigabytes, InTheSizeOfTheSource) {
  class Boaster final : public Source {
   public:
    Boaster(ByteView bytes, std::uint64_t size) : bytes_(memory_source(bytes)), size_(size) {}
    Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
      return bytes_->read_at(offset, out);
    }
    std::optional<std::uint64_t> size() const override { return size_; }

   private:
    std::unique_ptr<Source> bytes_;
    std::uint64_t size_;
  };
  for (const std::uint64_t huge : kHuge)
    EXPECT_LT(largest_block([&] {
                EXPECT_FAILS(OpenTable::open(reader, std::make_unique<Boaster>(file, huge)), ErrorKind::malformed);
              }),
              kMebibyte);
}

TEST_F(TableGigabytes, InEveryVarintOfAFooter) {
  const Bytes plain = unsealed(file, "clinical", 0, good.footers[0]);
  const Bytes huge = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01},
              large = {0xFF, 0xFF, 0xFF, 0xFF, 0x07};
  for (std::size_t at = 0; at + huge.size() < plain.size(); ++at)
    for (const Bytes& number : {huge, large}) {
      Bytes changed = plain;
      std::copy(number.begin(), number.end(), changed.begin() + static_cast<std::ptrdiff_t>(at));
      EXPECT_LT(largest_block([&] { (void)table::parse_footer(changed, 12 * good.chunks[0].size(), 2); }), kMebibyte);
    }
}

TEST_F(TableGigabytes, InEveryNumberOfAFooter) {
  const Bytes plain = unsealed(file, "clinical", 0, good.footers[0]);
  const auto edited = [&](const std::function<void(table::Footer&)>& edit) {
    auto footer = table::parse_footer(plain, 12 * good.chunks[0].size(), 2).value();
    edit(footer);
    expect_cheap_refusal(with_footer(table::serialize_footer(footer)));
  };
  for (const std::uint64_t huge : kHuge) {
    edited([&](table::Footer& f) { f.columns = static_cast<std::uint32_t>(huge | 0x80000000); });
    edited([&](table::Footer& f) { f.own[0].position = static_cast<std::uint32_t>(huge | 0x80000000); });
    edited([&](table::Footer& f) { f.row_groups[0].rows = huge * 2 + 1; });
    edited([&](table::Footer& f) { f.row_groups[0].rows = huge; });
    edited([&](table::Footer& f) { f.row_groups[0].chunks[0].offset = huge; });
    edited([&](table::Footer& f) { f.row_groups[0].chunks[0].size = huge; });
  }
}

// Small on the wire, large in memory: counted before anything is allocated for them.
TEST_F(TableGigabytes, InAMillionEmptyFields) {
  for (const std::uint8_t tag : Bytes{0x12, 0x1A, 0x22}) {  // own, row_groups, notes
    Bytes plain = {0x08, 0x04};
    for (int i = 0; i < 1'048'576; ++i) plain.insert(plain.end(), {tag, 0x00});
    EXPECT_LT(largest_block([&] { EXPECT_FAILS(table::parse_footer(plain, 100, 2), ErrorKind::malformed); }),
              kMebibyte);
  }
}

TEST_F(TableGigabytes, InTheSizesOfAChunk) {
  const Bytes plain = unsealed(file, "clinical", 2, good.chunks[0]);
  for (std::size_t at = 0; at < 32; at += 8)
    for (const std::uint64_t huge : kHuge) {
      Apart changed = good;
      changed.chunks[0] = resealed(file, "clinical", 2, with(plain, at, huge));
      const Bytes joined = changed.joined();
      auto opened = OpenTable::open(reader, memory_source(joined));
      ASSERT_OK(opened);
      table::OwnedArray batch;
      EXPECT_LT(largest_block([&] { EXPECT_FAILS(opened->read(0, {}, batch.get()), ErrorKind::malformed); }),
                kMebibyte);
    }
}

// 2^31 - 1 rows of nothing are allowed, and cost nothing.
TEST_F(TableGigabytes, InRowsOfNulls) {
  const Parts most = batch_of({nulls("a", 0x7FFFFFFF)});
  const Bytes rows = table_of({most});
  auto opened = open_table(rows);
  ASSERT_OK(opened);
  EXPECT_EQ(opened->rows(), 0x7FFFFFFFu);
  table::OwnedArray batch;
  EXPECT_LT(largest_block([&] { EXPECT_OK(opened->read(0, {}, batch.get())); }), kMebibyte);
}

TEST_F(TableGigabytes, InCompressedBombs) {
  const auto pool = table::BufferPool::make();
  const auto refused = [&](std::uint64_t claim, const Bytes& frame) {
    Bytes chunk(8);
    chunk.insert(chunk.end(), frame.begin(), frame.end());
    chunk = with(chunk, 0, claim);
    EXPECT_LT(largest_block([&] { EXPECT_FAILS(table::decompress(chunk, *pool), ErrorKind::malformed); }), kMebibyte)
        << claim;
  };
  // Blocks of one byte repeated 131,072 times: `blocks` of them.
  const auto bomb = [](std::size_t blocks) {
    Bytes out = from_hex("28b52ffd0058").value();
    for (std::size_t i = 0; i < blocks; ++i)
      out.insert(out.end(), {static_cast<std::uint8_t>(i + 1 == blocks ? 0x03 : 0x02), 0x00, 0x10, 'z'});
    return out;
  };
  for (const std::uint64_t huge : kHuge) refused(huge, bomb(4));
  refused(table::kMaxChunk + 1, bomb(8193));
  refused(1000, bomb(8193));  // a gigabyte where a thousand bytes were told
  // What an honest claim costs is what it says.
  Bytes honest(8);
  const Bytes frame = bomb(16);
  honest.insert(honest.end(), frame.begin(), frame.end());
  honest = with(honest, 0, std::uint64_t{2 * kMebibyte});
  EXPECT_OK(table::decompress(honest, *pool));
}

}  // namespace
}  // namespace triclave::attacks
