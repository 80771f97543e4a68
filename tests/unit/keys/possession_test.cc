#include "keys/possession.h"

#include "support/result.h"
#include "support/temp_folder.h"
#include "unit/keys/vectors.h"

namespace triclave::keys {
namespace {

TEST(Possession, IsProvedByTheHolder) {
  const Identity holder = Identity::generate("holder");
  const auto challenge = challenge_possession(holder.recipient());
  ASSERT_OK(challenge);
  const auto answer = answer_possession(holder, challenge->enc);
  ASSERT_OK(answer);
  EXPECT_TRUE(proves_possession(*challenge, answer->view()));
}

TEST(Possession, IsNotProvedByAnotherAnswer) {
  const Identity holder = Identity::generate("holder");
  const auto challenge = challenge_possession(holder.recipient());
  const auto second = challenge_possession(holder.recipient());
  ASSERT_OK(challenge);
  ASSERT_OK(second);
  EXPECT_FALSE(proves_possession(*challenge, answer_possession(holder, second->enc)->view()));
  EXPECT_FALSE(proves_possession(*challenge, answer_possession(Identity::generate("other"), challenge->enc)->view()));
  EXPECT_FALSE(proves_possession(*challenge, {}));
  EXPECT_FALSE(proves_possession(*challenge, challenge->expected.view().first(31)));
  Bytes flipped(challenge->expected.view().begin(), challenge->expected.view().end());
  flipped[31] ^= 1;
  EXPECT_FALSE(proves_possession(*challenge, flipped));
}

TEST(Possession, RefusesAChallengeOfAnotherSize) {
  const Identity holder = Identity::generate("holder");
  EXPECT_FAILS(answer_possession(holder, {}), ErrorKind::malformed);
  EXPECT_FAILS(answer_possession(holder, Bytes(1119)), ErrorKind::malformed);
}

// The challenge and its answer by make_keys.py.
TEST(Possession, AnswersAChallengeMadeElsewhere) {
  const auto known = testing::known_keys();
  const testing::TempFolder folder;
  std::filesystem::copy_file(testing::key_vector("recipient-private.key"), folder / "key");
  std::filesystem::permissions(folder / "key", std::filesystem::perms{0600});
  const auto holder = Identity::load(folder / "key");
  ASSERT_OK(holder);
  const auto answer = answer_possession(*holder, from_base64(known.at("possession_enc")).value());
  ASSERT_OK(answer);
  EXPECT_EQ(to_hex(answer->view()), known.at("possession_answer"));
}

}  // namespace
}  // namespace triclave::keys
