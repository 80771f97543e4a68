// 7. Every single-bit flip and every truncation: an error that says malformed, unsupported or forged, and never other
// bytes. In parts, so that they run side by side.
#include "attack.h"

namespace triclave::attacks {
namespace {

constexpr std::size_t kParts = 8;

class Flips : public ::testing::TestWithParam<std::size_t> {
 protected:
  // The smallest capsule: one compartment, one recipient.
  static constexpr const char* kMore = "compartments { name: \"one\" access: \"ovh\" }\n";
  Flips() {
    Access access;
    access.more = kMore;
    policy.emplace(world.policy(access));
    const Names one = {"one"};
    sealer.emplace(std::move(Sealer::make(*policy, world.signer("pipeline"), one).value()));
  }
  Opener reader(bool knows) const {
    Opener out = Opener::make(*policy, world.providers({"ovh"}));
    if (knows) {
      EXPECT_OK(out.add_capsule(sealer->capsule()));
    }
    return out;
  }
  // Calls `each` with every bit of bytes [from, to) flipped in turn, as far as it is this part's turn.
  template <class Each>
  void flip(Bytes bytes, std::size_t from, std::size_t to, std::size_t bits_per_byte, Each&& each) const {
    for (std::size_t at = from; at < to; ++at)
      for (std::size_t bit = 0; bit < bits_per_byte; ++bit) {
        const std::size_t turn = at * bits_per_byte + bit;
        if (turn % kParts != GetParam() || turn / kParts % kStride != 0) continue;
        const auto mask = static_cast<std::uint8_t>(1u << (bits_per_byte == 8 ? bit : at % 8));
        bytes[at] ^= mask;
        each(bytes, at);
        bytes[at] ^= mask;
      }
  }
  template <class T>
  static bool is_refusal(const Result<T>& result) {
    if (result) return false;
    const ErrorKind kind = result.error().kind;
    return kind == ErrorKind::malformed || kind == ErrorKind::unsupported || kind == ErrorKind::forged;
  }

  World world;
  std::optional<Policy> policy;
  std::optional<Sealer> sealer;
  const Bytes plain = sample(40);
};

TEST_P(Flips, OfACapsule) {
  flip(sealer->capsule(), 0, sealer->capsule().size(), 8, [&](const Bytes& changed, std::size_t at) {
    const auto outcome = verify_capsule(changed, *policy);
    ASSERT_TRUE(is_refusal(outcome)) << at << ' ' << text_of(outcome);
  });
}

TEST_P(Flips, OfADetachedObject) {
  for (const bool sign : {false, true}) {
    const Bytes object = sealed(*sealer, "one", plain, {false, sign}, "x");
    const auto id = std::search(object.begin(), object.end(), sealer->capsule_id().begin(), sealer->capsule_id().end());
    const auto named = static_cast<std::size_t>(id - object.begin());
    Opener opener = reader(true);
    const Bytes untouched = opened(opener, object).value();
    ASSERT_EQ(untouched, plain);
    flip(object, 0, object.size(), 8, [&](const Bytes& changed, std::size_t at) {
      const auto outcome = opened(opener, changed);
      // A header that names another capsule asks for one that is not at hand: nobody can say more.
      const bool other_capsule = at >= named && at < named + 32;
      ASSERT_TRUE(other_capsule ? kind_of(outcome) == "invalid_argument" : is_refusal(outcome))
          << at << ' ' << text_of(outcome);
    });
  }
}

// The embedded capsule is judged by the same code as one alone: there, one bit of each byte.
TEST_P(Flips, OfAnObjectWithItsCapsule) {
  const Bytes object = sealed(*sealer, "one", plain, {true, false}, "x");
  const std::size_t begin = object.size() - take_apart(object).rest.size() - sealer->capsule().size();
  const std::size_t end = begin + sealer->capsule().size();
  const auto judge = [&](const Bytes& changed, std::size_t at) {
    Opener opener = reader(false);
    const auto outcome = opened(opener, changed);
    ASSERT_TRUE(is_refusal(outcome)) << at << ' ' << text_of(outcome);
  };
  flip(object, 0, begin, 8, judge);
  flip(object, begin, end, 1, judge);
  flip(object, end, object.size(), 8, judge);
}

TEST_P(Flips, AndEveryTruncation) {
  for (const bool embed : {false, true})
    for (const bool sign : {false, true}) {
      const Bytes object = sealed(*sealer, "one", plain, {embed, sign}, "x");
      Opener opener = reader(true);
      ASSERT_OK(opened(opener, object));
      for (std::size_t size = GetParam(); size < object.size(); size += kParts * kStride) {
        const auto outcome = opened(opener, ByteView(object).first(size));
        ASSERT_TRUE(is_refusal(outcome)) << size << ' ' << text_of(outcome);
        if (sign) continue;
        auto source = opener.object(std::make_unique<PipeSource>(ByteView(object).first(size)));
        if (!source) {
          ASSERT_TRUE(is_refusal(source)) << size;
          continue;
        }
        Bytes out;
        const auto sink = memory_sink(out);
        ASSERT_TRUE(is_refusal((*source)->copy_to(*sink))) << size;
      }
    }
  const Bytes& capsule = sealer->capsule();
  for (std::size_t size = GetParam(); size < capsule.size(); size += kParts * kStride)
    ASSERT_EQ(kind_of(verify_capsule(ByteView(capsule).first(size), *policy)), "malformed") << size;
}

INSTANTIATE_TEST_SUITE_P(Part, Flips, ::testing::Range(std::size_t{0}, kParts));

}  // namespace
}  // namespace triclave::attacks
