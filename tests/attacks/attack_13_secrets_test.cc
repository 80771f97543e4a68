// 13. Secrets that stay where they should not: in freed memory, in core dumps, in what errors say.
#include "attack.h"
#include "base/guarded.h"
#include "base/text_codec.h"
#include "keys/identity.h"
#include "support/memory_search.h"
#include "support/zero.h"

namespace triclave::attacks {
namespace {

using testing::copies_in_ordinary_memory;
using testing::flags_of;

class Secrets : public Attack {};

// The pool hands out the same slots again: they come back empty.
TEST_F(Secrets, AFreedSlotIsWiped) {
  for (const std::size_t size : {1u, 32u, 64u, 65u, 200u, 1024u, 2048u}) {
    for (int round = 0; round < 100; ++round) {
      SecretBytes secret(size);
      ASSERT_TRUE(all_zero(secret.view())) << size;
      std::fill(secret.mutable_view().begin(), secret.mutable_view().end(), std::uint8_t{0xA5});
    }
    const std::uint8_t* where = nullptr;
    {
      SecretBytes secret(size);
      std::fill(secret.mutable_view().begin(), secret.mutable_view().end(), std::uint8_t{0xA5});
      where = secret.view().data();
    }
    EXPECT_TRUE(all_zero({where, size})) << size;  // a slot of a slab: still mapped
  }
}

TEST_F(Secrets, AMovedSecretLeavesNothing) {
  Secret<32> first;
  std::fill_n(first.data(), 32, std::uint8_t{0xA5});
  const std::uint8_t* where = first.view().data();
  {
    const Secret<32> second = std::move(first);
  }
  EXPECT_TRUE(all_zero({where, 32}));
}

TEST_F(Secrets, GuardedMemoryIsLeftOutOfCoreDumps) {
  const Bytes ordinary(100000);
  ASSERT_THAT(flags_of(ordinary.data()), HasSubstr(" rd "));  // the reading of smaps works
  EXPECT_THAT(flags_of(ordinary.data()), ::testing::Not(HasSubstr(" dd ")));
  for (const std::size_t size : {32u, 256u, 2048u, 100000u}) {
    const SecretBytes secret(size);
    EXPECT_THAT(flags_of(secret.view().data()), HasSubstr(" dd ")) << size;
  }
  const Identity identity = world.identity("ovh");
  EXPECT_THAT(flags_of(identity.impl().seed.view().data()), HasSubstr(" dd "));
  const Names both = {"identifiers", "clinical"};
  const auto made = std::move(capsule::create_capsule(policy, producer(), both).value());
  for (const auto& each : made.keys) EXPECT_THAT(flags_of(each.key.view().data()), HasSubstr(" dd "));
}

// Sealing and opening leave the data key and the plaintext nowhere in heap or stack. The search itself is tried first.
TEST_F(Secrets, NothingOfAKeyStaysInOrdinaryMemory) {
  const Names clinical = {"clinical"};
  auto made = std::move(capsule::create_capsule(policy, producer(), clinical).value());
  const ByteView key = made.keys[0].key.view();
  {
    auto copy = std::make_unique<Bytes>(key.begin(), key.end());
    ASSERT_GE(copies_in_ordinary_memory(key), 1u);
    wipe(*copy);
  }
  Bytes object;
  auto sink = envelope::ObjectSink::start(made.keys[0].key, {made.id, {}, "", "cohort", {"clinical"}, false},
                                          made.record, nullptr, memory_sink(object));
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->write(plain));
  ASSERT_OK((*sink)->finish());
  sink->reset();
  EXPECT_OK(open(object));
  EXPECT_EQ(copies_in_ordinary_memory(key), 0u);
}

// Whatever goes wrong, what people read of it holds no key: neither raw nor in hex or base64.
TEST_F(Secrets, NoErrorSpeaksOfKeys) {
  const Names clinical = {"clinical"};
  auto made = std::move(capsule::create_capsule(policy, producer(), clinical).value());
  Bytes object;
  {
    auto sink = envelope::ObjectSink::start(made.keys[0].key, {made.id, {}, "", "cohort", {"clinical"}, false},
                                            made.record, nullptr, memory_sink(object));
    ASSERT_OK(sink);
    ASSERT_OK((*sink)->write(plain));
    ASSERT_OK((*sink)->finish());
  }
  std::vector<Bytes> secrets = {Bytes(made.keys[0].key.view().begin(), made.keys[0].key.view().end())};
  for (const char* name : {"outscale", "ovh", "orange"}) {
    const Identity identity = world.identity(name);
    secrets.emplace_back(identity.impl().seed.view().begin(), identity.impl().seed.view().end());
  }
  std::vector<std::string> texts;
  const auto keep = [&](const auto& result) {
    if (!result) texts.push_back(result.error().text());
  };
  for (std::size_t at = 0; at < object.size(); at += 97) {
    Bytes changed = object;
    changed[at] ^= 0x10;
    keep(open(changed));
    keep(open(ByteView(object).first(at)));
  }
  for (const Names& names : std::vector<Names>{{}, {"ovh"}, {"owner"}}) {
    Owned providers = world.providers(names);
    providers.push_back(lying(world.provider("orange")));
    providers.push_back(dead(world.provider("outscale")));
    Opener reader = Opener::make(policy, std::move(providers));
    keep(opened(reader, object));
  }
  ASSERT_GT(texts.size(), 100u);
  for (const std::string& text : texts)
    for (const Bytes& secret : secrets) {
      EXPECT_EQ(text.find(std::string(as_text(ByteView(secret).first(8)))), std::string::npos);
      EXPECT_EQ(text.find(to_hex(ByteView(secret).first(8))), std::string::npos);
      EXPECT_EQ(text.find(to_base64(secret).substr(0, 10)), std::string::npos);
    }
}

}  // namespace
}  // namespace triclave::attacks
