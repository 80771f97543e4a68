// Signed content: who can open could also make objects, but not the producer's signature over them.
#include "envelope/content_signature.h"

#include "capsule/create.h"
#include "envelope/object_sink.h"
#include "support/sealing.h"
#include "support/sources.h"

namespace triclave::envelope {
namespace {

using namespace ::triclave::testing;

constexpr std::size_t kFromEnd = kSignatureSize;  // where the signature begins, counted from the object's end

class ContentSignatureTest : public Sealing {
 protected:
  // What copy_to gives, and what it wrote to a sink that keeps everything.
  Result<Bytes> copy(ByteView object) {
    Opener reader = opener();
    return opened(reader, object);
  }
  Result<void> verify(ByteView object) {
    Opener reader = opener();
    auto source = reader.object(memory_source(object));
    if (!source) return tl::unexpected(source.error());
    return (*source)->verify_content();
  }
};

TEST_F(ContentSignatureTest, StandsForWhatWasSealed) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, cipher::kChunkSize, kRunSize, 2 * kRunSize + 5}) {
    const Bytes object = seal(sample(size), {false, true});
    EXPECT_OK(verify(object));
    EXPECT_OK(copy(object));
  }
}

TEST_F(ContentSignatureTest, EveryPartCounts) {
  const Bytes object = seal(sample(2 * cipher::kChunkSize + 50), {false, true});
  const std::size_t stream = object.size() - testing::take_apart(object).rest.size();
  const std::size_t chunks = stream + cipher::kPrefixSize;
  const std::size_t signature = object.size() - kFromEnd;
  for (const std::size_t at : {stream,                                 // salt
                               stream + cipher::kSaltSize,             // commitment
                               chunks,                                 // first chunk
                               chunks + cipher::kSealedChunkSize - 1,  // its tag
                               chunks + 2 * cipher::kSealedChunkSize,  // last chunk
                               signature - 1,                          // its tag
                               signature,                              // Ed25519
                               signature + 63, signature + 64,         // ML-DSA-65
                               object.size() - 1}) {
    Bytes changed = object;
    changed[at] ^= 4;
    EXPECT_FAILS(verify(changed), ErrorKind::forged) << at;
    EXPECT_FAILS(copy(changed), ErrorKind::forged) << at;
  }
}

TEST_F(ContentSignatureTest, TheBlamedOneIsTheProducer) {
  Bytes object = seal(sample(10), {false, true});
  object.back() ^= 1;
  const auto refused = verify(object);
  EXPECT_FAILS(refused, ErrorKind::forged);
  EXPECT_THAT(names_of(refused.error().culprits), ::testing::ElementsAre("pipeline"));
}

TEST_F(ContentSignatureTest, NothingIsReleasedBeforeItIsVerified) {  // OBJ-08
  Bytes object = seal(sample(3 * kRunSize), {false, true});
  object.back() ^= 1;
  Opener reader = opener();
  auto source = reader.object(memory_source(object));
  ASSERT_OK(source);
  bool finished = false;
  FailingSink untouched(0, finished);  // the first write would be an io error
  EXPECT_FAILS((*source)->copy_to(untouched), ErrorKind::forged);
  EXPECT_FALSE(finished);
}

TEST_F(ContentSignatureTest, OverAPipeItIsRefused) {
  const Bytes object = seal(sample(100), {true, true});
  Opener reader = opener();
  auto source = reader.object(std::make_unique<PipeSource>(object));
  ASSERT_OK(source);
  bool finished = false;
  FailingSink untouched(0, finished);
  EXPECT_FAILS((*source)->copy_to(untouched), ErrorKind::invalid_argument);
  Bytes out(10);
  EXPECT_FAILS((*source)->read_at(0, out), ErrorKind::invalid_argument);
  EXPECT_FAILS((*source)->verify_content(), ErrorKind::invalid_argument);
}

TEST_F(ContentSignatureTest, WithoutOneThereIsNothingToVerify) {
  EXPECT_FAILS(verify(seal(sample(100))), ErrorKind::invalid_argument);
}

// A reader of the compartment: knows K_c, not the producer's signing key.
class InsideReader : public ContentSignatureTest {
 protected:
  Header header(bool content_signed) const {
    Header out;
    out.capsule_id = capsule.id;
    out.object_id.fill(1);
    out.dataset = "cohort";
    out.compartments = {"clinical"};
    out.content_signed = content_signed;
    return out;
  }
  Bytes sealed_by(const Signer* signer, ByteView plain) const {
    Bytes out;
    auto sink = ObjectSink::start(key(), header(signer != nullptr), capsule.record, signer, memory_sink(out));
    EXPECT_OK(sink);
    EXPECT_OK((*sink)->write(plain));
    EXPECT_OK((*sink)->finish());
    return out;
  }
  const Secret<32>& key() const { return capsule.keys[0].key; }

  const Names compartments = {"clinical"};
  const capsule::NewCapsule capsule = std::move(capsule::create_capsule(policy, producer(), compartments).value());
};

TEST_F(InsideReader, CannotSignAsTheProducer) {
  EXPECT_OK(copy(sealed_by(&producer(), sample(100))));
  EXPECT_FAILS(copy(sealed_by(&world.signer("stranger"), sample(100))), ErrorKind::forged);
  EXPECT_FAILS(copy(sealed_by(&owner(), sample(100))), ErrorKind::forged);
}

TEST_F(InsideReader, CannotPutAnotherContentUnderASignature) {
  const Bytes honest = sealed_by(&producer(), sample(100));
  Bytes other = sealed_by(&producer(), Bytes(100, 'x'));
  std::copy(honest.end() - kFromEnd, honest.end(), other.end() - kFromEnd);
  EXPECT_FAILS(copy(other), ErrorKind::forged);
}

// The reader even uses the object's own stream keys, and swaps the chunk once the signature has been checked.
TEST_F(InsideReader, CannotSwapTheContentAfterItWasVerified) {
  Bytes object = sealed_by(&producer(), sample(100));
  const auto parts = testing::take_apart(object);
  cipher::Prefix prefix;
  std::copy_n(parts.rest.begin(), prefix.size(), prefix.begin());
  const WrittenFrame frame = write_frame(header(true), capsule.record);
  const auto message = cipher::Message::open(key(), stream_context(frame.header_hash, 0), prefix);
  ASSERT_OK(message);
  Bytes swapped(cipher::sealed_run_size(100, true));
  ASSERT_OK(message->seal_run(0, Bytes(100, 'x'), true, swapped));
  const std::size_t chunk = frame.bytes.size() + cipher::kPrefixSize;

  int reads = -1000;  // those of opening do not count
  WatchedSource::Watch watch;
  Opener reader = opener();
  auto source = reader.object(std::make_unique<WatchedSource>(object, watch, [&] {
    if (++reads == 3) std::copy(swapped.begin(), swapped.end(), object.begin() + static_cast<std::ptrdiff_t>(chunk));
  }));
  ASSERT_OK(source);
  reads = 0;  // then: the chunk, the signature, and the chunk again
  Bytes out;
  const auto sink = memory_sink(out);
  const auto refused = (*source)->copy_to(*sink);
  EXPECT_FAILS(refused, ErrorKind::forged);
  EXPECT_GE(reads, 3);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("while it was read"));
}

}  // namespace
}  // namespace triclave::envelope
