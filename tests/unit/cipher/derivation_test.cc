// Keys derived for many messages at once, with each engine: HMAC-SHA-512 against RFC 4231 and Botan, messages against
// Botan's HKDF.
#include <botan/mac.h>

#include <set>

#include "every_engine.h"
#include "reference.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

// Keys of up to 32 bytes: HMAC fills them up with zeros, as we do.
struct Known {
  std::string_view key, message, mac;
};
constexpr Known kRfc4231[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e"
     "696c203a126854"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b63"
     "6e070a38bce737"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674"
     "278859e13292fb"},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2"
     "adebeb10a298dd"},
};

Bytes botan_mac(ByteView key, ByteView message) {
  const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-512)");
  mac->set_key(key);
  mac->update(message);
  const auto out = mac->final();
  return {out.begin(), out.end()};
}

class Derivation : public EveryEngine {};
TRICLAVE_ON_EVERY_ENGINE(Derivation);

TEST_P(Derivation, KnownMacs) {
  for (std::size_t copies = 1; copies <= 20; ++copies)
    for (const Known& known : kRfc4231) {
      Bytes key = unhex(known.key);
      key.resize(32);
      const InputKey ready = Secret<32>::copy_of(std::span<const std::uint8_t, 32>(key));
      const Bytes message = unhex(known.message);
      std::vector<Bytes> out(copies, Bytes(64));
      std::vector<MacJob> jobs;
      for (Bytes& each : out) jobs.push_back({&ready, message, each.data()});
      engine().hmac(jobs);
      for (const Bytes& each : out) EXPECT_EQ(to_hex(each), known.mac) << copies;
    }
}

// Lengths around SHA-512's blocks, side by side and under different keys, the answers in their messages' place.
TEST_P(Derivation, MacsOfAnyLengthsSideBySide) {
  const InputKey keys[] = {test_key(1), test_key(2), test_key(3)};
  const std::size_t lengths[] = {64, 65, 110, 111, 112, 113, 127, 128, 129, 203, 239, 240, 241, 255, 256, 257, 4099};
  for (std::size_t count = 1; count <= 37; ++count) {
    std::vector<Bytes> messages;
    std::vector<Bytes> expected;
    std::vector<MacJob> jobs;
    for (std::size_t i = 0; i < count; ++i) {
      messages.push_back(pattern(lengths[(i * 5 + count) % std::size(lengths)], i + 1));
      const InputKey& key = keys[(i + count) % 3];
      expected.push_back(botan_mac(key.view(), messages.back()));
      jobs.push_back({&key, messages.back(), messages.back().data()});
    }
    engine().hmac(jobs);
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_EQ(to_hex(ByteView(messages[i]).first(64)), to_hex(expected[i])) << i << " of " << count;
  }
}

TEST_P(Derivation, ManyMessagesAtOnceAreThoseOfHkdf) {
  const InputKey keys[] = {test_key(4), test_key(5)};
  const Bytes contexts[] = {{}, pattern(66), pattern(66, 2), pattern(3000)};
  std::set<Bytes> salts;
  std::size_t made = 0;
  for (const std::size_t count : {0u, 1u, 2u, 3u, 7u, 8u, 9u, 16u, 17u, 65u}) {
    std::vector<Message::Origin> origins;
    for (std::size_t i = 0; i < count; ++i) origins.push_back({&keys[i % 2], contexts[i % 4]});
    const std::vector<Message> messages = Message::create_all(origins, engine());
    ASSERT_EQ(messages.size(), count);
    std::vector<Prefix> prefixes;
    for (std::size_t i = 0; i < count; ++i) {
      const Prefix& prefix = messages[i].prefix();
      prefixes.push_back(prefix);
      salts.emplace(prefix.begin(), prefix.begin() + kSaltSize);
      ++made;
      const Reference reference(test_key(4 + i % 2), contexts[i % 4], prefix);
      EXPECT_EQ(to_hex(ByteView(prefix).subspan(kSaltSize)), to_hex(reference.commitment())) << i << " of " << count;
      const Bytes plain = pattern(100 + i, i);
      EXPECT_EQ(to_hex(sealed_run(messages[i], 0, plain, true)), to_hex(reference.seal(0, plain)));
    }
    const auto back = Message::open_all(origins, prefixes, engine());
    ASSERT_EQ(back.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_TRUE(back[i]);
      const Bytes plain = pattern(9);
      EXPECT_EQ(sealed_run(*back[i], 7, plain, true), sealed_run(messages[i], 7, plain, true));
    }
  }
  EXPECT_EQ(salts.size(), made);
}

TEST_P(Derivation, OfManyOnlyTheForgedAreRefused) {
  const InputKey key = test_key(), other = test_key(9);
  const Bytes context = pattern(66), elsewhere = pattern(66, 2);
  const std::vector<Message::Origin> origins(20, {&key, context});
  const auto messages = Message::create_all(origins, engine());
  auto opening = origins;
  std::vector<Prefix> prefixes;
  for (const Message& each : messages) prefixes.push_back(each.prefix());
  prefixes[2][0] ^= 1;                // salt
  prefixes[5][kSaltSize] ^= 0x80;     // commitment, from the first block
  prefixes[6][kPrefixSize - 1] ^= 1;  // and from the second
  opening[9].key = &other;
  opening[13].context = elsewhere;
  std::swap(prefixes[17], prefixes[18]);  // both are good at both places
  const auto back = Message::open_all(opening, prefixes, engine());
  for (std::size_t i = 0; i < back.size(); ++i) {
    const bool forged = i == 2 || i == 5 || i == 6 || i == 9 || i == 13;
    EXPECT_EQ(outcome(back[i]), forged ? "forged" : "opened") << i;
  }
}

TEST_P(Derivation, ACopiedKeyIsTheSame) {
  const InputKey key = test_key(), copy = key.copy();
  EXPECT_TRUE(std::ranges::equal(copy.view(), key.view()));
  const Message message = Message::create(key, {}, engine());
  EXPECT_EQ(outcome(Message::open(copy, {}, message.prefix(), engine())), "opened");
}

}  // namespace
}  // namespace triclave::cipher
