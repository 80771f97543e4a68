#include "session.h"

namespace triclave::capsule {
namespace {

class KeyProviderTest : public Session {
 protected:
  // What ovh would be asked for the compartments.
  MaskRequest request() const {
    std::vector<MaskRequest> out;
    Owned providers;
    providers.push_back(testing::recording(world.provider("ovh"), out));
    ask(parsed(), providers, {"identifiers", "clinical"});
    return out.at(0);
  }
  Bytes masks(const MaskRequest& asked, const std::string& name = "ovh") const {
    Bytes out(asked.items.size() * kMaskSize);
    EXPECT_OK(world.provider(name)->masks(asked, {}, out));
    return out;
  }
};

TEST_F(KeyProviderTest, AnswersTheSameEachTimeAndDifferentlyForEachItem) {
  const MaskRequest asked = request();
  const Bytes first = masks(asked);
  EXPECT_EQ(masks(asked), first);
  EXPECT_FALSE(std::equal(first.begin(), first.begin() + 64, first.begin() + 64));
}

TEST_F(KeyProviderTest, EverythingInTheRequestChangesTheMask) {
  MaskRequest asked = request();
  asked.items.resize(1);
  const Bytes mask = masks(asked);
  const auto changed = [&](const std::function<void(MaskRequest&)>& edit) {
    MaskRequest other = asked;
    edit(other);
    return masks(other) != mask;
  };
  EXPECT_FALSE(changed([](MaskRequest&) {}));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.capsule_id[0] ^= 1; }));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.generation = 1; }));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.dataset = "registry"; }));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.items[0].compartment = "clinical"; }));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.items[0].path = {2}; }));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.items[0].policy.back() ^= 1; }));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.enc[1119] ^= 1; }));
  EXPECT_TRUE(changed([](MaskRequest& r) { r.enc[0] ^= 1; }));
  EXPECT_NE(masks(asked, "orange"), mask);
}

TEST_F(KeyProviderTest, WhatMakesNoSenseIsRefused) {
  MaskRequest asked = request();
  Bytes room(asked.items.size() * kMaskSize - 1);
  EXPECT_FAILS(world.provider("ovh")->masks(asked, {}, room), ErrorKind::invalid_argument);
  room.resize(room.size() + 1);
  asked.enc.pop_back();
  EXPECT_FAILS(world.provider("ovh")->masks(asked, {}, room), ErrorKind::malformed);
  asked = request();
  asked.kem = static_cast<Kem>(0x0011);
  EXPECT_FAILS(world.provider("ovh")->masks(asked, {}, room), ErrorKind::unsupported);
}

TEST_F(KeyProviderTest, HasTheRecipientsIdAndName) {
  EXPECT_EQ(world.provider("ovh")->key_id(), world.key_id("ovh"));
  EXPECT_EQ(world.provider("ovh")->name(), "ovh");
}

}  // namespace
}  // namespace triclave::capsule
