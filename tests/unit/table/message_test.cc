// Messages out of pieces: the bytes are those of one message of the joined plaintext.
#include "table/message.h"

#include <thread>

#include "support/objects.h"
#include "support/sources.h"

namespace triclave::testing {
namespace {

using table::open_message;
using table::seal_pieces;

class MessageTest : public ::testing::Test {
 protected:
  Bytes seal(std::span<const ByteView> pieces) {
    Bytes out;
    const auto sink = memory_sink(out);
    const auto size = seal_pieces(key, context, pieces, *sink, scratch);
    EXPECT_OK(size);
    EXPECT_OK(sink->finish());
    EXPECT_EQ(size.value_or(0), out.size());
    return out;
  }
  Result<Bytes> open(ByteView file, std::uint64_t offset, std::uint64_t size, bool copying) {
    Bytes owned(file.begin(), file.end()), plain(static_cast<std::size_t>(cipher::plain_size(size).value()), 0xAA);
    WatchedSource::Watch watch;
    const std::unique_ptr<Source> source =
        copying ? std::make_unique<WatchedSource>(owned, watch) : memory_source(file);
    if (auto done = open_message(key, context, *source, offset, size, plain, scratch); !done)
      return tl::unexpected(done.error());
    if (copying) {
      EXPECT_EQ(watch.lowest, offset);
      EXPECT_EQ(watch.highest, offset + size);
    }
    return plain;
  }

  static Secret<32> fives() {
    Secret<32> out;
    std::ranges::fill(out.mutable_view(), std::uint8_t{5});
    return out;
  }
  const cipher::InputKey key = fives();
  const Bytes context = {1, 2, 3};
  Bytes scratch;
};

constexpr std::size_t kSizes[] = {0,     1,          64,         16383,          16384,
                                  16385, 16384 * 15, 16384 * 16, 16384 * 16 + 1, 16384 * 40 + 77};

TEST_F(MessageTest, OfAnySizeInAnyPieces) {
  for (const std::size_t size : kSizes)
    for (const std::size_t step : {std::size_t{1000}, std::size_t{16384}, std::size_t{50'000}, std::size_t{1} << 20}) {
      const Bytes plain = sample(size);
      std::vector<ByteView> pieces = {ByteView{}};
      for (std::size_t at = 0; at < size; at += step)
        pieces.push_back(ByteView(plain).subspan(at, std::min(step, size - at)));
      Bytes file = {9, 9, 9};
      const Bytes message = seal(pieces);
      ASSERT_EQ(message.size(), cipher::sealed_size(size).value());
      file.insert(file.end(), message.begin(), message.end());
      file.insert(file.end(), 100, std::uint8_t{8});
      for (const bool copying : {false, true}) {
        const auto back = open(file, 3, message.size(), copying);
        ASSERT_OK(back) << size << ' ' << step;
        EXPECT_EQ(*back, plain) << size << ' ' << step;
      }
      // The same by the message's own interface.
      cipher::Prefix prefix;
      std::copy_n(message.begin(), prefix.size(), prefix.begin());
      Bytes whole(size);
      ASSERT_OK(cipher::Message::open(key, context, prefix)
                    ->open_run(0, ByteView(message).subspan(prefix.size()), true, whole));
      EXPECT_EQ(whole, plain);
    }
}

TEST_F(MessageTest, InTheSinksOwnMemory) {
  for (const std::size_t size : kSizes) {
    const Bytes plain = sample(size);
    const ByteView pieces[] = {ByteView(plain).first(size / 5), ByteView(plain).subspan(size / 5)};
    Bytes out(cipher::sealed_size(size).value() + 16384);
    std::size_t used = 0;
    const auto sink = buffer_sink(out, &used);
    ASSERT_OK(seal_pieces(key, context, pieces, *sink, scratch));
    ASSERT_OK(sink->finish());
    ASSERT_EQ(used, cipher::sealed_size(size).value());
    const auto back = open(out, 0, used, false);
    ASSERT_OK(back);
    EXPECT_EQ(*back, plain) << size;
  }
}

TEST_F(MessageTest, TheBytesDoNotDependOnTheThreads) {
  // Messages of many sizes, all of whose chunks several threads may take.
  std::vector<Bytes> plains;
  std::vector<table::SealJob> jobs;
  for (const std::size_t size : kSizes) {
    plains.push_back(sample(size));
    jobs.push_back({cipher::Message::create(key, context), {}});
  }
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const ByteView plain = plains[i];
    jobs[i].pieces = {plain.first(plain.size() / 3), plain.subspan(plain.size() / 3)};
    jobs[i].size = plain.size();
    total += jobs[i].sealed_size();
  }
  std::vector<Bytes> sealed;
  for (const unsigned threads : {1u, 2u, 5u}) {
    Bytes out;
    const auto sink = memory_sink(out);
    ASSERT_OK(table::seal_messages(jobs, *sink, scratch, Workers(threads)));
    ASSERT_OK(sink->finish());
    sealed.push_back(std::move(out));
    Bytes there(static_cast<std::size_t>(total));
    const auto room = buffer_sink(there);
    ASSERT_OK(table::seal_messages(jobs, *room, scratch, Workers(threads)));
    sealed.push_back(std::move(there));
  }
  for (const Bytes& each : sealed) EXPECT_EQ(each, sealed.front());

  for (const unsigned threads : {1u, 2u, 5u}) {
    std::vector<Bytes> back;
    std::vector<table::OpenJob> opening;
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      back.emplace_back(plains[i].size());
      opening.push_back({{&key, context}, offset, back.back()});
      offset += jobs[i].sealed_size();
    }
    const auto source = memory_source(sealed.front());
    ASSERT_OK(table::open_messages(opening, *source, scratch, Workers(threads)));
    EXPECT_EQ(back, plains);

    // Whoever meets the damage, the first damaged message is named.
    Bytes changed = sealed.front();
    for (const std::size_t bad : {std::size_t{4}, std::size_t{7}})
      changed[static_cast<std::size_t>(opening[bad].offset) + cipher::kPrefixSize + 3] ^= 1;
    const auto damaged = memory_source(changed);
    std::size_t failed = 99;
    EXPECT_FAILS(table::open_messages(opening, *damaged, scratch, Workers(threads), &failed), ErrorKind::forged);
    EXPECT_TRUE(failed == 4 || (threads > 1 && failed == 7)) << failed;
  }
}

TEST_F(MessageTest, ASourceForOneThreadIsReadByOne) {
  const Bytes plain = sample(16384 * 100);
  const ByteView piece = plain;
  Bytes message = seal(std::span(&piece, 1));
  Bytes back(plain.size());
  const table::OpenJob job{{&key, context}, 0, back};
  WatchedSource::Watch watch;
  const auto caller = std::this_thread::get_id();
  bool others = false;
  WatchedSource source(message, watch, [&] { others = others || std::this_thread::get_id() != caller; });
  ASSERT_OK(table::open_messages(std::span(&job, 1), source, scratch, Workers(4)));
  EXPECT_EQ(back, plain);
  EXPECT_FALSE(others);
}

TEST_F(MessageTest, NeverSealsTwiceAlike) {
  const Bytes plain = sample(100);
  const ByteView piece = plain;
  const Bytes first = seal(std::span(&piece, 1)), second = seal(std::span(&piece, 1));
  EXPECT_FALSE(std::equal(first.begin(), first.begin() + cipher::kSaltSize, second.begin()));
}

TEST_F(MessageTest, TellsWhatIsWrong) {
  const Bytes plain = sample(16384 * 17);
  const ByteView piece = plain;
  const Bytes message = seal(std::span(&piece, 1));
  for (const bool copying : {false, true}) {
    EXPECT_OK(open(message, 0, message.size(), copying));
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{30}, std::size_t{60}, message.size() / 2, message.size() - 1}) {
      Bytes changed = message;
      changed[at] ^= 0x10;
      EXPECT_FAILS(open(changed, 0, message.size(), copying), ErrorKind::forged) << at;
    }
    for (const std::size_t there :
         {std::size_t{0}, std::size_t{55}, std::size_t{56}, std::size_t{20'000}, message.size() - 1}) {
      const Bytes cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(there));
      Bytes plain_there(plain.size());
      WatchedSource::Watch watch;
      Bytes owned = cut;
      WatchedSource source(owned, watch);
      EXPECT_FAILS(open_message(key, context, source, 0, message.size(), plain_there, scratch), ErrorKind::malformed);
    }
  }
  Bytes out(plain.size());
  const Bytes other = {1, 2, 4};
  EXPECT_FAILS(open_message(key, other, *memory_source(message), 0, message.size(), out, scratch), ErrorKind::forged);
}

TEST_F(MessageTest, StopsWhereTheSinkFails) {
  const Bytes plain = sample(16384 * 40);  // three runs, a write each
  const ByteView piece = plain;
  for (int failing = 0; failing < 3; ++failing) {
    bool finished = false;
    FailingSink sink(failing, finished);
    EXPECT_FAILS(seal_pieces(key, context, std::span(&piece, 1), sink, scratch), ErrorKind::io) << failing;
  }
}

}  // namespace
}  // namespace triclave::testing
