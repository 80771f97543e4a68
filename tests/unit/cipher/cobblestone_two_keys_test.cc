// AES-GCM does not commit to its key: whoever knows two keys can make one ciphertext that both open. Here such a chunk
// is made, and the commitment decides.
#include <botan/block_cipher.h>

#include "every_engine.h"
#include "reference.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

// GCM's field: bit 0 is the highest bit of the first byte, the polynomial 1 + x + x^2 + x^7 + x^128.
using Block = std::array<std::uint8_t, 16>;

Block operator^(Block a, const Block& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] ^= b[i];
  return a;
}

Block operator*(const Block& a, Block b) {
  Block out{};
  for (std::size_t bit = 0; bit < 128; ++bit) {
    if ((a[bit / 8] >> (7 - bit % 8) & 1) != 0) out = out ^ b;
    const bool carry = (b[15] & 1) != 0;
    for (std::size_t i = 16; i-- > 0;) b[i] = static_cast<std::uint8_t>(b[i] >> 1 | (i > 0 ? b[i - 1] << 7 : 0));
    if (carry) b[0] ^= 0xE1;
  }
  return out;
}

// a^(2^128 - 2)
Block inverse(const Block& a) {
  Block power = a;
  Block out{0x80};
  for (int i = 1; i < 128; ++i) {
    power = power * power;
    out = out * power;
  }
  return out;
}

Block encrypt(ByteView key, Block block) {
  const auto aes = Botan::BlockCipher::create_or_throw("AES-256");
  aes->set_key(key);
  aes->encrypt(block.data());
  return block;
}

// The mask of the tag: the cipher of nonce || 1.
Block tag_mask(const Reference& keys) {
  Block counter{};
  std::ranges::copy(keys.nonce(0), counter.begin());
  counter[15] = 1;
  return encrypt(keys.key(), counter);
}

// One block c and a tag that are valid under both: c*Ha^2 + len*Ha + Ea = c*Hb^2 + len*Hb + Eb.
Bytes chunk_for_both(const Reference& a, const Reference& b) {
  Block length{};
  length[15] = 128;  // bits of ciphertext
  const Block ha = encrypt(a.key(), {});
  const Block hb = encrypt(b.key(), {});
  const Block difference = ha ^ hb;
  const Block c = (length * difference ^ tag_mask(a) ^ tag_mask(b)) * inverse(difference * difference);
  const Block tag = c * ha * ha ^ length * ha ^ tag_mask(a);
  return join({c, tag});
}

class CobblestoneTwoKeys : public EveryEngine {};
TRICLAVE_ON_EVERY_ENGINE(CobblestoneTwoKeys);

TEST_P(CobblestoneTwoKeys, TheCommitmentLeavesOne) {
  const auto key_a = test_key(1);
  const auto key_b = test_key(2);
  const Bytes salt = pattern(kSaltSize, 3);
  const Reference a(key_a, {}, salt);
  const Reference b(key_b, {}, salt);
  const Bytes chunk = chunk_for_both(a, b);

  const auto with_commitment_of = [&](const Reference& keys) { return join({salt, keys.commitment(), chunk}); };
  // The same chunk is good under each key ...
  ASSERT_EQ(outcome(open_whole(key_a, {}, with_commitment_of(a), engine())), "opened");
  ASSERT_EQ(outcome(open_whole(key_b, {}, with_commitment_of(b), engine())), "opened");
  // ... but no message is.
  EXPECT_EQ(outcome(open_whole(key_b, {}, with_commitment_of(a), engine())), "forged");
  EXPECT_EQ(outcome(open_whole(key_a, {}, with_commitment_of(b), engine())), "forged");
}

}  // namespace
}  // namespace triclave::cipher
