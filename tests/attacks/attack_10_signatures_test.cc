// 10. Capsules unsigned, half-signed, of unknown producers, rolled back.
#include "attack.h"

namespace triclave::attacks {
namespace {

class Signatures : public Attack {
 protected:
  std::string kind(const std::function<void(v1::Capsule&)>& edit) const {
    return kind_of(unlock(edit_capsule(sealer.capsule(), edit), "clinical"));
  }
};

TEST_F(Signatures, Unsigned) {
  EXPECT_EQ(kind([](v1::Capsule& c) { c.clear_core_signature(); }), "malformed");
  EXPECT_EQ(kind([](v1::Capsule& c) { c.mutable_wraps(0)->clear_signature(); }), "malformed");
}

TEST_F(Signatures, HalfSigned) {
  for (const auto& [at, size] : {std::pair<std::size_t, std::size_t>{0, 64}, {64, 3309}}) {
    EXPECT_EQ(kind([&](v1::Capsule& c) { c.mutable_core_signature()->replace(at, size, size, '\0'); }), "forged");
    EXPECT_EQ(kind([&](v1::Capsule& c) { c.mutable_wraps(0)->mutable_signature()->replace(at, size, size, '\0'); }),
              "forged");
  }
  EXPECT_EQ(kind([](v1::Capsule& c) { c.mutable_core_signature()->resize(64); }), "malformed");
  EXPECT_EQ(kind([](v1::Capsule& c) { c.mutable_core_signature()->erase(0, 64); }), "malformed");
}

// One half from each of two signers, each of whom signed honestly.
TEST_F(Signatures, HalvesOfTwoSigners) {
  EXPECT_EQ(kind([&](v1::Capsule& c) {
              const Bytes other = world.signer("stranger").sign("core", as_bytes(c.core()));
              c.mutable_core_signature()->replace(0, 64, std::string(other.begin(), other.begin() + 64));
            }),
            "forged");
}

TEST_F(Signatures, OfTheOtherPart) {
  EXPECT_EQ(kind([](v1::Capsule& c) { c.set_core_signature(c.wraps(0).signature()); }), "forged");
  EXPECT_EQ(kind([](v1::Capsule& c) { c.mutable_wraps(0)->set_signature(c.core_signature()); }), "forged");
}

TEST_F(Signatures, OfSomebodyWhomThePolicyDoesNotName) {
  const Signer& stranger = world.signer("stranger");
  EXPECT_EQ(kind([&](v1::Capsule& c) {
              const Bytes signature = stranger.sign("core", as_bytes(c.core()));
              c.set_core_signature({signature.begin(), signature.end()});
            }),
            "forged");
  const Id id = stranger.verifier().id();
  const Bytes own = edit_core_and_follow(
      sealer.capsule(),
      [&](v1::Core& core) {
        core.set_producer({id.begin(), id.end()});
      },
      stranger);
  const auto refused = unlock(own, "clinical");
  EXPECT_FAILS(refused, ErrorKind::forged);
  EXPECT_THAT(refused.error().message, HasSubstr("does not trust"));
}

// A whole capsule by a stranger with a policy of its own, for the same recipients.
TEST_F(Signatures, AStrangersOwnCapsule) {
  Access access;
  access.more = "signers { name: \"stranger\" key_file: \"stranger.pub\" roles: PRODUCER }\n";
  const Policy strange = world.policy(access);
  const auto made = Sealer::make(strange, world.signer("stranger"));
  ASSERT_OK(made);
  const Bytes object = sealed(*made, "clinical", plain, {true, false});
  EXPECT_FAILS(open(object), ErrorKind::forged);
}

TEST_F(Signatures, RolledBack) {
  const auto memory = file_generation_memory(world.folder() / "generations");
  const Policy to =
      world.policy({"all(owner, 2 of (outscale-2, ovh-2, orange-2))", "2 of (outscale-2, ovh-2, orange-2)", ""});
  Opener first = opener({"owner", "outscale", "ovh"}, memory.get());
  const Bytes later = first.rewrap(sealer.capsule_id(), to, owner()).value();
  {
    Opener reader = Opener::make(policy, world.providers({"outscale-2", "ovh-2"}), memory.get());
    ASSERT_OK(reader.add_capsule(later));
    ASSERT_OK(opened(reader, seal(plain)));
  }
  Opener reader = Opener::make(policy, world.providers({"outscale", "ovh"}), memory.get());
  EXPECT_FAILS(reader.add_capsule(sealer.capsule()), ErrorKind::forged);
  EXPECT_FAILS(opened(reader, seal(plain, {true, false})), ErrorKind::forged);
}

}  // namespace
}  // namespace triclave::attacks
