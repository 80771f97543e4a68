#include "keys/passphrase.h"

#include <sys/wait.h>
#include <unistd.h>

#include "support/result.h"
#include "unit/keys/vectors.h"

namespace triclave::keys {
namespace {

using testing::hex;

constexpr std::string_view kOnes = "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1";

Argon2Parameters parameters(std::uint32_t m, std::uint32_t t, std::uint32_t p) {
  Argon2Parameters out{m, t, p, {}};
  out.salt.fill(2);
  return out;
}

std::string text_of(const Result<Secret<32>>& key) { return key ? to_hex(key->view()) : testing::text_of(key); }

// RFC 9106, 5.3: Argon2id with four lanes, a secret key and associated data.
TEST(Argon2id, GivesTheRfcsTag) {
  EXPECT_EQ(text_of(argon2id(kOnes, parameters(32, 3, 4), Bytes(12, 4), Bytes(8, 3))),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

// The same without key and associated data, as key files use it: argon2id.txt of PyPI cryptography-vectors, cases 1, 2.
TEST(Argon2id, GivesTheKnownTagsWithoutOptionalInputs) {
  EXPECT_EQ(text_of(argon2id("", parameters(32, 3, 4))),
            "0a34f1abde67086c82e785eaf17c68382259a264f4e61b91cd2763cb75ac189a");
  EXPECT_EQ(text_of(argon2id(kOnes, parameters(32, 3, 4))),
            "03aab965c12001c9d7d0d2de33192c0494b684bb148196d73c1df1acaf6d0c2e");
}

TEST(Argon2id, TellsAForkedProcessRatherThanWaitForEver) {
  ASSERT_OK(argon2id("passphrase", parameters(32, 1, 4)));
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    const auto key = argon2id("passphrase", parameters(32, 1, 4));
    const auto one_lane = argon2id("passphrase", parameters(32, 1, 1));
    ::_exit(one_lane && (key || key.error().kind == ErrorKind::invalid_argument) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Argon2id, RefusesParametersOutsideTheLimitsBeforeItAllocates) {
  for (const auto& [m, t, p] : std::vector<std::array<std::uint32_t, 3>>{{2097153, 3, 4},
                                                                         {0xFFFFFFFF, 3, 4},
                                                                         {64, 17, 4},
                                                                         {64, 0xFFFFFFFF, 4},
                                                                         {64, 0, 4},
                                                                         {1024, 1, 65},
                                                                         {64, 1, 0},
                                                                         {31, 3, 4},
                                                                         {0, 1, 1},
                                                                         {7, 1, 1},
                                                                         {511, 1, 64},
                                                                         {64, 1, 0x20000001}}) {
    EXPECT_FAILS(check_argon2(parameters(m, t, p)), ErrorKind::unsupported) << m << " " << t << " " << p;
    EXPECT_FAILS(argon2id("passphrase", parameters(m, t, p)), ErrorKind::unsupported);
  }
  for (const auto& [m, t, p] : std::vector<std::array<std::uint32_t, 3>>{
           {2097152, 16, 64}, {512, 1, 64}, {8, 1, 1}, {32, 3, 4}, {262144, 3, 4}})
    EXPECT_OK(check_argon2(parameters(m, t, p)));
}

}  // namespace
}  // namespace triclave::keys
