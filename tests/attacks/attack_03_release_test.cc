// 3. Releases that are wrong, missing, duplicated, reordered or replayed; a custodian that lies.
#include <map>

#include "attack.h"

namespace triclave::attacks {
namespace {

class Release : public Attack {};

TEST_F(Release, WhateverOneCustodianDoesTheOthersSufficeAndItIsNamed) {
  const std::map<std::string, ScriptedProvider::Script> scripts = {
      {"wrong",
       [](MaskProvider&, const MaskRequest&, std::stop_token, MutableBytes out) -> Result<void> {
         std::fill(out.begin(), out.end(), std::uint8_t{0x42});
         return {};
       }},
      {"missing", [](MaskProvider&, const MaskRequest&, std::stop_token, MutableBytes) -> Result<void> { return {}; }},
      {"duplicated",
       [](MaskProvider& honest, const MaskRequest& request, std::stop_token stop, MutableBytes out) -> Result<void> {
         auto answered = honest.masks(request, stop, out);
         std::copy_n(out.begin(), kMaskSize, out.begin() + kMaskSize);
         return answered;
       }},
      {"reordered",
       [](MaskProvider& honest, const MaskRequest& request, std::stop_token stop, MutableBytes out) -> Result<void> {
         auto answered = honest.masks(request, stop, out);
         std::swap_ranges(out.begin(), out.begin() + kMaskSize, out.begin() + kMaskSize);
         return answered;
       }},
      {"half",
       [](MaskProvider& honest, const MaskRequest& request, std::stop_token stop, MutableBytes out) -> Result<void> {
         MaskRequest first = request;
         first.items.resize(1);
         return honest.masks(first, stop, out.first(kMaskSize));
       }},
      {"of another generation",
       [](MaskProvider& honest, const MaskRequest& request, std::stop_token stop, MutableBytes out) -> Result<void> {
         MaskRequest later = request;
         later.generation = 1;
         return honest.masks(later, stop, out);
       }},
      {"of another key",
       [this](MaskProvider&, const MaskRequest& request, std::stop_token stop, MutableBytes out) -> Result<void> {
         return world.provider("ovh-2")->masks(request, stop, out);
       }}};
  for (const auto& [name, script] : scripts) {
    Owned enough = world.providers({"owner", "outscale", "orange"});
    enough.push_back(scripted(world.provider("ovh"), script));
    Opener reader = opener_with(std::move(enough));
    EXPECT_OK(reader.unlock(sealer.capsule_id())) << name;
    EXPECT_OK(opened(reader, seal(plain, {}, "identifiers"))) << name;

    Owned short_of_one = world.providers({"owner", "outscale"});
    short_of_one.push_back(scripted(world.provider("ovh"), script));
    Opener alone = opener_with(std::move(short_of_one));
    const auto refused = alone.unlock(sealer.capsule_id());
    EXPECT_FAILS(refused, ErrorKind::quorum_short) << name;
    EXPECT_THAT(names_of(refused.error().culprits), ElementsAre("orange", "ovh")) << name;
    for (const Culprit& each : refused.error().culprits)
      EXPECT_EQ(each.kind, each.who == "ovh" ? ErrorKind::forged : ErrorKind::custodian_unavailable) << name;
  }
}

TEST_F(Release, ReplayedFromAnotherCapsule) {
  const Sealer other = sealer_for(policy);
  Owned providers = world.providers({"outscale"});
  providers.push_back(replaying(world.provider("ovh")));
  Opener reader = opener_with(std::move(providers));
  const Names clinical = {"clinical"};
  ASSERT_OK(reader.unlock(sealer.capsule_id(), clinical));
  ASSERT_OK(reader.add_capsule(other.capsule()));
  const auto refused = reader.unlock(other.capsule_id(), clinical);
  EXPECT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(names_of(refused.error().culprits), ElementsAre("orange", "ovh"));
}

// A liar and an honest provider of the same key race; whichever comes first, the object opens.
TEST_F(Release, ALiarBesideAnHonestOneOfTheSameKey) {
  for (int round = 0; round < 20; ++round) {
    Owned providers = world.providers({"outscale", "ovh"});
    providers.insert(providers.begin(), lying(world.provider("ovh")));
    Opener reader = opener_with(std::move(providers));
    EXPECT_OK(opened(reader, seal(plain)));
  }
}

TEST_F(Release, AllLieAndAllAreNamed) {
  Owned providers;
  for (const char* name : {"owner", "outscale", "ovh", "orange"}) providers.push_back(lying(world.provider(name)));
  Opener reader = opener_with(std::move(providers));
  const auto refused = reader.unlock(sealer.capsule_id());
  EXPECT_FAILS(refused, ErrorKind::quorum_short);
  EXPECT_THAT(names_of(refused.error().culprits), ElementsAre("orange", "outscale", "ovh", "owner"));
}

}  // namespace
}  // namespace triclave::attacks
