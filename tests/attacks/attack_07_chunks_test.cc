// 7. Streams cut, dropped, swapped, duplicated, spliced and extended; objects under one another's names.
#include "attack.h"

namespace triclave::attacks {
namespace {

constexpr std::size_t kChunk = cipher::kSealedChunkSize;

class Chunks : public Attack, public ::testing::WithParamInterface<bool> {
 protected:
  // An object of four whole chunks and a short one; what lies before, the chunks, what lies behind.
  struct Parts {
    Bytes before;
    std::vector<Bytes> chunks;
    Bytes behind;
    Bytes joined() const {
      Bytes out = before;
      for (const Bytes& each : chunks) out.insert(out.end(), each.begin(), each.end());
      out.insert(out.end(), behind.begin(), behind.end());
      return out;
    }
  };
  Parts parts(ByteView sealed_content) const {
    const Bytes object = seal(sealed_content, {false, GetParam()});
    const std::size_t stream = object.size() - take_apart(object).rest.size() + cipher::kPrefixSize;
    const std::size_t end = object.size() - (GetParam() ? kSignatureSize : 0);
    Parts out;
    out.before.assign(object.begin(), object.begin() + static_cast<std::ptrdiff_t>(stream));
    for (std::size_t at = stream; at < end; at += kChunk)
      out.chunks.emplace_back(object.begin() + static_cast<std::ptrdiff_t>(at),
                              object.begin() + static_cast<std::ptrdiff_t>(std::min(end, at + kChunk)));
    out.behind.assign(object.begin() + static_cast<std::ptrdiff_t>(end), object.end());
    return out;
  }
  // Neither whole nor by ranges nor over a pipe; `first_bad`: the first chunk that is not what it was.
  void expect_refused(const Parts& changed) const {
    const Bytes object = changed.joined();
    const auto refused = open(object, sealer.capsule());
    EXPECT_THAT(kind_of(refused), ::testing::AnyOf("forged", "malformed"));
    Opener reader = opener();
    auto source = reader.object(memory_source(object));
    if (source) {
      Bytes all(content.size() + 1);
      EXPECT_FALSE((*source)->read_at(0, all));
    }
    auto pipe = reader.object(std::make_unique<PipeSource>(object));
    ASSERT_OK(pipe);
    Bytes all(content.size() + 1);
    EXPECT_FALSE((*pipe)->read_at(0, all));
  }
  const Bytes content = sample(4 * cipher::kChunkSize + 300);
  const Parts good = parts(content);
};

TEST_P(Chunks, Untouched) {
  ASSERT_EQ(good.chunks.size(), 5u);
  const auto back = open(good.joined(), sealer.capsule());
  ASSERT_OK(back);
  EXPECT_EQ(*back, content);
}

TEST_P(Chunks, CutAtEachBoundary) {
  for (std::size_t kept = 0; kept < 5; ++kept) {
    Parts cut = good;
    cut.chunks.resize(kept);
    expect_refused(cut);
  }
}

TEST_P(Chunks, CutInsideEachChunk) {
  for (std::size_t kept = 0; kept < 5; ++kept)
    for (const std::size_t size : {1u, 15u, 16u, 17u, 316u - 1}) {
      Parts cut = good;
      cut.chunks.resize(kept + 1);
      cut.chunks[kept].resize(size);
      expect_refused(cut);
    }
}

TEST_P(Chunks, OneDropped) {
  for (std::size_t i = 0; i < 5; ++i) {
    Parts changed = good;
    changed.chunks.erase(changed.chunks.begin() + static_cast<std::ptrdiff_t>(i));
    expect_refused(changed);
  }
}

TEST_P(Chunks, TwoSwapped) {
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = i + 1; j < 4; ++j) {
      Parts changed = good;
      std::swap(changed.chunks[i], changed.chunks[j]);
      expect_refused(changed);
    }
}

TEST_P(Chunks, OneTwice) {
  for (std::size_t i = 0; i < 5; ++i) {
    Parts changed = good;
    const Bytes again = changed.chunks[i];
    changed.chunks.insert(changed.chunks.begin() + static_cast<std::ptrdiff_t>(i), again);
    expect_refused(changed);
  }
}

TEST_P(Chunks, OneOfAnotherObject) {
  const Parts other = parts(content);  // the same session, key and plaintext
  for (std::size_t i = 0; i < 5; ++i) {
    Parts changed = good;
    changed.chunks[i] = other.chunks[i];
    expect_refused(changed);
  }
}

TEST_P(Chunks, TheStreamOfAnotherObject) {
  Parts changed = parts(content);
  changed.before = good.before;  // with the salt and commitment
  expect_refused(changed);
  changed = good;
  const Parts other = parts(content);
  changed.before = other.before;
  expect_refused(changed);
}

TEST_P(Chunks, SomethingBehindTheEnd) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{16}, std::size_t{17}, kChunk, 2 * kChunk}) {
    Parts changed = good;
    changed.chunks.emplace_back(size, std::uint8_t{0});
    expect_refused(changed);
  }
}

INSTANTIATE_TEST_SUITE_P(, Chunks, ::testing::Bool(),
                         [](const auto& each) { return each.param ? "Signed" : "Unsigned"; });

class HeaderSwap : public Attack {};

// Headers go into the stream's key: an object under another's header does not open.
TEST_F(HeaderSwap, ObjectsUnderOneAnothersHeaders) {
  const Bytes mine = sealed(sealer, "clinical", plain, {}, "mine");
  const Bytes yours = sealed(sealer, "clinical", plain, {}, "yours");
  const auto a = take_apart(mine);
  const auto b = take_apart(yours);
  EXPECT_FAILS(open(put_together(a.header_bytes, {}, b.rest), sealer.capsule()), ErrorKind::forged);
  EXPECT_FAILS(open(put_together(b.header_bytes, {}, a.rest), sealer.capsule()), ErrorKind::forged);
  EXPECT_FAILS(open(edit_header(mine, [](v1::ObjectHeader& h) { h.set_name("yours"); }), sealer.capsule()),
               ErrorKind::forged);
  EXPECT_FAILS(
      open(edit_header(mine, [](v1::ObjectHeader& h) { h.set_object_id(std::string(16, 'i')); }), sealer.capsule()),
      ErrorKind::forged);
  EXPECT_FAILS(open(edit_header(mine, [](v1::ObjectHeader& h) { h.set_signed_(true); }), sealer.capsule()),
               ErrorKind::malformed);  // too short for a signature
}

// Not even a promise of a signature can be taken off, although a reader could make an object without one.
TEST_F(HeaderSwap, ASignedObjectWithoutItsSignature) {
  const Bytes object = seal(plain, {false, true});
  Bytes stripped = edit_header(object, [](v1::ObjectHeader& h) { h.set_signed_(false); });
  stripped.resize(stripped.size() - kSignatureSize);
  EXPECT_FAILS(open(stripped, sealer.capsule()), ErrorKind::forged);
}

}  // namespace
}  // namespace triclave::attacks
