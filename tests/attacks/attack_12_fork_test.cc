// 12. A process that forks between two seals: parent and child must not draw the same numbers.
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "attack.h"

namespace triclave::attacks {
namespace {

class Fork : public Attack {
 protected:
  // Runs `work` in `count` children and here; gives what each of them made.
  static std::vector<std::string> everywhere(int count, const std::function<std::string()>& work) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) {
      int ends[2];
      EXPECT_EQ(::pipe(ends), 0);
      const pid_t child = ::fork();
      EXPECT_GE(child, 0);
      if (child == 0) {
        const std::string made = work();
        ::_exit(::write(ends[1], made.data(), made.size()) == static_cast<ssize_t>(made.size()) ? 0 : 1);
      }
      ::close(ends[1]);
      std::string got(1 << 16, '\0');
      std::size_t size = 0;
      for (ssize_t n = 0; (n = ::read(ends[0], got.data() + size, got.size() - size)) > 0;)
        size += static_cast<std::size_t>(n);
      ::close(ends[0]);
      int status = 0;
      EXPECT_EQ(::waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
      out.push_back(got.substr(0, size));
    }
    out.push_back(work());
    return out;
  }
};

TEST_F(Fork, NoObjectsSaltOrIdComesTwice) {
  seal(plain);  // whatever a generator keeps is there before the fork
  const auto made = everywhere(4, [this] {
    std::string out;
    for (int i = 0; i < 4; ++i) {
      const auto parts = take_apart(seal(plain));
      out += parts.header.object_id() + std::string(parts.rest.begin(), parts.rest.begin() + cipher::kSaltSize);
    }
    return out;
  });
  std::set<std::string> ids;
  std::set<std::string> salts;
  for (const std::string& each : made) {
    ASSERT_EQ(each.size(), 4 * 40u);
    for (std::size_t at = 0; at < each.size(); at += 40) {
      ids.insert(each.substr(at, 16));
      salts.insert(each.substr(at + 16, 24));
    }
  }
  EXPECT_EQ(ids.size(), 20u);
  EXPECT_EQ(salts.size(), 20u);
}

TEST_F(Fork, NoCapsulesSaltEncapsulationOrShareComesTwice) {
  const auto made = everywhere(4, [this] {
    const Bytes record = sealer_for(policy).capsule();
    return std::string(record.begin(), record.end());
  });
  std::set<std::string> seen;
  std::size_t drawn = 0;
  for (const std::string& each : made) {
    const v1::Core core = core_of(as_bytes(each));
    const v1::Wrap wrap = wrap_of(as_bytes(each));
    seen.insert(core.salt());
    ++drawn;
    for (const auto& compartment : core.compartments()) seen.insert(compartment.check()), ++drawn;
    for (const auto& recipient : wrap.recipients()) seen.insert(recipient.enc()), ++drawn;
    for (const auto& compartment : wrap.compartments())
      for (const auto& leaf : compartment.leaves()) seen.insert(leaf.masked_share()), ++drawn;
  }
  EXPECT_EQ(drawn, 5u * (1 + 2 + 4 + 7));
  EXPECT_EQ(seen.size(), drawn);
}

TEST_F(Fork, NoKeyComesTwice) {
  const auto made = everywhere(4, [] {
    const Id identity = Identity::generate("x").recipient().id();
    const Id signer = Signer::generate("x").verifier().id();
    return std::string(identity.begin(), identity.end()) + std::string(signer.begin(), signer.end());
  });
  EXPECT_EQ(std::set<std::string>(made.begin(), made.end()).size(), 5u);
}

}  // namespace
}  // namespace triclave::attacks
