#include "cli/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/record_kind.h"
#include "support/result.h"
#include "support/temp_folder.h"

namespace triclave::cli {
namespace {

// Reads forward only, as a pipe does.
class Forward final : public Source {
 public:
  explicit Forward(Bytes bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    if (offset != position_) return fail(ErrorKind::invalid_argument, "not forward");
    const auto got = memory_source(bytes_)->read_at(offset, out);
    position_ += *got;
    return got;
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  Bytes bytes_;
  std::uint64_t position_ = 0;
};

std::string read(Source& source, std::uint64_t offset, std::size_t size) {
  Bytes out(size);
  const auto got = source.read_at(offset, out);
  EXPECT_OK(got);
  return std::string(as_text(ByteView(out).first(got.value_or(0))));
}

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(ReplaySource, GivesTheBeginningAgain) {
  ReplaySource source(std::make_unique<Forward>(bytes("0123456789")));
  EXPECT_EQ(read(source, 0, 3), "012");
  EXPECT_EQ(read(source, 3, 2), "34");
  EXPECT_EQ(read(source, 1, 3), "123");
  EXPECT_EQ(read(source, 4, 4), "4567");  // half kept, half new
  source.stop_keeping();
  EXPECT_EQ(read(source, 0, 8), "01234567");
  EXPECT_EQ(read(source, 8, 0), "");
  EXPECT_EQ(read(source, 8, 10), "89");
  Bytes out(1);
  EXPECT_FAILS(source.read_at(8, out), ErrorKind::invalid_argument);  // no longer kept
}

TEST(Output, IsReplacedOnlyByForce) {
  const testing::TempFolder folder;
  const std::string path = folder / "a";
  EXPECT_OK(write_whole(path, as_bytes("old"), false));
  EXPECT_FAILS(write_whole(path, as_bytes("new"), false), ErrorKind::invalid_argument);
  EXPECT_EQ(testing::read_file(path), "old");
  EXPECT_OK(write_whole(path, as_bytes("new"), true));
  EXPECT_EQ(testing::read_file(path), "new");
}

TEST(Output, ADeviceStaysADevice) {
  EXPECT_OK(write_whole("/dev/null", as_bytes("gone"), false));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(Input, WholeFilesHaveALimit) {
  const testing::TempFolder folder;
  testing::write_file(folder / "a", "12345");
  EXPECT_EQ(read_whole(folder / "a", 5).value(), bytes("12345"));
  EXPECT_FAILS(read_whole(folder / "a", 4), ErrorKind::malformed);
  EXPECT_FAILS(read_whole(folder / "b", 4), ErrorKind::io);
}

TEST(RecordKind, IsACapsuleOrAnObjectToBe) {
  const auto kind = [](std::string_view text) { return kind_of(*memory_source(as_bytes(text))).value(); };
  EXPECT_EQ(kind(std::string_view("triclave\0\1\0\1", 12)), FileKind::capsule);
  EXPECT_EQ(kind(std::string_view("triclave\0\2\0\1", 12)), FileKind::object);
  EXPECT_EQ(kind("triclave"), FileKind::object);
  EXPECT_EQ(kind(""), FileKind::object);
}

}  // namespace
}  // namespace triclave::cli
