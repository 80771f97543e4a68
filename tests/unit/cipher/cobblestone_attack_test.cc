// What a store, or anybody on the way, may do to a sealed message; each gets its kind of error, and no plaintext.
#include "every_engine.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

constexpr std::string_view kContext = "stream 0";

class CobblestoneAttack : public EveryEngine {
 protected:
  Bytes seal(std::size_t size, std::uint64_t seed = 1) {
    return seal_whole(Message::create(key, as_bytes(kContext), engine()), pattern(size, seed));
  }
  std::string_view open(ByteView sealed) { return outcome(open_whole(key, as_bytes(kContext), sealed, engine())); }

  Secret<32> key = test_key();
};
TRICLAVE_ON_EVERY_ENGINE(CobblestoneAttack);

// A sealed message as its parts: the prefix, then the chunks.
using Parts = std::vector<Bytes>;
Parts take_apart(ByteView sealed) {
  Parts parts = {Bytes(sealed.begin(), sealed.begin() + kPrefixSize)};
  for (auto rest = sealed.subspan(kPrefixSize); !rest.empty();) {
    const auto chunk = rest.first(std::min(rest.size(), kSealedChunkSize));
    parts.emplace_back(chunk.begin(), chunk.end());
    rest = rest.subspan(chunk.size());
  }
  return parts;
}
Bytes join_all(const Parts& parts) {
  Bytes out;
  for (const Bytes& part : parts) out = join({out, part});
  return out;
}

TEST_P(CobblestoneAttack, EveryBitFlip) {
  Bytes sealed = seal(21);
  ASSERT_EQ(open(sealed), "opened");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    const auto mask = static_cast<std::uint8_t>(1 << (bit % 8));
    sealed[bit / 8] ^= mask;
    ASSERT_EQ(open(sealed), "forged") << "bit " << bit;
    sealed[bit / 8] ^= mask;
  }
  EXPECT_EQ(open(sealed), "opened");
}

TEST_P(CobblestoneAttack, EveryTruncation) {
  for (std::size_t size : {std::size_t{21}, std::size_t{0}, kChunkSize, kChunkSize + 5}) {
    const Bytes sealed = seal(size);
    ASSERT_EQ(open(sealed), "opened");
    for (std::size_t length = 0; length < sealed.size(); ++length)
      ASSERT_EQ(open(ByteView(sealed).first(length)), possible_length(length) ? "forged" : "malformed")
          << length << " of " << sealed.size();
  }
}

TEST_P(CobblestoneAttack, CutAtTheFront) {
  const Bytes sealed = seal(21);
  for (std::size_t cut = 1; cut < sealed.size(); ++cut)
    ASSERT_EQ(open(ByteView(sealed).subspan(cut)), possible_length(sealed.size() - cut) ? "forged" : "malformed")
        << cut;
}

TEST_P(CobblestoneAttack, BytesAddedBehindTheEnd) {
  const Bytes sealed = seal(21);
  for (std::size_t extra = 1; extra < 40; ++extra) {
    Bytes longer = sealed;
    longer.resize(sealed.size() + extra);
    ASSERT_EQ(open(longer), "forged") << extra;
  }
}

TEST_P(CobblestoneAttack, ChunksSwapped) {
  const Parts parts = take_apart(seal(4 * kChunkSize + 100));
  for (std::size_t a = 1; a <= 4; ++a)
    for (std::size_t b = a + 1; b <= 4; ++b) {
      Parts swapped = parts;
      std::swap(swapped[a], swapped[b]);
      EXPECT_EQ(open(join_all(swapped)), "forged") << a << " and " << b;
    }
}

TEST_P(CobblestoneAttack, ChunksDuplicated) {
  const Parts parts = take_apart(seal(3 * kChunkSize + 100));
  for (std::size_t from = 1; from <= 3; ++from) {
    Parts more = parts;
    more.insert(more.begin() + static_cast<std::ptrdiff_t>(from), parts[from]);
    EXPECT_EQ(open(join_all(more)), "forged") << "inserted " << from;
    for (std::size_t to = 1; to <= 3; ++to) {
      if (to == from) continue;
      Parts replaced = parts;
      replaced[to] = parts[from];
      EXPECT_EQ(open(join_all(replaced)), "forged") << from << " in place of " << to;
    }
  }
}

TEST_P(CobblestoneAttack, ChunksDropped) {
  const Parts parts = take_apart(seal(3 * kChunkSize + 100));
  for (std::size_t gone = 1; gone <= 3; ++gone) {
    Parts fewer = parts;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(gone));
    EXPECT_EQ(open(join_all(fewer)), "forged") << gone;
  }
}

TEST_P(CobblestoneAttack, CutAtAChunkBoundary) {
  const Parts parts = take_apart(seal(3 * kChunkSize + 100));
  const auto message = open_prefix(key, as_bytes(kContext), parts[0], engine());
  ASSERT_TRUE(message);
  for (std::size_t kept = 1; kept <= 3; ++kept) {
    const Bytes cut = join_all(Parts(parts.begin(), parts.begin() + 1 + static_cast<std::ptrdiff_t>(kept)));
    EXPECT_EQ(open(cut), "malformed") << kept;
    Bytes plain(kept * kChunkSize);  // a whole chunk is not taken for a last one, whatever the reader's buffer
    EXPECT_EQ(outcome(message->open_run(0, ByteView(cut).subspan(kPrefixSize), true, plain)), "malformed") << kept;
  }
}

// An empty last chunk from elsewhere, or invented, behind a cut at a boundary.
TEST_P(CobblestoneAttack, AnotherEndBehindACut) {
  const Parts parts = take_apart(seal(2 * kChunkSize + 100));
  const Parts ended = take_apart(seal(2 * kChunkSize));
  const auto message = open_prefix(key, as_bytes(kContext), parts[0], engine());
  ASSERT_TRUE(message);
  EXPECT_EQ(open(join({parts[0], parts[1], parts[2], ended[3]})), "forged");
  EXPECT_EQ(open(join({parts[0], parts[1], parts[2], Bytes(kTagSize)})), "forged");
  EXPECT_EQ(open(join({parts[0], parts[1], parts[3]})), "forged");
  EXPECT_EQ(open(join({parts[0], parts[1], parts[2], parts[3], ended[3]})), "forged");
  // Even a genuine empty end at the next number, which only a key holder could make, does not follow a short chunk.
  EXPECT_EQ(open(join({parts[0], parts[1], parts[2], parts[3], sealed_run(*message, 3, {}, true)})), "forged");
}

TEST_P(CobblestoneAttack, SplicedFromAnotherMessageUnderTheSameKey) {
  const Parts ours = take_apart(seal(3 * kChunkSize + 100, 1));
  const Parts theirs = take_apart(seal(3 * kChunkSize + 100, 2));
  for (std::size_t at = 0; at < ours.size(); ++at) {
    Parts spliced = ours;
    spliced[at] = theirs[at];
    EXPECT_EQ(open(join_all(spliced)), "forged") << at;
  }
  Bytes mixed = join_all(ours);  // another's salt with our commitment
  std::copy_n(theirs[0].begin(), kSaltSize, mixed.begin());
  EXPECT_EQ(open(mixed), "forged");
}

TEST_P(CobblestoneAttack, OpenedInAnotherPlace) {
  const Bytes sealed = seal(21);
  for (std::string_view context : {std::string_view("stream 1"), std::string_view(""), std::string_view("stream 00"),
                                   std::string_view("stream "), std::string_view("stream 0\0", 9)})
    EXPECT_EQ(outcome(open_whole(key, as_bytes(context), sealed, engine())), "forged") << context;
}

TEST_P(CobblestoneAttack, OpenedWithAnotherKey) {
  const Bytes sealed = seal(21);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    auto other = test_key();
    other.data()[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    ASSERT_EQ(outcome(open_whole(other, as_bytes(kContext), sealed, engine())), "forged") << bit;
  }
}

// A bad chunk in the middle takes the good ones before it along, in either form, and the error names it.
TEST_P(CobblestoneAttack, AFailureNamesItsChunkAndLeavesNothing) {
  const Message message = Message::create(key, {}, engine());
  Bytes sealed = sealed_run(message, 40, pattern(3 * kChunkSize + 100), true);
  sealed[2 * kSealedChunkSize + 77] ^= 0x80;
  Bytes plain(3 * kChunkSize + 100, 0xAA);
  const auto opened = message.open_run(40, sealed, true, plain);
  ASSERT_EQ(outcome(opened), "forged");
  EXPECT_NE(opened.error().message.find("chunk 42 "), std::string::npos) << opened.error().message;
  EXPECT_TRUE(all_zero(plain));
  const auto in_place = message.open_run_in_place(40, sealed, true);
  ASSERT_EQ(outcome(in_place), "forged");
  EXPECT_NE(in_place.error().message.find("chunk 42 "), std::string::npos) << in_place.error().message;
  EXPECT_TRUE(all_zero(sealed));
}

}  // namespace
}  // namespace triclave::cipher
