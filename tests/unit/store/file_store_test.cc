#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/folder.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/store.h"

namespace triclave {
namespace {

using testing::TempFolder;
using testing::write_file;

class FileStoreTest : public ::testing::Test {
 protected:
  void put(const std::string& key, std::string_view content) {
    auto sink = store_->put(key);
    ASSERT_OK(sink);
    ASSERT_OK((*sink)->write(as_bytes(content)));
    ASSERT_OK((*sink)->finish());
  }
  std::string get(const std::string& key) {
    auto source = store_->get(key);
    EXPECT_OK(source);
    if (!source) return {};
    Bytes out(static_cast<std::size_t>((*source)->size().value()));
    EXPECT_EQ((*source)->read_at(0, out).value(), out.size());
    return std::string(as_text(out));
  }
  std::vector<std::string> list(const std::string& prefix = "") {
    std::vector<std::string> keys;
    EXPECT_OK(store_->list(prefix, [&](const StoreEntry& entry) -> Result<void> {
      keys.push_back(entry.key);
      return {};
    }));
    return keys;
  }

  TempFolder folder_;
  std::unique_ptr<ObjectStore> store_ = file_store(folder_ / "store").value();
};

TEST_F(FileStoreTest, GivesBackWhatWasPut) {
  put("a", "alpha");
  put("deep/er/b", "beta");
  put("\xC3\xA9t\xC3\xA9", "");
  EXPECT_EQ(get("a"), "alpha");
  EXPECT_EQ(get("deep/er/b"), "beta");
  EXPECT_EQ(get("\xC3\xA9t\xC3\xA9"), "");
  EXPECT_EQ(store_->stat("deep/er/b")->size, 4u);
  put("a", "replaced");
  EXPECT_EQ(get("a"), "replaced");
}

TEST_F(FileStoreTest, NobodyElseMayReadIt) {
  put("deep/a", "alpha");
  for (const auto& [name, mode] : std::map<std::string, mode_t>{{"", 0700}, {"deep", 0700}, {"deep/a", 0600}}) {
    struct stat status {};
    ASSERT_EQ(::stat((folder_ / "store" / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, mode) << name;
  }
}

TEST_F(FileStoreTest, ListsAscendingByBytesOfTheWholeKey) {
  // "/" is 2f: behind "-" and ".", before digits and letters.
  std::vector<std::string> keys = {"a",  "a-b", "a.b", "a/b", "a/b/c", "a0", "ab", "A", "\xC3\xA9", "z/\xE5\x8C\xBB",
                                   "z/a"};
  keys.erase(std::find(keys.begin(), keys.end(), "a"));  // a folder here
  keys.erase(std::find(keys.begin(), keys.end(), "a/b"));
  for (const auto& key : keys) put(key, "x");
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(list(), keys);
}

TEST_F(FileStoreTest, ListsByPrefixWhateverThePartsAre) {
  for (const char* key : {"pmsi/2024/a", "pmsi/2025/a", "pmsi/2025/b", "pmsi-x", "other/a"}) put(key, "x");
  EXPECT_EQ(list("pmsi/2025/"), (std::vector<std::string>{"pmsi/2025/a", "pmsi/2025/b"}));
  EXPECT_EQ(list("pmsi/202"), (std::vector<std::string>{"pmsi/2024/a", "pmsi/2025/a", "pmsi/2025/b"}));
  EXPECT_EQ(list("pmsi/2025/a"), std::vector<std::string>{"pmsi/2025/a"});
  EXPECT_EQ(list("pmsi"), (std::vector<std::string>{"pmsi-x", "pmsi/2024/a", "pmsi/2025/a", "pmsi/2025/b"}));
  EXPECT_EQ(list("nothing"), std::vector<std::string>{});
}

TEST_F(FileStoreTest, ListGivesSizesAndStopsAtTheFirstError) {
  put("a", "1");
  put("b", "22");
  std::vector<std::uint64_t> sizes;
  const auto stopped = store_->list("", [&](const StoreEntry& entry) -> Result<void> {
    sizes.push_back(entry.size);
    if (entry.key == "a") return {};
    return fail(ErrorKind::unsupported, "enough");
  });
  EXPECT_FAILS(stopped, ErrorKind::unsupported);
  EXPECT_EQ(sizes, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(FileStoreTest, RemovedIsGone) {
  put("a/b", "x");
  EXPECT_OK(store_->remove("a/b"));
  EXPECT_FAILS(store_->get("a/b"), ErrorKind::io);
  EXPECT_FAILS(store_->remove("a/b"), ErrorKind::io);
  EXPECT_EQ(list(), std::vector<std::string>{});
}

TEST_F(FileStoreTest, WhatIsNotThereIsAnIoError) {
  put("folder/a", "x");
  for (const char* key : {"a", "b/c", "folder", "folder/a/b"}) {
    EXPECT_FAILS(store_->get(key), ErrorKind::io);
    EXPECT_FAILS(store_->stat(key), ErrorKind::io);
  }
}

TEST_F(FileStoreTest, KeysAreCheckedEverywhere) {
  for (const char* key : {"../outside", "/etc/hostname", "", "a/../../b", ".a.0123456789ab.partial"}) {
    EXPECT_FAILS(store_->get(key), ErrorKind::invalid_argument);
    EXPECT_FAILS(store_->put(key), ErrorKind::invalid_argument);
    EXPECT_FAILS(store_->stat(key), ErrorKind::invalid_argument);
    EXPECT_FAILS(store_->remove(key), ErrorKind::invalid_argument);
  }
}

TEST_F(FileStoreTest, NoLinkLeadsOut) {
  write_file(folder_ / "outside", "secret");
  std::filesystem::create_directory(folder_ / "elsewhere");
  std::filesystem::create_symlink("../outside", folder_ / "store" / "link");
  std::filesystem::create_symlink("../elsewhere", folder_ / "store" / "folder");
  EXPECT_FAILS(store_->get("link"), ErrorKind::io);
  EXPECT_FAILS(store_->stat("link"), ErrorKind::io);
  EXPECT_FAILS(store_->put("link"), ErrorKind::invalid_argument);
  EXPECT_FAILS(store_->put("folder/a"), ErrorKind::io);
  EXPECT_FAILS(store_->get("folder/a"), ErrorKind::io);
  EXPECT_EQ(list(), std::vector<std::string>{});
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "elsewhere"));
}

TEST_F(FileStoreTest, UnfinishedAndStrangeThingsAreNotListed) {
  put("a", "x");
  write_file(folder_ / "store" / ".a.0123456789ab.partial", "left by a crash");
  ASSERT_EQ(::mkfifo((folder_ / "store" / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(list(), std::vector<std::string>{"a"});
  EXPECT_FAILS(store_->get("pipe"), ErrorKind::io);  // and does not wait for a writer
  auto unfinished = store_->put("b");
  ASSERT_OK(unfinished);
  EXPECT_OK((*unfinished)->write(as_bytes("half")));
  EXPECT_EQ(list(), std::vector<std::string>{"a"});
}

TEST_F(FileStoreTest, ANameThatNoKeyCanHaveIsReported) {
  write_file(folder_ / "store" / "line\nbreak", "x");
  EXPECT_FAILS(store_->list("", [](const StoreEntry&) -> Result<void> { return {}; }), ErrorKind::malformed);
}

TEST_F(FileStoreTest, FoldersDeeperThanAKeyAreReported) {
  std::filesystem::path deep = folder_ / "store";
  for (int i = 0; i < 6; ++i) deep /= std::string(200, 'd');
  std::filesystem::create_directories(deep);
  EXPECT_FAILS(store_->list("", [](const StoreEntry&) -> Result<void> { return {}; }), ErrorKind::malformed);
}

TEST_F(FileStoreTest, ARangeReadSurvivesAReplacement) {
  put("a", "old content");
  auto source = store_->get("a");
  ASSERT_OK(source);
  put("a", "new");
  Bytes out(7);
  EXPECT_EQ((*source)->read_at(4, out).value(), 7u);
  EXPECT_EQ(as_text(out), "content");
}

TEST_F(FileStoreTest, CannotHoldAKeyAndKeysBelowIt) {
  put("a/b", "x");
  EXPECT_FAILS(store_->put("a"), ErrorKind::invalid_argument);
  put("c", "x");
  EXPECT_FAILS(store_->put("c/d"), ErrorKind::io);
}

TEST_F(FileStoreTest, AFolderIsReadInBatchesThatLoseAndRepeatNothing) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back(std::to_string(i));
  for (const auto& name : names) put(name, "x");
  std::sort(names.begin(), names.end());
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{100}, std::size_t{1000}}) {
    const Descriptor opened(::open((folder_ / "store").c_str(), O_RDONLY | O_DIRECTORY));
    std::vector<std::string> met;
    for (std::string last;;) {
      const auto batch = store::next_names(opened.get(), last, most, "store").value();
      met.insert(met.end(), batch.begin(), batch.end());
      if (batch.size() < most) break;
      last = batch.back();
    }
    EXPECT_EQ(met, names) << most;
  }
}

TEST(FileStore, NeedsAFolder) {
  TempFolder folder;
  write_file(folder / "file", "x");
  EXPECT_FAILS(file_store(folder / "file"), ErrorKind::io);
  EXPECT_OK(file_store(folder / "new" / "deeper"));
  EXPECT_TRUE(std::filesystem::is_directory(folder / "new" / "deeper"));
}

}  // namespace
}  // namespace triclave
