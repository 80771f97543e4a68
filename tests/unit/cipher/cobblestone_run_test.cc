// A message in pieces: runs of chunks, single chunks, several threads.
#include <sodium.h>

#include <thread>

#include "every_engine.h"
#include "reference.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

class CobblestoneRun : public EveryEngine {};
TRICLAVE_ON_EVERY_ENGINE(CobblestoneRun);

constexpr std::size_t kWhole = 7;
const Bytes& seven_chunks_and_some() {
  static const Bytes bytes = pattern(kWhole * kChunkSize + 1000);
  return bytes;
}

TEST_P(CobblestoneRun, RunsOfAnyLengthMakeTheSameMessage) {
  const Bytes& plain = seven_chunks_and_some();
  const Message message = Message::create(test_key(), as_bytes("runs"), engine());
  const Bytes whole = seal_whole(message, plain);
  for (std::size_t step = 1; step <= kWhole; ++step) {
    Bytes joined(message.prefix().begin(), message.prefix().end());
    for (std::size_t chunk = 0; chunk <= kWhole; chunk += step) {
      const bool last = chunk + step > kWhole;
      const auto rest = ByteView(plain).subspan(chunk * kChunkSize);
      const Bytes run = sealed_run(message, chunk, last ? rest : rest.first(step * kChunkSize), last);
      joined.insert(joined.end(), run.begin(), run.end());
    }
    EXPECT_TRUE(joined == whole) << "in runs of " << step;
  }
}

TEST_P(CobblestoneRun, AnyRangeOfChunksOpensAlone) {
  const Bytes& plain = seven_chunks_and_some();
  const Message message = Message::create(test_key(), as_bytes("runs"), engine());
  const Bytes sealed = sealed_run(message, 0, plain, true);
  for (std::size_t first = 0; first <= kWhole; ++first)
    for (std::size_t count = 1; first + count <= kWhole + 1; ++count) {
      const bool last = first + count == kWhole + 1;
      const auto from = ByteView(sealed).subspan(first * kSealedChunkSize);
      const auto expected = ByteView(plain).subspan(first * kChunkSize);
      const std::size_t size = last ? expected.size() : count * kChunkSize;
      Bytes out(size);
      ASSERT_TRUE(message.open_run(first, last ? from : from.first(count * kSealedChunkSize), last, out));
      EXPECT_TRUE(std::ranges::equal(out, expected.first(size))) << first << " + " << count;
    }
}

TEST_P(CobblestoneRun, AStreamOfWholeChunksEndsInAnEmptyOne) {
  const Bytes plain = pattern(2 * kChunkSize);
  const Message message = Message::create(test_key(), {}, engine());
  const Bytes body = sealed_run(message, 0, plain, false);
  const Bytes end = sealed_run(message, 2, {}, true);
  const Bytes whole = sealed_run(message, 0, plain, true);
  ASSERT_EQ(end.size(), kTagSize);
  EXPECT_TRUE(std::ranges::equal(ByteView(whole).first(body.size()), body));
  EXPECT_TRUE(std::ranges::equal(ByteView(whole).last(end.size()), end));
}

TEST_P(CobblestoneRun, NoChunksAreNothing) {
  const Message message = Message::create(test_key(), {}, engine());
  EXPECT_TRUE(message.seal_run(5, {}, false, {}));
  EXPECT_TRUE(message.open_run(5, {}, false, {}));
  EXPECT_TRUE(message.open_run_in_place(5, {}, false));
}

// The number of a chunk goes into the nonce in full: against AES-GCM under keys that Botan's HKDF derived.
TEST_P(CobblestoneRun, HighChunkNumbersReachTheNonce) {
  const auto key = test_key();
  const Message message = Message::create(key, as_bytes("far"), engine());
  const Reference reference(key, as_bytes("far"), message.prefix());
  EXPECT_TRUE(std::ranges::equal(reference.commitment(), ByteView(message.prefix()).subspan(kSaltSize)));
  const Bytes plain = pattern(100);
  for (std::uint64_t chunk : {std::uint64_t{0}, std::uint64_t{0xFF}, std::uint64_t{0x100}, std::uint64_t{0x0123456789},
                              std::uint64_t{0x3FFFFFFFFF}})
    EXPECT_EQ(to_hex(sealed_run(message, chunk, plain, true)), to_hex(reference.seal(chunk, plain))) << chunk;
}

TEST_P(CobblestoneRun, ThreadsShareOneMessage) {
  const Bytes& plain = seven_chunks_and_some();
  const Message message = Message::create(test_key(), {}, engine());
  const Bytes whole = sealed_run(message, 0, plain, true);
  Bytes sealed(whole.size());
  std::array<std::uint8_t, kWhole> opened{};
  std::vector<std::thread> threads;
  for (std::size_t chunk = 0; chunk < kWhole; ++chunk)
    threads.emplace_back([&, chunk] {
      const auto in = ByteView(plain).subspan(chunk * kChunkSize, kChunkSize);
      const auto out = MutableBytes(sealed).subspan(chunk * kSealedChunkSize, kSealedChunkSize);
      Bytes back(kChunkSize);
      opened[chunk] = message.seal_run(chunk, in, false, out) && message.open_run(chunk, out, false, back) &&
                      std::ranges::equal(back, in);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count(opened, 1), static_cast<std::ptrdiff_t>(kWhole));
  EXPECT_TRUE(std::ranges::equal(ByteView(sealed).first(kWhole * kSealedChunkSize),
                                 ByteView(whole).first(kWhole * kSealedChunkSize)));
}

// Pieces of all sizes around the cipher's blocks, empty ones among them: the bytes are those of the whole.
TEST_P(CobblestoneRun, AChunkInPiecesIsThatOfTheWhole) {
  const Message message = Message::create(test_key(), {}, engine());
  for (const std::size_t size : {0u, 1u, 15u, 16u, 64u, 65u, 1000u, 16383u, 16384u}) {
    const bool last = size < kChunkSize;
    const Bytes plain = pattern(size, size + 5);
    const Bytes expected = sealed_run(message, 3, plain, last);
    for (const std::size_t step : {1u, 7u, 16u, 63u, 64u, 100u, 16320u, 16384u}) {
      if (size / step > 2000) continue;
      std::vector<ByteView> pieces = {{}};
      for (std::size_t at = 0; at < size; at += step)
        pieces.insert(pieces.end(), {ByteView(plain).subspan(at, std::min(step, size - at)), ByteView{}});
      Bytes out(size + kTagSize);
      ASSERT_TRUE(message.seal_chunk(3, pieces, last, out));
      EXPECT_TRUE(out == expected) << size << " in steps of " << step;
    }
  }
}

TEST_P(CobblestoneRun, PiecesThatAreNoChunkAreRefused) {
  const Message message = Message::create(test_key(), {}, engine());
  Bytes bytes = pattern(3 * kChunkSize);
  const auto refused = [&](std::initializer_list<ByteView> pieces, bool last, MutableBytes out) {
    return outcome(message.seal_chunk(0, std::vector<ByteView>(pieces), last, out)) == "invalid_argument";
  };
  const auto piece = [&](std::size_t size) { return ByteView(bytes).first(size); };
  const MutableBytes apart = MutableBytes(bytes).last(kSealedChunkSize);
  EXPECT_FALSE(refused({piece(100), piece(16284)}, false, apart));
  EXPECT_TRUE(refused({piece(100), piece(16283)}, false, apart.first(16399)));  // short, and not the last
  EXPECT_TRUE(refused({piece(100), piece(16285)}, false, apart));
  EXPECT_TRUE(refused({piece(100), piece(16284)}, true, apart));  // the last one is shorter
  EXPECT_TRUE(refused({}, false, apart.first(16)));
  EXPECT_TRUE(refused({piece(9)}, true, apart.first(24)));
  EXPECT_TRUE(refused({piece(9)}, true, apart.first(26)));
  EXPECT_TRUE(refused({piece(9), piece(0)}, true, MutableBytes(bytes).subspan(8, 25)));
}

TEST_P(CobblestoneRun, SaltsAreFreshAndContextsBind) {
  const auto key = test_key();
  const Message one = Message::create(key, as_bytes("a"), engine());
  const Message two = Message::create(key, as_bytes("a"), engine());
  EXPECT_NE(one.prefix(), two.prefix());
  EXPECT_FALSE(std::ranges::equal(ByteView(one.prefix()).first(kSaltSize), ByteView(two.prefix()).first(kSaltSize)));
  EXPECT_EQ(outcome(Message::open(key, as_bytes("a"), one.prefix(), engine())), "opened");
  EXPECT_EQ(outcome(Message::open(key, as_bytes("b"), one.prefix(), engine())), "forged");
}

TEST_P(CobblestoneRun, AMovedMessageStillWorks) {
  Message first = Message::create(test_key(), {}, engine());
  const Prefix prefix = first.prefix();
  const Bytes sealed = sealed_run(first, 0, pattern(10), true);
  const Message second = std::move(first);
  EXPECT_EQ(second.prefix(), prefix);
  EXPECT_EQ(sealed_run(second, 0, pattern(10), true), sealed);
}

}  // namespace
}  // namespace triclave::cipher
