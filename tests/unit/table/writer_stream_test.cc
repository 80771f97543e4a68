// Tables from streams of record batches.
#include "support/tables.h"

namespace triclave::testing {
namespace {

using ::testing::HasSubstr;

class TableWriterStreamTest : public Tables {};

class StreamOf {
 public:
  StreamOf(std::vector<Parts> batches, int failing = -1) : batches_(std::move(batches)), failing_(failing) {
    stream_.private_data = this;
    stream_.release = [](ArrowArrayStream* from) { from->release = nullptr; };
    stream_.get_last_error = [](ArrowArrayStream*) -> const char* { return "the disk is gone"; };
    stream_.get_schema = [](ArrowArrayStream* from, ArrowSchema* out) {
      auto made = schema_of(self(from).batches_.front());
      *out = *made;
      made->release = nullptr;
      return 0;
    };
    stream_.get_next = [](ArrowArrayStream* from, ArrowArray* out) {
      StreamOf& mine = self(from);
      *out = {};
      if (mine.next_ == mine.failing_) return 5;
      if (mine.next_ == static_cast<int>(mine.batches_.size())) return 0;
      auto made = array_of(mine.batches_[static_cast<std::size_t>(mine.next_++)]);
      *out = *made;
      made->release = nullptr;
      return 0;
    };
  }
  ArrowArrayStream& get() { return stream_; }

 private:
  static StreamOf& self(ArrowArrayStream* from) { return *static_cast<StreamOf*>(from->private_data); }
  std::vector<Parts> batches_;
  int failing_, next_ = 0;
  ArrowArrayStream stream_{};
};

TEST_F(TableWriterStreamTest, TakesStreams) {
  const std::int64_t before = alive();
  const std::vector<Parts> batches = {visits(0, 3), visits(3, 0), visits(3, 40)};
  Bytes out;
  auto made = writer(batches[0], memory_sink(out));
  ASSERT_OK(made);
  StreamOf good(batches), failing(batches, 1);
  ASSERT_OK(made->write_all(good.get()));
  EXPECT_EQ(made->row_groups(), 2u);
  const auto failed = made->write_all(failing.get());
  ASSERT_FAILS(failed, ErrorKind::io);
  EXPECT_THAT(failed.error().message, HasSubstr("the disk is gone"));
  good.get().release = nullptr;
  EXPECT_FAILS(made->write_all(good.get()), ErrorKind::invalid_argument);
  EXPECT_EQ(alive(), before);
}

// Structures of arrays do not tell their types: 8 bytes a value would be read where there is one.
TEST_F(TableWriterStreamTest, RefusesStreamsOfOtherColumns) {
  Bytes out;
  auto made = writer(batch_of({fixed<std::int64_t>("a", "l", {1, 2})}), memory_sink(out));
  ASSERT_OK(made);
  for (const Parts& other : {batch_of({fixed<std::int8_t>("a", "c", {1, 2})}),
                             batch_of({fixed<std::int64_t>("b", "l", {1, 2})}), batch_of({})}) {
    StreamOf stream({other});
    EXPECT_FAILS(made->write_all(stream.get()), ErrorKind::invalid_argument);
  }
  EXPECT_EQ(made->rows(), 0u);
}

}  // namespace
}  // namespace triclave::testing
