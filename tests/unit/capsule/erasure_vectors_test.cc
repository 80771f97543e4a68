// What an independent implementation, written from SPEC.md alone, says of good and bad erasure certificates
// (tests/vectors).
#include <gmock/gmock.h>

#include "base/text_codec.h"
#include "support/result.h"
#include "support/vectors.h"
#include "triclave/erasure.h"

namespace triclave {
namespace {

std::string told(const CompartmentVerdict& each) {
  std::string out = to_hex(each.capsule_id) + " " + each.compartment + " " +
                    (!each.dead ? "lives" : each.quantum_dead ? "dead" : "dead-but-to-quantum");
  for (const LivingGeneration& living : each.living) out += " " + std::to_string(living.generation);
  return out;
}

class ErasureVectors : public ::testing::TestWithParam<std::string> {};

TEST_P(ErasureVectors, IsJudgedAsItExpects) {
  const testing::Vector vector = testing::read_vector(GetParam());
  const auto owner = Verifier::from_public_key(vector.bytes("owner"), "owner");
  ASSERT_OK(owner);
  const auto read = verify_erasure(vector.bytes("certificate"), *owner);
  const std::string expected = vector.one("expect");
  EXPECT_EQ(testing::kind_of(read), expected == "ok" ? "success" : expected) << testing::text_of(read);
  if (!read) return;
  std::vector<std::string> verdicts;
  for (const CompartmentVerdict& each : read->compartments) verdicts.push_back(told(each));
  EXPECT_EQ(verdicts, vector.all("verdict"));
}

INSTANTIATE_TEST_SUITE_P(All, ErasureVectors, ::testing::ValuesIn(testing::vector_names({"erasure"})),
                         testing::test_name);

}  // namespace
}  // namespace triclave
