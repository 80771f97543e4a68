// Whole Cobblestone messages for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text_codec.h"
#include "base/try.h"
#include "cipher/cobblestone.h"
#include "support/zero.h"

namespace triclave::cipher {

// Bytes in which no two blocks are alike, so that whatever is moved is seen.
inline Bytes pattern(std::size_t size, std::uint64_t seed = 1) {
  Bytes out(size);
  for (std::uint8_t& byte : out) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<std::uint8_t>(seed >> 56);
  }
  return out;
}

inline Secret<32> test_key(std::uint64_t seed = 1) {
  const Bytes bytes = pattern(32, seed);
  return Secret<32>::copy_of(std::span<const std::uint8_t, 32>(bytes));
}

inline Bytes join(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Bytes out(size);
  auto at = out.begin();
  for (const ByteView part : parts) at = std::ranges::copy(part, at).out;
  return out;
}

inline Bytes unhex(std::string_view text) { return from_hex(text).value(); }

// Whether any plaintext has a message of `size` bytes; the C2SP text's own words: "any message of encrypted length
// 56 + k * (16 KiB + 16) is truncated, and any of length < 56, or > 56 + k * (16 KiB + 16) and < 56 + k * (16 KiB + 16)
// + 16 is invalid".
inline bool possible_length(std::size_t size) { return size >= 56 && (size - 56) % (16384 + 16) >= 16; }

inline Bytes sealed_run(const Message& message, std::uint64_t first, ByteView plain, bool last) {
  Bytes out(sealed_run_size(plain.size(), last));
  const auto done = message.seal_run(first, plain, last, out);
  EXPECT_TRUE(done) << done.error().message;
  return out;
}

inline Bytes seal_whole(const Message& message, ByteView plain) {
  return join({message.prefix(), sealed_run(message, 0, plain, true)});
}

inline Result<Message> open_prefix(const Secret<32>& key, ByteView context, ByteView sealed, const Engine& engine) {
  Prefix prefix;
  std::copy_n(sealed.begin(), prefix.size(), prefix.begin());
  return Message::open(key, context, prefix, engine);
}

// Opens as a reader would: length, commitment, chunks. Whatever fails must leave nothing in the buffer.
inline Result<Bytes> open_whole(const Secret<32>& key, ByteView context, ByteView sealed, const Engine& engine) {
  TRICLAVE_TRY_ASSIGN(const std::uint64_t size, plain_size(sealed.size()));
  TRICLAVE_TRY_ASSIGN(const Message message, open_prefix(key, context, sealed, engine));
  Bytes plain(size, 0xAA);
  const auto opened = message.open_run(0, sealed.subspan(kPrefixSize), true, plain);
  if (opened) return plain;
  EXPECT_TRUE(all_zero(plain)) << "plaintext left behind after: " << opened.error().message;
  return tl::unexpected<Error>(opened.error());
}

// "opened", or the name of the error's kind.
template <class T>
std::string_view outcome(const Result<T>& result) {
  return result ? "opened" : to_string(result.error().kind);
}

}  // namespace triclave::cipher
