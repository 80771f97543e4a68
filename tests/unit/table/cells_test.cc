// Sealed cells: single values of a database's column, in batches.
#include "triclave/cells.h"

#include <set>

#include "base/integers.h"
#include "support/sealing.h"

namespace triclave::testing {
namespace {

using ::testing::HasSubstr;

class CellsTest : public Sealing {
 protected:
  static Cells values_of(const Names& values) {
    Cells out{{}, {0}};
    for (const std::string& each : values) {
      out.bytes.insert(out.bytes.end(), each.begin(), each.end());
      out.offsets.push_back(out.bytes.size());
    }
    return out;
  }
  static Names text_of_all(const Cells& cells) {
    Names out;
    for (std::size_t i = 0; i + 1 < cells.offsets.size(); ++i) out.emplace_back(as_text(cell(cells, i)));
    return out;
  }
  static ByteView cell(const Cells& cells, std::size_t i) {
    return ByteView(cells.bytes).subspan(cells.offsets[i], cells.offsets[i + 1] - cells.offsets[i]);
  }
  CellSealer batch(const std::string& column = "nir", const std::string& compartment = "identifiers") const {
    return std::move(CellSealer::make(sealer, compartment, column).value());
  }
  Result<CellOpener> open_batch(ByteView prefix, const std::string& column = "nir",
                                const std::string& compartment = "identifiers") const {
    Opener reader = opener();
    return CellOpener::make(reader, prefix, compartment, column);
  }
};

TEST_F(CellsTest, ComeBackInBatches) {
  CellSealer sealing = batch();
  const Names first = {"1760175001234", "", "x"}, second = {std::string(kMaxCellValue, 'm'), "last"};
  Cells a, b, plain;
  ASSERT_OK(sealing.seal(values_of(first), a));
  ASSERT_OK(sealing.seal(values_of(second), b));
  EXPECT_EQ(a.bytes.size(), 14 + 3 * kCellOverhead);
  const auto opening = open_batch(sealing.prefix());
  ASSERT_OK(opening);
  ASSERT_OK(opening->open(b, plain));  // any of them, in any order
  EXPECT_EQ(text_of_all(plain), second);
  ASSERT_OK(opening->open(a, plain));
  EXPECT_EQ(text_of_all(plain), first);
  ASSERT_OK(opening->open(Cells::one(cell(b, 1)), plain));
  EXPECT_EQ(text_of_all(plain), (Names{"last"}));
  ASSERT_OK(opening->open(CellsView{}, plain));
  EXPECT_TRUE(text_of_all(plain).empty());
  Cells none;
  ASSERT_OK(sealing.seal(CellsView{}, none));
  EXPECT_TRUE(none.bytes.empty());
}

TEST_F(CellsTest, NumbersNeverComeTwice) {
  CellSealer sealing = batch();
  std::set<std::uint32_t> numbers;
  std::uint32_t next = 0;
  for (const std::size_t count : {3u, 0u, 1u, 500u}) {
    Cells out;
    ASSERT_OK(sealing.seal(values_of(Names(count, "same")), out));
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(from_big_endian<std::uint32_t>(cell(out, i)), next++);
      numbers.insert(from_big_endian<std::uint32_t>(cell(out, i)));
    }
  }
  EXPECT_EQ(numbers.size(), 504u);
  // A refused call seals nothing, and so uses no number up.
  Cells out;
  EXPECT_FAILS(sealing.seal(values_of({"a", std::string(kMaxCellValue + 1, 'b')}), out), ErrorKind::invalid_argument);
  ASSERT_OK(sealing.seal(values_of({"next"}), out));
  EXPECT_EQ(from_big_endian<std::uint32_t>(cell(out, 0)), 504u);
  // Each batch has a salt, and so a key, of its own.
  const CellSealer other = batch();
  EXPECT_NE(Bytes(other.prefix().begin() + 44, other.prefix().begin() + 68),
            Bytes(sealing.prefix().begin() + 44, sealing.prefix().begin() + 68));
}

TEST_F(CellsTest, OfAnotherColumnCompartmentDatasetOrSession) {
  CellSealer sealing = batch();
  EXPECT_FAILS(open_batch(sealing.prefix(), "nom"), ErrorKind::forged);
  EXPECT_FAILS(open_batch(sealing.prefix(), ""), ErrorKind::forged);
  EXPECT_FAILS(open_batch(sealing.prefix(), "nir", "clinical"), ErrorKind::forged);
  EXPECT_FAILS(open_batch(sealing.prefix(), "nir", "imaging"), ErrorKind::invalid_argument);
  Opener stranger = stranger_to_all();
  EXPECT_FAILS(CellOpener::make(stranger, sealing.prefix(), "identifiers", "nir"), ErrorKind::invalid_argument);
  Opener few = opener({"outscale", "ovh"});
  EXPECT_FAILS(CellOpener::make(few, sealing.prefix(), "identifiers", "nir"), ErrorKind::quorum_short);

  // A cell under the key of another batch of the same column.
  CellSealer other = batch();
  Cells a, plain;
  ASSERT_OK(sealing.seal(values_of({"mine"}), a));
  const auto opening = open_batch(other.prefix());
  ASSERT_OK(opening);
  EXPECT_FAILS(opening->open(a, plain), ErrorKind::forged);
}

TEST_F(CellsTest, EveryBitOfThePrefixCounts) {
  const CellSealer sealing = batch();
  Bytes prefix(sealing.prefix().begin(), sealing.prefix().end());
  Opener reader = opener();
  ASSERT_OK(CellOpener::make(reader, prefix, "identifiers", "nir"));
  for (std::size_t bit = 0; bit < 8 * prefix.size(); ++bit) {
    prefix[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const auto opened = CellOpener::make(reader, prefix, "identifiers", "nir");
    const std::size_t at = bit / 8;
    const std::string kind = kind_of(opened);
    if (at < 10)
      EXPECT_EQ(kind, "malformed") << bit;
    else if (at < 12)
      EXPECT_THAT(kind, ::testing::AnyOf("unsupported", "malformed")) << bit;
    else if (at < 44)  // a capsule that is not at hand
      EXPECT_EQ(kind, "invalid_argument") << bit;
    else
      EXPECT_EQ(kind, "forged") << bit;
    prefix[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
  for (std::size_t size = 0; size < prefix.size(); ++size)
    EXPECT_FAILS(open_batch(ByteView(prefix).first(size)), ErrorKind::malformed) << size;
  prefix.push_back(0);
  EXPECT_FAILS(open_batch(prefix), ErrorKind::malformed);
}

TEST_F(CellsTest, EveryBitOfACellCounts) {
  CellSealer sealing = batch();
  Cells good, plain;
  ASSERT_OK(sealing.seal(values_of({"first", "second"}), good));
  const auto opening = open_batch(sealing.prefix());
  ASSERT_OK(opening);
  for (std::size_t bit = 0; bit < 8 * good.bytes.size(); ++bit) {
    good.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    plain = values_of({"old"});
    const auto refused = opening->open(good, plain);
    ASSERT_FAILS(refused, ErrorKind::forged) << bit;
    EXPECT_THAT(refused.error().message, HasSubstr(bit / 8 < good.offsets[1] ? "cell 0" : "cell 1"));
    EXPECT_TRUE(plain.bytes.empty() && plain.offsets.empty());
    good.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
  const ByteView one = cell(good, 0);
  for (std::size_t size = 0; size < one.size(); ++size) {
    plain = values_of({"old"});
    EXPECT_FAILS(opening->open(Cells::one(one.first(size)), plain),
                 size < kCellOverhead ? ErrorKind::malformed : ErrorKind::forged)
        << size;
    EXPECT_TRUE(plain.bytes.empty() && plain.offsets.empty());
  }
  EXPECT_FAILS(opening->open(Cells::one(Bytes(kMaxCellValue + kCellOverhead + 1)), plain), ErrorKind::malformed);
}

// Enough for several of the runs in which a batch is worked through; a forgery in any of them is named.
TEST_F(CellsTest, ManyOfAllSizes) {
  CellSealer sealing = batch();
  Names values;
  for (std::size_t i = 0; i < 200; ++i) values.emplace_back(i * 7 % 90, static_cast<char>('a' + i % 26));
  Cells sealed, plain;
  ASSERT_OK(sealing.seal(values_of(values), sealed));
  const auto opening = open_batch(sealing.prefix());
  ASSERT_OK(opening);
  ASSERT_OK(opening->open(sealed, plain));
  EXPECT_EQ(text_of_all(plain), values);
  for (const std::size_t i : {0u, 63u, 64u, 127u, 128u, 191u, 192u, 199u}) {
    std::uint8_t& last = sealed.bytes[sealed.offsets[i + 1] - 1];
    last ^= 1;
    const auto refused = opening->open(sealed, plain);
    ASSERT_FAILS(refused, ErrorKind::forged) << i;
    EXPECT_THAT(refused.error().message, HasSubstr("cell " + std::to_string(i) + " was changed"));
    EXPECT_TRUE(plain.bytes.empty() && plain.offsets.empty());
    last ^= 1;
  }
}

TEST_F(CellsTest, RefusesOffsetsThatLie) {
  CellSealer sealing = batch();
  Cells out, plain;
  const Bytes bytes = sample(100);
  const auto opening = open_batch(sealing.prefix());
  ASSERT_OK(opening);
  for (const std::vector<std::uint64_t>& offsets : {std::vector<std::uint64_t>{5, 4},
                                                    {0, 101},
                                                    {101, 101},
                                                    {~std::uint64_t{0}, 3},
                                                    {0, ~std::uint64_t{0}},
                                                    {0, 50, 40, 100}}) {
    const CellsView wrong{bytes, offsets};
    EXPECT_FAILS(sealing.seal(wrong, out), ErrorKind::invalid_argument);
    plain = values_of({"old"});
    EXPECT_FAILS(opening->open(wrong, plain), ErrorKind::invalid_argument);
    EXPECT_TRUE(plain.bytes.empty() && plain.offsets.empty());
  }
  // Values need not begin at 0, nor end where the bytes end.
  const std::vector<std::uint64_t> inner = {10, 20, 20, 33};
  ASSERT_OK(sealing.seal({bytes, inner}, out));
  ASSERT_OK(opening->open(out, plain));
  EXPECT_EQ(plain.bytes, Bytes(bytes.begin() + 10, bytes.begin() + 33));
  EXPECT_EQ(plain.offsets, (std::vector<std::uint64_t>{0, 10, 10, 23}));
}

TEST_F(CellsTest, NeedACompartmentAndAColumnThatCanBe) {
  EXPECT_FAILS(CellSealer::make(sealer, "imaging", "nir"), ErrorKind::invalid_argument);
  EXPECT_FAILS(CellSealer::make(sealer, "identifiers", "a\nb"), ErrorKind::invalid_argument);
  EXPECT_FAILS(CellSealer::make(sealer, "identifiers", std::string(1025, 'c')), ErrorKind::invalid_argument);
  EXPECT_OK(CellSealer::make(sealer, "identifiers", ""));
}

}  // namespace
}  // namespace triclave::testing
