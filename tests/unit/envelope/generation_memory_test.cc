#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text_codec.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/opener.h"

namespace triclave {
namespace {

using testing::read_file;
using testing::TempFolder;
using testing::write_file;

Id id(std::uint8_t first) {
  Id out{};
  out[0] = first;
  return out;
}

class GenerationMemoryTest : public ::testing::Test {
 protected:
  std::unique_ptr<GenerationMemory> memory() const { return file_generation_memory(file); }
  std::uint32_t highest(const Id& capsule, const std::string& compartment) const {
    const auto out = memory()->highest(capsule, compartment);
    EXPECT_OK(out);
    return out.value_or(99999);
  }
  TempFolder folder;
  std::filesystem::path file = folder / "state" / "generations";
};

TEST_F(GenerationMemoryTest, BeginsEmptyAndKeepsTheHighest) {
  EXPECT_EQ(highest(id(1), "clinical"), 0u);
  EXPECT_OK(memory()->remember(id(1), "clinical", 3));
  EXPECT_OK(memory()->remember(id(1), "clinical", 2));
  EXPECT_EQ(highest(id(1), "clinical"), 3u);
  EXPECT_OK(memory()->remember(id(1), "clinical", 0xFFFFFFFF));
  EXPECT_EQ(highest(id(1), "clinical"), 0xFFFFFFFFu);
}

TEST_F(GenerationMemoryTest, CapsulesAndCompartmentsAreApart) {
  EXPECT_OK(memory()->remember(id(1), "clinical", 3));
  EXPECT_EQ(highest(id(2), "clinical"), 0u);
  EXPECT_EQ(highest(id(1), "clinica"), 0u);
  EXPECT_EQ(highest(id(1), "clinical.2"), 0u);
  EXPECT_EQ(highest(id(1), "identifiers"), 0u);
}

TEST_F(GenerationMemoryTest, IsTheUsersAlone) {
  EXPECT_OK(memory()->remember(id(1), "clinical", 3));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(GenerationMemoryTest, ALineThatACrashCutShortHarmsNothing) {
  const std::string line = to_hex(id(1)) + " clinical 12\n";
  for (std::size_t kept = 0; kept < line.size(); ++kept) {
    std::filesystem::remove(file);
    EXPECT_OK(memory()->remember(id(1), "clinical", 1));
    write_file(file, read_file(file) + line.substr(0, kept));
    const std::uint32_t now = highest(id(1), "clinical");
    EXPECT_TRUE(now == 1 || now == 12) << kept;  // 12 where only the line's end is missing
    EXPECT_OK(memory()->remember(id(1), "clinical", 20));
    EXPECT_EQ(highest(id(1), "clinical"), 20u) << kept;
    EXPECT_OK(memory()->remember(id(1), "identifiers", 5));
    EXPECT_EQ(highest(id(1), "identifiers"), 5u) << kept;
  }
}

TEST_F(GenerationMemoryTest, ABrokenLineIsAnErrorAndNotZero) {
  EXPECT_OK(memory()->remember(id(1), "clinical", 1));
  for (const std::string number : {"x", "-1", "1 2", "4294967296", "+5"}) {
    write_file(file, to_hex(id(1)) + " clinical " + number + "\n");
    EXPECT_FAILS(memory()->highest(id(1), "clinical"), ErrorKind::malformed) << number;
    EXPECT_FAILS(memory()->remember(id(1), "clinical", 2), ErrorKind::malformed) << number;
  }
}

TEST_F(GenerationMemoryTest, WhatCannotBeOpenedIsIo) {
  std::filesystem::create_directories(file);
  EXPECT_FAILS(memory()->highest(id(1), "clinical"), ErrorKind::io);
  EXPECT_FAILS(memory()->remember(id(1), "clinical", 1), ErrorKind::io);
}

TEST_F(GenerationMemoryTest, ManyProcessesLoseNothing) {
  constexpr int kProcesses = 4;
  constexpr std::uint32_t kEach = 25;
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      bool good = true;
      for (std::uint32_t g = 1; g <= kEach; ++g) {
        good &= memory()->remember(id(1), "shared", g * kProcesses + static_cast<std::uint32_t>(p)).has_value();
        good &= memory()->remember(id(static_cast<std::uint8_t>(p)), "own", g).has_value();
      }
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(highest(id(1), "shared"), kEach * kProcesses + kProcesses - 1);
  for (int p = 0; p < kProcesses; ++p) EXPECT_EQ(highest(id(static_cast<std::uint8_t>(p)), "own"), kEach);
}

}  // namespace
}  // namespace triclave
