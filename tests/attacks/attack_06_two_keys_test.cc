// 6. A ciphertext that two keys open, and commitments that were changed. Messages made to decrypt under two AES keys:
// cobblestone_two_keys_test.cc in tests/unit/cipher.
#include "attack.h"

namespace triclave::attacks {
namespace {

class TwoKeys : public Attack {};

TEST_F(TwoKeys, EveryBitOfTheCommitmentAndTheSaltCounts) {
  const Bytes object = seal(plain);
  const std::size_t stream = object.size() - take_apart(object).rest.size();
  Opener reader = opener();
  for (std::size_t at = stream; at < stream + cipher::kPrefixSize; ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes changed = object;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1u << bit);
      EXPECT_FAILS(opened(reader, changed), ErrorKind::forged);
    }
}

// A session whose two compartments got one key each: the same bytes must not mean something in both.
TEST_F(TwoKeys, OneStreamUnderTwoCompartments) {
  const Names both = {"identifiers", "clinical"};
  const auto capsule = std::move(capsule::create_capsule(policy, producer(), both).value());
  envelope::Header header{capsule.id, {}, "", "cohort", {"identifiers"}, false};
  Bytes object;
  auto sink = envelope::ObjectSink::start(capsule.keys[0].key, header, capsule.record, nullptr, memory_sink(object));
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->write(plain));
  ASSERT_OK((*sink)->finish());
  EXPECT_OK(open(object));
  const Bytes relabelled = edit_header(object, [](v1::ObjectHeader& h) { h.set_streams(0, "clinical"); });
  EXPECT_FAILS(open(relabelled), ErrorKind::forged);
  // And the insider who seals under the wrong compartment's key makes an object that nobody opens.
  Bytes crossed;
  sink = envelope::ObjectSink::start(capsule.keys[1].key, header, capsule.record, nullptr, memory_sink(crossed));
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->finish());
  EXPECT_FAILS(open(crossed), ErrorKind::forged);
}

TEST_F(TwoKeys, TheCommitmentOfAnotherObject) {
  Bytes object = seal(plain);
  const Bytes other = seal(plain);
  const auto from = static_cast<std::ptrdiff_t>(object.size() - take_apart(object).rest.size() + cipher::kSaltSize);
  std::copy_n(other.begin() + from, cipher::kCommitmentSize, object.begin() + from);
  EXPECT_FAILS(open(object, sealer.capsule()), ErrorKind::forged);
}

}  // namespace
}  // namespace triclave::attacks
