// A store that holds ciphertext only, over stores that lie, forget and break.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "support/flaky_store.h"
#include "support/memory_store.h"
#include "support/result.h"
#include "support/world.h"
#include "triclave/store.h"

namespace triclave {
namespace {

using testing::FlakyStore;
using testing::MemoryStore;
using testing::World;

class SealedStoreTest : public ::testing::Test {
 protected:
  Sealer new_sealer() { return Sealer::make(policy_, world_.signer("pipeline")).value(); }
  Opener new_opener() { return Opener::make(policy_, world_.providers({"outscale", "ovh"})); }

  static Result<void> put(ObjectStore& store, std::string_view key, std::string_view content) {
    auto sink = store.put(key);
    if (!sink) return tl::unexpected(sink.error());
    if (auto ok = (*sink)->write(as_bytes(content)); !ok) return ok;
    return (*sink)->finish();
  }
  static Result<std::string> get(ObjectStore& store, std::string_view key) {
    auto source = store.get(key);
    if (!source) return tl::unexpected(source.error());
    Bytes out(static_cast<std::size_t>((*source)->size().value_or(0)));
    if (auto got = (*source)->read_at(0, out); !got) return tl::unexpected(got.error());
    return std::string(as_text(out));
  }
  Result<void> put(std::string_view key, std::string_view content) { return put(*writing_, key, content); }
  Result<std::string> get(std::string_view key) { return get(*reading_, key); }
  static Result<void> ignore(const StoreEntry&) { return {}; }

  std::string the_capsule() const { return capsule_key(sealer_.capsule_id()); }

  static const World& shared_world() {
    static const World world;
    return world;
  }
  const World& world_ = shared_world();
  const Policy policy_ = world_.policy();
  Sealer sealer_ = new_sealer();
  Opener opener_ = new_opener();
  MemoryStore cloud_;
  std::unique_ptr<ObjectStore> writing_ = sealed_store(cloud_, &sealer_, "clinical", nullptr);
  std::unique_ptr<ObjectStore> reading_ = sealed_store(cloud_, nullptr, "", &opener_);
};

TEST_F(SealedStoreTest, GivesBackWhatWasPutAndTheCloudSeesNoneOfIt) {
  const std::string content(50'000, 'x');
  ASSERT_OK(put("stays/2025.csv", "patient 4711;" + content));
  EXPECT_EQ(get("stays/2025.csv").value_or(""), "patient 4711;" + content);
  for (const auto& [key, bytes] : cloud_.objects) {
    EXPECT_EQ(as_text(bytes).find("patient"), std::string_view::npos) << key;
    EXPECT_EQ(as_text(bytes).find("xxxxxxxx"), std::string_view::npos) << key;
  }
}

TEST_F(SealedStoreTest, ReadsByRange) {
  ASSERT_OK(put("a", std::string(20'000, 'a') + "needle" + std::string(20'000, 'b')));
  auto source = reading_->get("a");
  ASSERT_OK(source);
  Bytes out(6);
  EXPECT_EQ((*source)->read_at(20'000, out).value_or(0), 6u);
  EXPECT_EQ(as_text(out), "needle");
}

TEST_F(SealedStoreTest, AThousandObjectsCostOneCapsule) {
  for (int i = 0; i < 1000; ++i) ASSERT_OK(put("object-" + std::to_string(i), "x"));
  EXPECT_EQ(cloud_.objects.size(), 1001u);
  EXPECT_EQ(cloud_.objects.count(the_capsule()), 1u);
  EXPECT_LT(cloud_.objects.at("object-7").size(), 500u);
}

TEST_F(SealedStoreTest, ListAndStatGivePlaintextSizesAndHideTheCapsules) {
  ASSERT_OK(put("b", std::string(16'384, 'b')));
  ASSERT_OK(put("a", ""));
  std::vector<std::pair<std::string, std::uint64_t>> met;
  EXPECT_OK(reading_->list("", [&](const StoreEntry& entry) -> Result<void> {
    met.emplace_back(entry.key, entry.size);
    return {};
  }));
  EXPECT_EQ(met, (std::vector<std::pair<std::string, std::uint64_t>>{{"a", 0}, {"b", 16'384}}));
  EXPECT_EQ(reading_->stat("b").value_or(StoreEntry{}).size, 16'384u);
}

TEST_F(SealedStoreTest, TheCapsulesFolderIsNobodysElse) {
  ASSERT_OK(put("a", "x"));
  for (const std::string& key : {the_capsule(), std::string(".triclave/x"), std::string(".triclave")}) {
    EXPECT_FAILS(put(key, "x"), ErrorKind::invalid_argument);
    EXPECT_FAILS(get(key), ErrorKind::invalid_argument);
    EXPECT_FAILS(reading_->stat(key), ErrorKind::invalid_argument);
    EXPECT_FAILS(reading_->remove(key), ErrorKind::invalid_argument);
  }
  EXPECT_OK(put(".triclave-notes", "another name"));
}

TEST_F(SealedStoreTest, RemovesAnObjectAndLeavesItsCapsule) {
  ASSERT_OK(put("a", "x"));
  EXPECT_OK(reading_->remove("a"));
  EXPECT_EQ(cloud_.objects.count("a"), 0u);
  EXPECT_EQ(cloud_.objects.count(the_capsule()), 1u);
}

TEST_F(SealedStoreTest, NeedsASealerToWriteAndAnOpenerToRead) {
  ASSERT_OK(put("a", "x"));
  EXPECT_FAILS(put(*reading_, "a", "x"), ErrorKind::invalid_argument);
  EXPECT_FAILS(get(*writing_, "a"), ErrorKind::invalid_argument);
  EXPECT_OK(writing_->stat("a"));  // public
}

TEST_F(SealedStoreTest, AnObjectUnderAnotherNameIsForged) {
  ASSERT_OK(put("a", "alpha"));
  ASSERT_OK(put("b", "beta!"));
  std::swap(cloud_.objects.at("a"), cloud_.objects.at("b"));
  EXPECT_FAILS(get("a"), ErrorKind::forged);
  EXPECT_FAILS(get("b"), ErrorKind::forged);
  EXPECT_FAILS(reading_->stat("a"), ErrorKind::forged);
  EXPECT_FAILS(reading_->list("", ignore), ErrorKind::forged);
}

TEST_F(SealedStoreTest, AHeaderThatWasGivenTheRightNameIsForged) {
  ASSERT_OK(put("a", "alpha"));
  Bytes object = cloud_.objects.at("a");
  // The name stands in the header as field 4: 22 01 'a'.
  const Bytes field = {0x22, 0x01, 'a'};
  const auto at = std::search(object.begin(), object.end(), field.begin(), field.end());
  ASSERT_NE(at, object.end());
  at[2] = 'b';
  cloud_.objects["b"] = object;
  EXPECT_OK(reading_->stat("b"));  // the header is public and unproven
  EXPECT_FAILS(get("b"), ErrorKind::forged);
}

TEST_F(SealedStoreTest, PlaintextInTheCloudIsNeverTakenForAnObject) {
  cloud_.objects["a"] = Bytes(100, 'x');
  EXPECT_FAILS(get("a"), ErrorKind::malformed);
  EXPECT_FAILS(reading_->stat("a"), ErrorKind::malformed);
  EXPECT_FAILS(reading_->list("", ignore), ErrorKind::malformed);
  cloud_.objects["a"].clear();
  EXPECT_FAILS(get("a"), ErrorKind::malformed);
}

TEST_F(SealedStoreTest, ALostCapsuleIsAnIoError) {
  ASSERT_OK(put("a", "x"));
  cloud_.objects.erase(the_capsule());
  const auto got = get("a");
  ASSERT_FAILS(got, ErrorKind::io);
  EXPECT_NE(got.error().message.find("a: the capsule that it names"), std::string::npos) << got.error().message;
  EXPECT_NE(got.error().message.find(the_capsule()), std::string::npos) << got.error().message;
}

TEST_F(SealedStoreTest, ADamagedCapsuleIsToldApartFromAForgedOne) {
  ASSERT_OK(put("a", "x"));
  const Bytes good = cloud_.objects.at(the_capsule());
  cloud_.objects[the_capsule()].pop_back();
  EXPECT_FAILS(get("a"), ErrorKind::malformed);
  cloud_.objects[the_capsule()] = Bytes(5'000'000, 0);
  EXPECT_FAILS(get("a"), ErrorKind::malformed);
  cloud_.objects[the_capsule()] = good;
  cloud_.objects[the_capsule()].back() ^= 1;  // inside the last signature
  EXPECT_FAILS(get("a"), ErrorKind::forged);
  cloud_.objects[the_capsule()] = new_sealer().capsule();  // a good capsule of another session
  EXPECT_FAILS(get("a"), ErrorKind::forged);
  cloud_.objects[the_capsule()] = good;
  EXPECT_EQ(get("a").value_or(""), "x");
}

TEST_F(SealedStoreTest, AnEmbeddedCapsuleNeedsNoFolder) {
  const auto store = sealed_store(cloud_, &sealer_, "clinical", nullptr, {.embed_capsule = true});
  ASSERT_OK(put(*store, "a", "alpha"));
  EXPECT_EQ(cloud_.objects.size(), 1u);
  EXPECT_EQ(get("a").value_or(""), "alpha");
}

TEST_F(SealedStoreTest, ErrorsNameTheObject) {
  cloud_.objects["stays/2025.csv"] = Bytes(100, 'x');
  const auto got = get("stays/2025.csv");
  EXPECT_FAILS(got, ErrorKind::malformed);
  EXPECT_EQ(got.error().message.find("stays/2025.csv: "), 0u) << got.error().message;
}

TEST_F(SealedStoreTest, SeveralThreadsMayPutAtOnce) {
  testing::TempFolder folder;
  const auto inner = file_store(folder.path()).value();
  const auto store = sealed_store(*inner, &sealer_, "clinical", nullptr);
  std::vector<std::thread> threads;
  std::vector<std::string> wrong(8);
  for (std::size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i)
        wrong[t] += testing::text_of(put(*store, "thread-" + std::to_string(t) + "/" + std::to_string(i), "x"));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<std::string>(8));
  const auto back = sealed_store(*inner, nullptr, "", &opener_);
  std::size_t count = 0;
  EXPECT_OK(back->list("", [&](const StoreEntry& entry) -> Result<void> {
    ++count;
    EXPECT_EQ(get(*back, entry.key).value_or(""), "x");
    return {};
  }));
  EXPECT_EQ(count, 40u);
}

// Attack 11: the connection breaks at each writing step in turn.
TEST_F(SealedStoreTest, AFailureAtEachWriteLeavesWholeObjectsOnly) {
  const std::vector<std::pair<std::string, std::string>> contents = {
      {"a", ""}, {"b", std::string(16'384, 'b')}, {"c", std::string(3'000'000, 'c')}};
  std::size_t steps = 0;
  for (bool all_done = false; !all_done; ++steps) {
    ASSERT_LT(steps, 1000u);
    MemoryStore cloud;
    FlakyStore flaky(cloud, steps);
    const Sealer sealer = new_sealer();
    const auto writing = sealed_store(flaky, &sealer, "clinical", nullptr);
    std::size_t done = 0;
    for (const auto& [key, content] : contents) {
      const auto outcome = testing::kind_of(put(*writing, key, content));
      EXPECT_TRUE(outcome == "success" || outcome == "io") << outcome;
      if (outcome == "success") ++done;
    }
    all_done = done == contents.size();
    Opener opener = new_opener();
    const auto reading = sealed_store(cloud, nullptr, "", &opener);
    std::size_t there = 0;
    for (const auto& [key, content] : contents) {
      if (!cloud.objects.contains(key)) continue;
      ++there;
      EXPECT_EQ(get(*reading, key).value_or("not whole"), content) << key << " after " << steps << " steps";
    }
    EXPECT_EQ(there, done) << steps;
  }
  EXPECT_GT(steps, 10u);
}

}  // namespace
}  // namespace triclave
