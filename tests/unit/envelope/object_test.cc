// Sealing and opening whole objects, by whatever pieces.
#include <random>

#include "envelope/object_sink.h"
#include "support/sealing.h"
#include "support/sources.h"
#include "support/temp_folder.h"

namespace triclave::envelope {
namespace {

using namespace ::triclave::testing;

constexpr std::size_t kSizes[] = {0,
                                  1,
                                  16383,
                                  16384,
                                  16385,
                                  2 * 16384,
                                  kRunSize - 1,
                                  kRunSize,
                                  kRunSize + 1,
                                  3 * kRunSize,
                                  3 * kRunSize + 16384 + 77};

class ObjectTest : public Sealing {};

TEST_F(ObjectTest, EverySizeComesBack) {
  Opener reader = opener();
  for (const std::size_t size : kSizes)
    for (const bool embed : {false, true})
      for (const bool sign : {false, true}) {
        const Bytes plain = sample(size);
        const Bytes object = seal(plain, {embed, sign});
        const auto back = opened(reader, object);
        ASSERT_OK(back);
        EXPECT_EQ(*back, plain) << size;
      }
}

TEST_F(ObjectTest, PiecesOfAnySizeSealAlike) {
  std::mt19937 random(3);
  Opener reader = opener();
  for (const std::size_t size : {std::size_t{5}, kRunSize + 1, 2 * kRunSize + 12345}) {
    const Bytes plain = sample(size);
    for (const std::size_t most : {std::size_t{1}, std::size_t{1000}, kRunSize, 3 * kRunSize}) {
      if (most == 1 && size > 100) continue;
      Bytes object;
      auto sink = sealer.object("clinical", "", memory_sink(object));
      ASSERT_OK(sink);
      for (std::size_t at = 0; at < size;) {
        const std::size_t piece = std::min(size - at, 1 + random() % most);
        ASSERT_OK((*sink)->write(ByteView(plain).subspan(at, piece)));
        ASSERT_OK((*sink)->write({}));
        at += piece;
      }
      ASSERT_OK((*sink)->finish());
      const auto back = opened(reader, object);
      ASSERT_OK(back);
      EXPECT_EQ(*back, plain);
    }
  }
}

// Files bear several threads at both ends.
class ObjectFilesTest : public ObjectTest {
 protected:
  Result<void> seal_file(const std::string& from, const std::string& to, ObjectOptions options) {
    auto source = file_source(folder / from);
    if (!source) return tl::unexpected(source.error());
    auto sink = file_sink(folder / to);
    if (!sink) return tl::unexpected(sink.error());
    auto object = sealer.object("clinical", from, std::move(*sink), options);
    if (!object) return tl::unexpected(object.error());
    auto copied = (*object)->write_from(**source, 0, ~std::uint64_t{0});
    if (!copied) return tl::unexpected(copied.error());
    return (*object)->finish();
  }
  Result<void> open_file(const std::string& from, const std::string& to, unsigned threads) {
    auto source = file_source(folder / from);
    if (!source) return tl::unexpected(source.error());
    Opener reader = opener();
    auto object = reader.object(std::move(*source));
    if (!object) return tl::unexpected(object.error());
    (*object)->set_threads(threads);
    auto sink = file_sink(folder / to);
    if (!sink) return tl::unexpected(sink.error());
    auto copied = (*object)->copy_to(**sink);
    return copied ? Result<void>() : tl::unexpected(copied.error());
  }
  const TempFolder folder;
};

TEST_F(ObjectFilesTest, SeveralThreadsSealAndOpenAlike) {
  for (const std::size_t size : kSizes) {
    const Bytes plain = sample(size);
    write_file(folder / "plain", std::string(as_text(plain)));
    for (const unsigned sealing : {1u, 4u})
      for (const unsigned opening : {1u, 4u})
        for (const bool sign : {false, true}) {
          ASSERT_OK(seal_file("plain", "sealed", {.embed_capsule = true, .sign_content = sign, .threads = sealing}));
          ASSERT_OK(open_file("sealed", "back", opening));
          EXPECT_EQ(read_file(folder / "back"), as_text(plain)) << size << ' ' << sealing << ' ' << opening;
        }
  }
}

TEST_F(ObjectFilesTest, DamageIsFoundWhicheverThreadMeetsIt) {
  write_file(folder / "plain", std::string(as_text(sample(5 * kRunSize + 100))));
  ASSERT_OK(seal_file("plain", "sealed", {.embed_capsule = true, .threads = 3}));
  const std::string sealed = read_file(folder / "sealed");
  for (std::size_t back = 1; back < 5 * kSealedRunSize; back += kSealedRunSize) {
    std::string changed = sealed;
    changed[changed.size() - back] = static_cast<char>(changed[changed.size() - back] ^ 4);
    write_file(folder / "changed", changed);
    EXPECT_FAILS(open_file("changed", "never", 3), ErrorKind::forged) << back;
    write_file(folder / "cut", sealed.substr(0, sealed.size() - back));
    EXPECT_FALSE(open_file("cut", "never", 3).has_value()) << back;
  }
  // Two runs exchanged.
  std::string swapped = sealed;
  const auto at = static_cast<std::ptrdiff_t>(sealed.size() - 4 * kSealedRunSize - 116);
  const auto run = static_cast<std::ptrdiff_t>(kSealedRunSize);
  std::swap_ranges(swapped.begin() + at, swapped.begin() + at + run, swapped.begin() + at + run);
  write_file(folder / "swapped", swapped);
  EXPECT_FAILS(open_file("swapped", "never", 3), ErrorKind::forged);
  EXPECT_FALSE(std::filesystem::exists(folder / "never"));
}

TEST_F(ObjectFilesTest, AFileThatShrinksIsNotSealed) {
  write_file(folder / "plain", std::string(as_text(sample(4 * kRunSize))));
  auto source = file_source(folder / "plain");
  auto sink = file_sink(folder / "sealed");
  ASSERT_OK(source);
  ASSERT_OK(sink);
  auto object = sealer.object("clinical", "", std::move(*sink), {.threads = 3});
  ASSERT_OK(object);
  std::filesystem::resize_file(folder / "plain", kRunSize);
  EXPECT_FAILS((*object)->write_from(**source, 0, 4 * kRunSize), ErrorKind::io);
  EXPECT_FAILS((*object)->finish(), ErrorKind::invalid_argument);
  object->reset();
  EXPECT_FALSE(std::filesystem::exists(folder / "sealed"));
}

// Sealed where it is to stand; and where that is too small by little or much, nothing behind it is touched.
TEST_F(ObjectTest, IntoTheCallersMemory) {
  Opener reader = opener();
  for (const std::size_t size : kSizes)
    for (const bool sign : {false, true}) {
      const Bytes plain = sample(size);
      const auto seal_into = [&](MutableBytes memory, std::size_t& used) -> Result<void> {
        auto sink = sealer.object("clinical", "", buffer_sink(memory, &used), {false, sign});
        if (!sink) return tl::unexpected(sink.error());
        if (auto written = (*sink)->write(plain); !written) return written;
        return (*sink)->finish();
      };
      std::size_t needed = 0, used = 0;
      Bytes memory(size + size / 512 + 10'000);
      ASSERT_OK(seal_into(memory, needed));
      memory.assign(needed + 1, 0xEE);
      ASSERT_OK(seal_into(MutableBytes(memory).first(needed), used));
      ASSERT_EQ(used, needed);
      EXPECT_EQ(memory.back(), 0xEE);
      memory.pop_back();
      const auto back = opened(reader, memory);
      ASSERT_OK(back);
      EXPECT_EQ(*back, plain) << size;
      for (const std::size_t room : {needed - 1, needed / 2, std::size_t{0}}) {
        std::ranges::fill(memory, std::uint8_t{0xEE});
        EXPECT_FAILS(seal_into(MutableBytes(memory).first(room), used), ErrorKind::io);
        EXPECT_TRUE(std::all_of(memory.begin() + static_cast<std::ptrdiff_t>(room), memory.end(),
                                [](std::uint8_t byte) { return byte == 0xEE; }));
      }
    }
}

TEST_F(ObjectTest, NothingIsTakenAfterFinish) {
  Bytes object;
  auto sink = sealer.object("clinical", "", memory_sink(object));
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->finish());
  const Bytes before = object;
  EXPECT_FAILS((*sink)->write(sample(1)), ErrorKind::invalid_argument);
  EXPECT_FAILS((*sink)->finish(), ErrorKind::invalid_argument);
  sink->reset();
  EXPECT_EQ(object, before);
}

TEST_F(ObjectTest, UnfinishedNothingAppears) {
  Bytes object;
  {
    auto sink = sealer.object("clinical", "", memory_sink(object));
    ASSERT_OK(sink);
    ASSERT_OK((*sink)->write(sample(kRunSize + 5)));
  }
  EXPECT_TRUE(object.empty());
}

TEST_F(ObjectTest, AfterAFailedWriteTheObjectIsLost) {
  for (int write = 2; write < 6; ++write) {  // 0 and 1 are the frame and the prefix
    bool finished = false;
    auto sink = sealer.object("clinical", "", std::make_unique<FailingSink>(write, finished), {false, true});
    ASSERT_OK(sink);
    const Bytes plain = sample(2 * kRunSize + 1);  // two runs, the end, the signature
    const auto written = (*sink)->write(plain);
    const auto ended = (*sink)->finish();
    EXPECT_FAILS(written ? ended : written, ErrorKind::io);
    EXPECT_FALSE(ended);
    EXPECT_FAILS((*sink)->write(plain), ErrorKind::invalid_argument);
    EXPECT_FAILS((*sink)->finish(), ErrorKind::invalid_argument);
    EXPECT_FALSE(finished);
  }
  bool finished = false;
  EXPECT_FAILS(sealer.object("clinical", "", std::make_unique<FailingSink>(0, finished)), ErrorKind::io);
}

TEST_F(ObjectTest, ReadingFrontToBackWorksOverAPipe) {
  std::mt19937 random(4);
  for (const std::size_t size : kSizes) {
    const Bytes plain = sample(size);
    const Bytes object = seal(plain, {true, false});
    Opener reader = opener();
    auto source = reader.object(std::make_unique<PipeSource>(object));
    ASSERT_OK(source);
    EXPECT_EQ((*source)->size(), std::nullopt);
    Bytes back;
    while (true) {
      Bytes piece(1 + random() % 100000);
      const auto got = (*source)->read_at(back.size(), piece);
      ASSERT_OK(got);
      back.insert(back.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*got));
      if (*got < piece.size()) break;
    }
    EXPECT_EQ(back, plain);
    Bytes more(1);
    const auto end = (*source)->read_at(back.size(), more);
    ASSERT_OK(end);
    EXPECT_EQ(*end, 0u);
  }
}

TEST_F(ObjectTest, APipeIsNotReadBackwards) {
  const Bytes plain = sample(3 * kRunSize);
  const Bytes object = seal(plain);
  Opener reader = opener();
  auto source = reader.object(std::make_unique<PipeSource>(object));
  ASSERT_OK(source);
  Bytes piece(100);
  EXPECT_FAILS((*source)->read_at(1, piece), ErrorKind::invalid_argument);
  ASSERT_OK((*source)->read_at(0, piece));
  EXPECT_FAILS((*source)->read_at(0, piece), ErrorKind::invalid_argument);
  EXPECT_FAILS((*source)->read_at(101, piece), ErrorKind::invalid_argument);
  EXPECT_OK((*source)->read_at(100, piece));
}

// A copy leaves a pipe at its end; what is read then must not come from anywhere else.
TEST_F(ObjectTest, ACopiedPipeIsEmpty) {
  const Bytes plain = sample(2 * kRunSize + 9);
  const Bytes object = seal(plain);
  Opener reader = opener();
  auto source = reader.object(std::make_unique<PipeSource>(object));
  ASSERT_OK(source);
  Bytes back;
  const auto sink = memory_sink(back);
  const auto copied = (*source)->copy_to(*sink);
  ASSERT_OK(copied);
  EXPECT_EQ(*copied, plain.size());
  EXPECT_EQ(back, plain);
  Bytes piece(100);
  EXPECT_FAILS((*source)->read_at(0, piece), ErrorKind::invalid_argument);
  EXPECT_FAILS((*source)->read_at(plain.size() - 1, piece), ErrorKind::invalid_argument);
  const auto end = (*source)->read_at(plain.size(), piece);
  ASSERT_OK(end);
  EXPECT_EQ(*end, 0u);
}

TEST_F(ObjectTest, AnOpenObjectSaysWhatItIs) {
  const Bytes object = testing::sealed(sealer, "identifiers", sample(20000), {true, true}, "people.csv");
  Opener reader = opener();
  auto source = reader.object(memory_source(object));
  ASSERT_OK(source);
  const ObjectInfo& info = (*source)->info();
  EXPECT_EQ(info.capsule_id, sealer.capsule_id());
  EXPECT_EQ(info.name, "people.csv");
  EXPECT_EQ(info.dataset, "cohort");
  EXPECT_EQ(info.compartment, "identifiers");
  EXPECT_TRUE(info.content_signed);
  EXPECT_TRUE(info.embedded_capsule);
  EXPECT_EQ(info.sealed_size, object.size());
  EXPECT_EQ(info.plain_size, 20000u);
  EXPECT_EQ((*source)->size(), 20000u);

  const auto bytes = memory_source(object);
  Bytes embedded;
  const auto inspected = inspect_object(*bytes, &embedded);
  ASSERT_OK(inspected);
  EXPECT_EQ(inspected->name, "people.csv");
  EXPECT_EQ(inspected->plain_size, 20000u);
  EXPECT_EQ(embedded, sealer.capsule());
  PipeSource pipe(object);
  const auto over_pipe = inspect_object(pipe);
  ASSERT_OK(over_pipe);
  EXPECT_EQ(over_pipe->sealed_size, std::nullopt);
  EXPECT_EQ(over_pipe->plain_size, std::nullopt);
}

TEST_F(ObjectTest, NamesAndCompartmentsAreChecked) {
  Bytes out;
  EXPECT_FAILS(sealer.object("genomic", "", memory_sink(out)), ErrorKind::invalid_argument);
  EXPECT_FAILS(sealer.object("clinical", std::string(1025, 'n'), memory_sink(out)), ErrorKind::invalid_argument);
  EXPECT_FAILS(sealer.object("clinical", "a\nb", memory_sink(out)), ErrorKind::invalid_argument);
  EXPECT_FAILS(sealer.object("clinical", "\xff", memory_sink(out)), ErrorKind::invalid_argument);
  EXPECT_OK(sealer.object("clinical", std::string(1024, 'n'), memory_sink(out)));
}

// The same bytes twice: nothing in one object tells of the other (OBJ-03, OBJ-04).
TEST_F(ObjectTest, NoTwoObjectsAreAlike) {
  const Bytes plain = sample(100);
  const auto first = testing::take_apart(seal(plain));
  const auto second = testing::take_apart(seal(plain));
  EXPECT_NE(first.header.object_id(), second.header.object_id());
  EXPECT_FALSE(std::equal(first.rest.begin(), first.rest.begin() + 24, second.rest.begin()));
  EXPECT_FALSE(std::equal(first.rest.begin() + 24, first.rest.begin() + 56, second.rest.begin() + 24));
  EXPECT_FALSE(std::equal(first.rest.begin() + 56, first.rest.end(), second.rest.begin() + 56));
}

TEST_F(ObjectTest, AThousandObjectsCostOneCapsule) {
  std::atomic<int> calls = 0;
  Owned providers;
  for (const char* name : {"outscale", "ovh"}) providers.push_back(testing::counting(world.provider(name), calls));
  Opener reader = opener_with(std::move(providers));
  for (int i = 0; i < 1000; ++i) {
    const Bytes plain = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    const auto back = opened(reader, seal(plain));
    ASSERT_OK(back);
    ASSERT_EQ(*back, plain);
  }
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace triclave::envelope
