#include "envelope/frame.h"

#include <gmock/gmock.h>

#include <functional>

#include "base/hash.h"
#include "format/object.pb.h"
#include "format/strict.h"
#include "support/forge.h"
#include "support/result.h"
#include "support/sources.h"

namespace triclave::envelope {
namespace {

using testing::PipeSource;

Header header() {
  Header out;
  out.capsule_id.fill(7);
  out.object_id.fill(9);
  out.name = "2024/visits.csv";
  out.dataset = "cohort";
  out.compartments = {"clinical"};
  out.content_signed = true;
  return out;
}

Result<Frame> read(ByteView bytes) {
  const auto source = memory_source(bytes);
  return read_frame(*source);
}

Result<Frame> read_edited(const std::function<void(v1::ObjectHeader&)>& edit) {
  return read(testing::edit_header(write_frame(header(), {}).bytes, edit));
}

TEST(Frame, IsReadAsItWasWritten) {
  const Bytes capsule(300, 0xC5);
  const WrittenFrame written = write_frame(header(), capsule);
  Bytes object = written.bytes;
  object.insert(object.end(), {1, 2, 3});
  for (const bool pipe : {false, true}) {
    PipeSource flowing(object);
    const auto frame = pipe ? read_frame(flowing) : read(object);
    ASSERT_OK(frame);
    EXPECT_EQ(frame->header.capsule_id, header().capsule_id);
    EXPECT_EQ(frame->header.object_id, header().object_id);
    EXPECT_EQ(frame->header.name, "2024/visits.csv");
    EXPECT_EQ(frame->header.dataset, "cohort");
    EXPECT_EQ(frame->header.compartments, std::vector<std::string>{"clinical"});
    EXPECT_TRUE(frame->header.content_signed);
    EXPECT_EQ(frame->header_hash, written.header_hash);
    EXPECT_EQ(frame->capsule, capsule);
    EXPECT_EQ(frame->stream_offset, written.bytes.size());
  }
}

TEST(Frame, TheEmbeddedCapsuleIsOutsideTheHash) {
  EXPECT_EQ(write_frame(header(), Bytes(10)).header_hash, write_frame(header(), {}).header_hash);
  const auto parts = testing::take_apart(write_frame(header(), {}).bytes);
  EXPECT_EQ(write_frame(header(), {}).header_hash, sha256(parts.header_bytes));
}

TEST(Frame, TheRecordIsLaidOutAsTheSpecSays) {
  const Bytes bytes = write_frame(header(), Bytes(0x10203, 0xAA)).bytes;
  EXPECT_EQ(as_text(ByteView(bytes).first(8)), "triclave");
  EXPECT_EQ(Bytes(bytes.begin() + 8, bytes.begin() + 12), (Bytes{0, 2, 0, 1}));
  EXPECT_EQ(Bytes(bytes.begin() + 16, bytes.begin() + 20), (Bytes{0, 1, 2, 3}));
  const std::size_t header_size = static_cast<std::size_t>(bytes[14]) << 8 | bytes[15];
  EXPECT_EQ(bytes.size(), 20 + header_size + 0x10203);
  EXPECT_EQ(bytes[20 + header_size], 0xAA);
}

TEST(Frame, EveryTruncationIsMalformed) {  // REC-01
  const Bytes bytes = write_frame(header(), Bytes(40, 1)).bytes;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FAILS(read(ByteView(bytes).first(size)), ErrorKind::malformed);
}

TEST(Frame, FieldsHaveTheirSizes) {  // OBJ-01
  EXPECT_OK(read_edited([](v1::ObjectHeader&) {}));
  for (const std::size_t size : {0u, 15u, 17u, 31u, 33u}) {
    const std::string wrong(size, 'x');
    EXPECT_FAILS(read_edited([&](v1::ObjectHeader& h) { h.set_capsule_id(wrong); }), ErrorKind::malformed);
    EXPECT_FAILS(read_edited([&](v1::ObjectHeader& h) { h.set_object_id(wrong); }), ErrorKind::malformed);
  }
}

TEST(Frame, TheKindIsTheRecords) {  // OBJ-01, REC-03
  for (const std::uint32_t kind : {0u, 1u, 3u, 65538u})
    EXPECT_FAILS(read_edited([&](v1::ObjectHeader& h) { h.set_kind(kind); }), ErrorKind::malformed);
  Bytes bytes = write_frame(header(), {}).bytes;
  bytes[9] = 1;
  EXPECT_FAILS(read(bytes), ErrorKind::malformed);
  bytes[9] = 2;
  bytes[11] = 2;
  EXPECT_FAILS(read(bytes), ErrorKind::unsupported);  // REC-02
}

TEST(Frame, AByteObjectHasOneStream) {  // OBJ-01
  EXPECT_FAILS(read_edited([](v1::ObjectHeader& h) { h.clear_streams(); }), ErrorKind::malformed);
  EXPECT_FAILS(read_edited([](v1::ObjectHeader& h) { h.add_streams("clinical"); }), ErrorKind::malformed);
}

TEST(Frame, NamesAreNames) {  // OBJ-01, ENC-03, ENC-04
  for (const std::string bad : {"", "Clinical", "a b"}) {
    EXPECT_FAILS(read_edited([&](v1::ObjectHeader& h) { h.set_streams(0, bad); }), ErrorKind::malformed);
    EXPECT_FAILS(read_edited([&](v1::ObjectHeader& h) { h.set_dataset(bad); }), ErrorKind::malformed);
  }
  EXPECT_OK(read_edited([](v1::ObjectHeader& h) { h.clear_name(); }));
  EXPECT_OK(read_edited([](v1::ObjectHeader& h) { h.set_name(std::string(1024, 'n')); }));
  EXPECT_OK(read_edited([](v1::ObjectHeader& h) {
    h.set_name(
        "Ann\xc3\xa9"
        "e \xf0\x9f\x94\x92");
  }));
  EXPECT_FAILS(read_edited([](v1::ObjectHeader& h) { h.set_name(std::string(1025, 'n')); }), ErrorKind::malformed);
  EXPECT_FAILS(read_edited([](v1::ObjectHeader& h) { h.set_name("line\nfeed"); }), ErrorKind::malformed);
}

TEST(Frame, LengthsBeyondTheFormatAreRefusedAsTheyAreRead) {  // LIM-01
  for (const std::size_t at : {12u, 16u}) {
    Bytes bytes = write_frame(header(), {}).bytes;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, std::uint8_t{0xFF});
    bytes.resize(20);  // nothing follows: only the claim itself can be refused
    const auto refused = read(bytes);
    EXPECT_FAILS(refused, ErrorKind::malformed);
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("4294967295"));
  }
  Bytes bytes = write_frame(header(), {}).bytes;
  std::fill_n(bytes.begin() + 12, 4, std::uint8_t{0});  // no header at all
  EXPECT_FAILS(read(bytes), ErrorKind::malformed);
  bytes = write_frame(header(), {}).bytes;
  bytes[13] = 1;  // 64 KiB and more
  bytes.resize(200 * 1024);
  EXPECT_FAILS(read(bytes), ErrorKind::malformed);
}

TEST(Frame, IsReadStrictly) {  // PB-05
  auto parts = testing::take_apart(write_frame(header(), {}).bytes);
  parts.header_bytes.insert(parts.header_bytes.end(), {0x40, 0x01});
  EXPECT_FAILS(read(testing::put_together(parts.header_bytes, {}, {})), ErrorKind::malformed);
}

TEST(Frame, TheContextNamesHeaderAndStream) {
  Id hash{};
  const auto context = stream_context(hash, 3);
  ASSERT_EQ(context.size(), 4 + 18 + 4 + 32 + 4 + 4u);
  EXPECT_EQ(as_text(ByteView(context).subspan(4, 18)), "triclave/v1/stream");
  EXPECT_EQ(context.back(), 3);
  EXPECT_NE(stream_context(hash, 4), context);
  hash[0] = 1;
  EXPECT_NE(stream_context(hash, 3), context);
}

}  // namespace
}  // namespace triclave::envelope
