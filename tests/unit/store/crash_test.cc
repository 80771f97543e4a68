// A process that dies in the middle of a put leaves no object under its name, or a whole one.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <random>
#include <string>

#include "base/descriptor.h"
#include "base/hash.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/store.h"

namespace triclave {
namespace {

constexpr int kPieces = 40;

// An object that says for itself whether it is whole: pieces, then the hash over them.
Result<void> put_whole(ObjectStore& store, const std::string& key, std::uint8_t filling, int die_at = -1) {
  auto sink = store.put(key);
  if (!sink) return tl::unexpected(sink.error());
  Sha256 hash;
  for (int i = 0; i < kPieces; ++i) {
    if (i == die_at) ::raise(SIGKILL);
    const Bytes piece(10'000, filling);
    hash.update(piece);
    if (auto ok = (*sink)->write(piece); !ok) return ok;
  }
  const Id sum = hash.finish();
  if (auto ok = (*sink)->write(sum); !ok) return ok;
  if (die_at == kPieces) ::raise(SIGKILL);
  return (*sink)->finish();
}

void expect_all_whole(ObjectStore& store) {
  EXPECT_OK(store.list("", [&](const StoreEntry& entry) -> Result<void> {
    Bytes content(static_cast<std::size_t>(entry.size));
    auto source = store.get(entry.key);
    EXPECT_OK(source);
    EXPECT_EQ((*source)->read_at(0, content).value(), content.size());
    const bool is_long_enough = content.size() >= 32;
    EXPECT_TRUE(is_long_enough) << entry.key;
    if (!is_long_enough) return {};
    const ByteView body = ByteView(content).first(content.size() - 32);
    const Id sum = sha256(body);
    EXPECT_TRUE(std::equal(sum.begin(), sum.end(), content.end() - 32)) << entry.key << " is half an object";
    return {};
  }));
}

template <class Body>
int in_child(Body&& body) {
  const pid_t child = ::fork();
  EXPECT_GE(child, 0);
  if (child == 0) ::_exit(body());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(Crash, AtEachWriteLeavesTheOldObjectOrNone) {
  testing::TempFolder folder;
  const auto store = file_store(folder.path()).value();
  ASSERT_OK(put_whole(*store, "deep/old", 1));
  const std::string before = testing::read_file(folder / "deep/old");
  for (int die_at = 0; die_at <= kPieces; ++die_at) {
    for (const char* key : {"deep/old", "deep/new"}) {
      const int status = in_child([&] { return put_whole(*store, key, 2, die_at) ? 0 : 1; });
      ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    ASSERT_EQ(testing::read_file(folder / "deep/old"), before);
    ASSERT_EQ(folder.names(), (std::set<std::string>{"deep", "deep/old"})) << "at write " << die_at;
  }
}

TEST(Crash, AtRandomMomentsLeavesWholeObjectsOnly) {
  testing::TempFolder folder;
  const auto store = file_store(folder.path()).value();
  std::mt19937 random(20250101);
  for (int round = 0; round < 25; ++round) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      (void)!::write(ends[1], "", 1);
      for (std::uint8_t i = 0;; ++i)
        if (!put_whole(*store, "object-" + std::to_string(i % 5), i)) ::_exit(1);
    }
    Bytes ready(1);
    EXPECT_OK(read_fully(ends[0], ready, "pipe"));
    ::usleep(static_cast<useconds_t>(random() % 8000));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_TRUE(WIFSIGNALED(status));
    expect_all_whole(*store);
  }
}

TEST(Crash, AFullDiskLeavesNothing) {
  testing::TempFolder folder;
  const auto store = file_store(folder.path()).value();
  for (const rlim_t limit : {0u, 1u, 9'999u, 10'000u, 200'000u, 400'031u}) {
    const int status = in_child([&] {
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit small{limit, limit};
      if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return 2;
      const auto put = put_whole(*store, "a", 1);
      return !put && put.error().kind == ErrorKind::io ? 0 : 1;
    });
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << limit;
    EXPECT_EQ(folder.names(), std::set<std::string>{}) << limit;
  }
  EXPECT_OK(put_whole(*store, "a", 1));
  EXPECT_EQ(std::filesystem::file_size(folder / "a"), 400'032u);
}

}  // namespace
}  // namespace triclave
