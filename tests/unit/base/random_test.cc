#include "base/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "base/descriptor.h"
#include "base/hash.h"
#include "base/text_codec.h"

namespace triclave {
namespace {

TEST(Random, DoesNotRepeat) { EXPECT_NE((random_array<32>()), (random_array<32>())); }

TEST(Random, AForkedChildDrawsOtherBytes) {
  (void)random_array<32>();  // whatever state there is, is there before the fork
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto drawn = random_array<32>();
    ::_exit(write_fully(ends[1], drawn, "pipe") ? 0 : 1);
  }
  const auto ours = random_array<32>();
  std::array<std::uint8_t, 32> theirs{};
  EXPECT_EQ(read_fully(ends[0], theirs, "pipe").value_or(0), theirs.size());
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_NE(ours, theirs);
}

// FIPS 180-2, appendix B.1 and B.2.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  hash.update(as_bytes("abcdbcdecdefdefgefghfghighijhi"));
  hash.update(as_bytes("jkijkljklmklmnlmnomnopnopq"));
  EXPECT_EQ(to_hex(hash.finish()), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(hash.finish()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");  // ready again
}

}  // namespace
}  // namespace triclave
