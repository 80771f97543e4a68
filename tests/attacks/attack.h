// Attacks from the design's list: every one has to end in an error of the right kind, and none in other bytes.
#pragma once

#include "capsule/create.h"
#include "envelope/object_sink.h"
#include "support/sealing.h"
#include "support/sources.h"

#if defined(__has_feature)
#define TRICLAVE_CLANG_SANITIZES (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define TRICLAVE_CLANG_SANITIZES 0
#endif

namespace triclave::attacks {

// Of every single-bit flip and every truncation, sanitizers' builds try each 23rd: they are after memory and threads.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || TRICLAVE_CLANG_SANITIZES
inline constexpr std::size_t kStride = 23;
#else
inline constexpr std::size_t kStride = 1;
#endif

using namespace ::triclave::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// What somebody inside could do: the attacker holds the producer's signing key or data keys, as each test says.
class Attack : public Sealing {
 protected:
  // Opens with everybody.
  Result<Bytes> open(ByteView object, ByteView capsule = {}) const {
    Opener reader = Opener::make(policy, world.providers({"owner", "outscale", "ovh", "orange"}));
    if (!capsule.empty())
      if (auto added = reader.add_capsule(capsule); !added) return tl::unexpected(added.error());
    return opened(reader, object);
  }
  // Unlocks one compartment of a capsule with everybody.
  Result<GatherReport> unlock(ByteView capsule, const std::string& compartment) const {
    Opener reader = Opener::make(policy, world.providers({"owner", "outscale", "ovh", "orange"}));
    auto added = reader.add_capsule(capsule);
    if (!added) return tl::unexpected(added.error());
    return reader.unlock(added->id, std::span(&compartment, 1));
  }
  // The edit leaves the signature as it was, as an outsider must: refused before anything is used.
  void expect_forged_outside(const std::function<void(v1::Wrap&)>& edit) const {
    EXPECT_FAILS(unlock(edit_wrap(sealer.capsule(), edit, nullptr), "clinical"), ErrorKind::forged);
  }
  // The producer signs the edit: masks hang on place and policy, so nobody's share fits, and all are named.
  void expect_useless_inside(const std::function<void(v1::Wrap&)>& edit, const std::string& compartment,
                             const Names& liars) const {
    const auto refused = unlock(edit_wrap(sealer.capsule(), edit, &producer()), compartment);
    EXPECT_FAILS(refused, ErrorKind::quorum_short);
    if (refused) return;
    Names forged;
    for (const Culprit& each : refused.error().culprits)
      if (each.kind == ErrorKind::forged) forged.push_back(each.who);
    std::sort(forged.begin(), forged.end());
    EXPECT_EQ(forged, liars);
  }

  const Bytes plain = sample(500);
};

}  // namespace triclave::attacks
