// Tables under rewrapped capsules: nothing but the capsule changes.
#include "base/integers.h"
#include "support/sources.h"
#include "support/tables.h"

namespace triclave::testing {
namespace {

class ReplaceTableCapsulesTest : public Tables {
 protected:
  Bytes rewrapped(const Sealer& of) const {
    Opener reader = Opener::make(policy, world.providers({"owner", "outscale", "ovh"}));
    EXPECT_OK(reader.add_capsule(of.capsule()));
    const Policy to = world.policy({.identifiers = "all(owner, 2 of (outscale-2, ovh-2, orange-2))",
                                    .clinical = "2 of (outscale-2, ovh-2, orange-2)"});
    const auto record = reader.rewrap(of.capsule_id(), to, owner());
    EXPECT_OK(record);
    return record.value_or(Bytes());
  }
  static Result<Bytes> replaced(ByteView file, const std::vector<Bytes>& records) {
    Bytes out;
    const auto sink = memory_sink(out);
    if (auto done = replace_table_capsules(*memory_source(file), records, *sink); !done)
      return tl::unexpected(done.error());
    return out;
  }
  Result<Shown> read_by(const Names& recipients, ByteView file) const {
    Opener reader = stranger_to_all(recipients);
    auto opened = OpenTable::open(reader, memory_source(file));
    if (!opened) return tl::unexpected(opened.error());
    return read_all(*opened);
  }
};

TEST_F(ReplaceTableCapsulesTest, InEverySegmentThatHasIt) {
  const Sealer later = sealer_for(policy);
  const Bytes first = table_of({visits(0, 4)}, {.embed_capsule = true});
  const auto source = memory_source(first);
  const Bytes file = table_of({visits(4, 3)}, {.embed_capsule = true, .append_to = source.get()}, &later);

  const auto same = replaced(file, {});
  ASSERT_OK(same);
  EXPECT_EQ(*same, file);
  const auto half = replaced(file, {rewrapped(later)});
  ASSERT_OK(half);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), half->begin()));
  const auto both = replaced(file, {rewrapped(later), rewrapped(sealer)});
  ASSERT_OK(both);
  EXPECT_FAILS(read_by({"owner", "outscale", "ovh"}, *both), ErrorKind::quorum_short);
  const Names now = {"owner", "orange-2", "ovh-2"};
  const auto back = read_by(now, *both);
  ASSERT_OK(back);
  EXPECT_EQ(*back, shown_of({visits(0, 7)}));
  EXPECT_FAILS(read_by(now, *half), ErrorKind::quorum_short);

  // Headers and bodies are as they were.
  const auto before = table::read_segments(*memory_source(file)), after = table::read_segments(*memory_source(*both));
  ASSERT_OK(after);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto body = [&](const table::Segment& segment, ByteView of) {
      return ByteView(of).subspan(segment.frame.stream_offset,
                                  segment.begin + segment.size - 8 - segment.frame.stream_offset);
    };
    const ByteView a = body((*before)[i], file), b = body((*after)[i], *both);
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    EXPECT_EQ((*before)[i].frame.header_hash, (*after)[i].frame.header_hash);
  }
}

TEST_F(ReplaceTableCapsulesTest, LeavesDetachedOnesOut) {
  const Bytes file = table_of({visits(0, 4)});
  const auto same = replaced(file, {rewrapped(sealer)});
  ASSERT_OK(same);
  EXPECT_EQ(*same, file);
}

TEST_F(ReplaceTableCapsulesTest, RefusesWhatIsNone) {
  const Bytes file = table_of({visits(0, 4)}, {.embed_capsule = true});
  EXPECT_FAILS(replaced(file, {sample(100)}), ErrorKind::malformed);
  EXPECT_FAILS(replaced(ByteView(file).first(file.size() - 1), {}), ErrorKind::malformed);
  EXPECT_FAILS(replaced(seal(sample(9)), {}), ErrorKind::malformed);
  PipeSource pipe(file);
  Bytes out;
  EXPECT_FAILS(replace_table_capsules(pipe, {}, *memory_sink(out)), ErrorKind::invalid_argument);
  EXPECT_TRUE(out.empty());
}

TEST_F(ReplaceTableCapsulesTest, FailsWithItsSinkAndFinishesNothing) {
  const Bytes file = table_of({visits(0, 4)}, {.embed_capsule = true});
  bool finished = false;
  int failing = 0;
  for (; !finished; ++failing) {
    ASSERT_LT(failing, 20);
    FailingSink sink(failing, finished);
    const auto done = replace_table_capsules(*memory_source(file), {}, sink);
    EXPECT_EQ(kind_of(done), finished ? "success" : "io") << failing;
  }
  EXPECT_GT(failing, 4);
}

}  // namespace
}  // namespace triclave::testing
