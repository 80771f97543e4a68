// Messages made by another implementation: Wycheproof's, or the three of them that stand in known_messages.cc.
#include <sodium.h>

#include "every_engine.h"
#include "known_messages.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

class CobblestoneKnown : public EveryEngine {};
TRICLAVE_ON_EVERY_ENGINE(CobblestoneKnown);

void expect_plain(const KnownMessage& known, ByteView plain) {
  ASSERT_EQ(plain.size(), known.plain_size);
  if (known.plain_sha512.empty()) return;
  Bytes digest(crypto_hash_sha512_BYTES);
  crypto_hash_sha512(digest.data(), plain.data(), plain.size());
  EXPECT_EQ(to_hex(digest), to_hex(known.plain_sha512));
}

Secret<32> key_of(const KnownMessage& known) {
  return Secret<32>::copy_of(std::span<const std::uint8_t, 32>(known.key));
}

std::vector<KnownMessage> valid_messages() {
  auto out = known_messages();
  std::erase_if(out, [](const KnownMessage& known) { return !known.valid; });
  return out;
}

// The vectors' own, and of each valid one: a flipped bit in the commitment, in the last tag, and a byte less.
std::vector<KnownMessage> invalid_messages() {
  auto out = known_messages();
  std::erase_if(out, [](const KnownMessage& known) { return known.valid; });
  for (KnownMessage known : valid_messages()) {
    const std::size_t whole_chunks = known.plain_size / kChunkSize;
    known.valid = false;
    known.plain_sha512.clear();
    known.plain_size = 0;
    known.flags = {"HeaderFailure"};
    known.sealed[40] ^= 0x10;
    out.push_back(known);
    if (whole_chunks != 0) continue;  // the rest would need the digest of the plaintext before its end
    known.sealed[40] ^= 0x10;
    known.flags = {"ModifiedCiphertext"};
    known.sealed.back() ^= 0x01;
    out.push_back(known);
    known.flags = {"Truncation"};
    known.sealed.pop_back();
    out.push_back(known);
  }
  return out;
}

TEST_P(CobblestoneKnown, ValidMessagesOpen) {
  for (const KnownMessage& known : valid_messages()) {
    SCOPED_TRACE(known.name);
    const auto plain = open_whole(key_of(known), known.context, known.sealed, engine());
    ASSERT_TRUE(plain) << plain.error().message;
    expect_plain(known, *plain);
  }
}

TEST_P(CobblestoneKnown, SealingTheirPlaintextGivesTheirBytes) {
  for (const KnownMessage& known : valid_messages()) {
    SCOPED_TRACE(known.name);
    const auto plain = open_whole(key_of(known), known.context, known.sealed, engine());
    ASSERT_TRUE(plain);
    const auto message = open_prefix(key_of(known), known.context, known.sealed, engine());
    ASSERT_TRUE(message);
    EXPECT_TRUE(seal_whole(*message, *plain) == known.sealed);
  }
}

TEST_P(CobblestoneKnown, InvalidMessagesAreRefused) {
  for (const KnownMessage& known : invalid_messages()) {
    SCOPED_TRACE(known.name + (known.flags.empty() ? "" : ", " + known.flags.front()));
    if (known.has("InvalidKeySize")) {
      EXPECT_NE(known.key.size(), 32u);  // Secret<32> cannot hold such a key: refused by the type
      continue;
    }
    const auto plain = open_whole(key_of(known), known.context, known.sealed, engine());
    EXPECT_EQ(outcome(plain), possible_length(known.sealed.size()) ? "forged" : "malformed");
  }
}

// What a streaming reader releases before it finds the bad chunk is exactly the valid prefix.
TEST_P(CobblestoneKnown, InvalidMessagesReleaseTheirValidChunksOnly) {
  for (const KnownMessage& known : invalid_messages()) {
    SCOPED_TRACE(known.name);
    if (known.key.size() != 32 || known.sealed.size() < kPrefixSize) continue;
    const auto message = open_prefix(key_of(known), known.context, known.sealed, engine());
    if (known.has("HeaderFailure")) {
      EXPECT_EQ(outcome(message), "forged");
      continue;
    }
    ASSERT_TRUE(message) << message.error().message;
    Bytes released;
    auto rest = ByteView(known.sealed).subspan(kPrefixSize);
    for (std::uint64_t chunk = 0;; ++chunk) {
      const bool last = rest.size() < kSealedChunkSize;
      const auto piece = rest.first(std::min(rest.size(), kSealedChunkSize));
      Bytes plain(piece.size() - std::min(piece.size(), kTagSize));
      if (!message->open_run(chunk, piece, last, plain)) break;
      ASSERT_FALSE(last) << "the whole message opened";
      released.insert(released.end(), plain.begin(), plain.end());
      rest = rest.subspan(piece.size());
    }
    expect_plain(known, released);
  }
}

// A reader that seeks from the end decrypts the last chunk to learn whether the length is true.
TEST_P(CobblestoneKnown, LastChunkTellsTheLength) {
  for (const KnownMessage& known : known_messages()) {
    SCOPED_TRACE(known.name);
    if (known.has("HeaderFailure")) continue;
    const auto message = open_prefix(key_of(known), known.context, known.sealed, engine());
    ASSERT_TRUE(message) << message.error().message;
    const std::size_t body = known.sealed.size() - kPrefixSize;
    const auto last = ByteView(known.sealed).last(body % kSealedChunkSize);
    Bytes plain(last.size() - std::min(last.size(), kTagSize));
    const auto opened = message->open_run(body / kSealedChunkSize, last, true, plain);
    EXPECT_EQ(opened.has_value(), known.valid || known.has("ValidFinalChunk"));
  }
}

}  // namespace
}  // namespace triclave::cipher
