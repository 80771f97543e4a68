// Where segments begin and end, and that each names the one before it.
#include "table/segments.h"

#include "base/integers.h"
#include "support/sources.h"
#include "support/tables.h"

namespace triclave::testing {
namespace {

using table::read_segments;
using ::testing::ElementsAre;

class SegmentsTest : public ::testing::Test {
 protected:
  static Result<std::vector<table::Segment>> read(ByteView file) { return read_segments(*memory_source(file)); }
  static Bytes behind(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  const envelope::Header header = fake_header({"clinical", "identifiers"});
  const FakeSegment one = fake_segment(header, 500, {80, 90}, sample(37));
};

TEST_F(SegmentsTest, Single) {
  const auto found = read(one.bytes);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 1u);
  const table::Segment& segment = found->front();
  EXPECT_EQ(segment.begin, 0u);
  EXPECT_EQ(segment.size, one.bytes.size());
  EXPECT_EQ(segment.frame.header_hash, one.header_hash);
  EXPECT_EQ(segment.frame.capsule, sample(37));
  EXPECT_EQ(segment.frame.stream_offset, one.bytes.size() - 24 - 90 - 80 - 500);
  EXPECT_EQ(segment.chunks_size(), 500u);
  ASSERT_EQ(segment.footers.size(), 2u);
  EXPECT_EQ(segment.footers[0].offset, 500u);
  EXPECT_EQ(segment.footers[0].size, 80u);
  EXPECT_EQ(segment.footers[1].offset, 580u);
  EXPECT_EQ(segment.footers[1].size, 90u);
}

TEST_F(SegmentsTest, SeveralFromTheEnd) {
  const Bytes file = fake_segments(5, {"clinical"});
  const auto found = read(file);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 5u);
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*found)[i].begin, at);
    EXPECT_EQ((*found)[i].chunks_size(), i);
    at += (*found)[i].size;
  }
  EXPECT_EQ(at, file.size());
}

TEST_F(SegmentsTest, EveryCutIsMalformed) {
  for (std::size_t size = 0; size < one.bytes.size(); ++size)
    ASSERT_FAILS(read(ByteView(one.bytes).first(size)), ErrorKind::malformed) << size;
  for (std::size_t size = 1; size < one.bytes.size(); ++size)
    ASSERT_FAILS(read(ByteView(one.bytes).subspan(size)), ErrorKind::malformed) << size;
}

TEST_F(SegmentsTest, LengthsThatLie) {
  const auto with = [&](std::size_t from_end, std::uint64_t number) {
    Bytes file = one.bytes;
    const auto bytes = big_endian(number);
    std::copy(bytes.begin(), bytes.end(), file.end() - static_cast<std::ptrdiff_t>(from_end));
    return file;
  };
  const std::uint64_t size = one.bytes.size();
  for (const std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{63}, std::uint64_t{64}, size - 1, size + 1,
                                    size / 2, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    EXPECT_FAILS(read(with(8, wrong)), ErrorKind::malformed) << wrong;
  for (const std::size_t footer : {16u, 24u})
    for (const std::uint64_t wrong : {std::uint64_t{671}, size, std::uint64_t{1} << 63, ~std::uint64_t{0}})
      EXPECT_FAILS(read(with(footer, wrong)), ErrorKind::malformed) << wrong;
  // Another division of the body adds up: its footers then do not open.
  EXPECT_EQ(read(with(24, 0)).value().front().chunks_size(), 580u);
}

TEST_F(SegmentsTest, TheCapsulesLengthReachesNoFurtherThanTheSegment) {
  Bytes file = one.bytes;
  for (const std::uint32_t wrong :
       {std::uint32_t{37 + 680}, std::uint32_t{37 + 671}, std::uint32_t{4 << 20}, ~std::uint32_t{0}}) {
    const auto bytes = big_endian(wrong);
    std::copy(bytes.begin(), bytes.end(), file.begin() + 16);
    EXPECT_FAILS(read(file), ErrorKind::malformed) << wrong;
  }
}

TEST_F(SegmentsTest, NameTheOneBefore) {
  const Bytes first = one.bytes;
  const auto next = [&](const Id& previous) { return fake_segment(fake_header({"clinical"}, previous), 9, {72}); };
  const FakeSegment second = next(one.header_hash), third = next(second.header_hash);
  EXPECT_OK(read(behind(behind(first, second.bytes), third.bytes)));
  EXPECT_OK(read(behind(first, second.bytes)));  // the last one cut off: nobody can see that
  EXPECT_FAILS(read(behind(first, third.bytes)), ErrorKind::forged);
  EXPECT_FAILS(read(behind(second.bytes, third.bytes)), ErrorKind::forged);
  EXPECT_FAILS(read(second.bytes), ErrorKind::forged);
  EXPECT_FAILS(read(behind(first, behind(third.bytes, second.bytes))), ErrorKind::forged);
  EXPECT_FAILS(read(behind(first, behind(second.bytes, second.bytes))), ErrorKind::forged);
  EXPECT_FAILS(read(behind(first, first)), ErrorKind::forged);
  auto elsewhere = fake_header({"clinical"}, one.header_hash);
  elsewhere.dataset = "another-cohort";
  EXPECT_FAILS(read(behind(first, fake_segment(elsewhere, 9, {72}).bytes)), ErrorKind::forged);
}

TEST_F(SegmentsTest, AtMost1024) {
  EXPECT_EQ(read(fake_segments(1024, {"clinical"})).value().size(), 1024u);
  EXPECT_FAILS(read(fake_segments(1025, {"clinical"})), ErrorKind::malformed);
}

TEST_F(SegmentsTest, NeedASizeAndReadNoBody) {
  PipeSource pipe(one.bytes);
  EXPECT_FAILS(read_segments(pipe), ErrorKind::invalid_argument);
  Bytes large = fake_segment(header, 1 << 20, {80, 80}).bytes;
  WatchedSource::Watch watch;
  WatchedSource source(large, watch);
  ASSERT_OK(read_segments(source));
  EXPECT_LT(watch.total, 2000u);
}

TEST_F(SegmentsTest, HeadersOfTablesOnly) {
  auto object = header;
  object.kind = format::RecordKind::object;
  object.compartments = {"clinical"};
  EXPECT_FAILS(read(fake_segment(object, 9, {80}).bytes), ErrorKind::malformed);
  auto with_signature = header;
  with_signature.content_signed = true;
  EXPECT_FAILS(read(fake_segment(with_signature, 9, {80, 80}).bytes), ErrorKind::unsupported);
  auto twice = header;
  twice.compartments = {"clinical", "clinical"};
  EXPECT_FAILS(read(fake_segment(twice, 9, {80, 80}).bytes), ErrorKind::malformed);
  auto none = header;
  none.compartments = {};
  EXPECT_FAILS(read(fake_segment(none, 9, {}).bytes), ErrorKind::malformed);
}

TEST_F(SegmentsTest, TheTailIsTheirLengths) {
  const Bytes tail = table::write_tail({{0, 1}, {1, 0x0203}}, 0x0405);
  EXPECT_EQ(tail, (Bytes{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 4, 5}));
}

}  // namespace
}  // namespace triclave::testing
