#include "cli/inputs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/result.h"
#include "support/temp_folder.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

class InputsTest : public ::testing::Test {
 protected:
  InputsTest() : before_(fs::current_path()) {
    fs::current_path(folder_.path());
    fs::create_directories("data/sub");
    for (const char* file : {"data/b.csv", "data/a.csv", "data/sub/c.csv", "one.csv"})
      testing::write_file(file, "12345");
  }
  ~InputsTest() override { fs::current_path(before_); }

  static std::vector<std::string> names(const std::vector<std::string>& paths) {
    std::vector<std::string> out;
    const auto found = find_inputs(paths);
    EXPECT_OK(found);
    if (found)
      for (const Input& each : *found) out.push_back(each.name);
    return out;
  }

  testing::TempFolder folder_;
  fs::path before_;
};

using Names = std::vector<std::string>;

TEST_F(InputsTest, OneFolderGivesTheNamesInsideIt) {
  EXPECT_EQ(names({"data"}), (Names{"a.csv", "b.csv", "sub/c.csv"}));
  EXPECT_EQ(names({"data/"}), (Names{"a.csv", "b.csv", "sub/c.csv"}));
  EXPECT_EQ(names({folder_ / "data"}), (Names{"a.csv", "b.csv", "sub/c.csv"}));
}

TEST_F(InputsTest, SeveralPathsKeepTheirRelativeNames) {
  EXPECT_EQ(names({"one.csv", "data"}), (Names{"one.csv", "data/a.csv", "data/b.csv", "data/sub/c.csv"}));
  EXPECT_EQ(names({"./one.csv", "data/sub/"}), (Names{"one.csv", "data/sub/c.csv"}));
}

TEST_F(InputsTest, AbsoluteAndClimbingPathsKeepTheirLastPart) {
  EXPECT_EQ(names({folder_ / "one.csv", "data/a.csv"}), (Names{"one.csv", "data/a.csv"}));
  fs::current_path("data");
  EXPECT_EQ(names({"../one.csv", "a.csv"}), (Names{"one.csv", "a.csv"}));
  EXPECT_EQ(names({"sub/../a.csv", "b.csv"}), (Names{"a.csv", "b.csv"}));
}

TEST_F(InputsTest, TellsSizes) { EXPECT_EQ(find_inputs({"data/a.csv", "one.csv"})->front().size, 5u); }

TEST_F(InputsTest, NothingIsLeftOutSilently) {
  fs::create_symlink("a.csv", "data/link");
  EXPECT_FAILS(find_inputs({"data"}), ErrorKind::invalid_argument);
  EXPECT_OK(find_inputs({"data/link", "one.csv"}));  // named by the user, so meant
  fs::remove("data/link");
  ASSERT_EQ(::mkfifo("data/pipe", 0600), 0);
  EXPECT_FAILS(find_inputs({"data"}), ErrorKind::invalid_argument);
}

TEST_F(InputsTest, TwoFilesOfOneNameAreRefused) {
  EXPECT_FAILS(find_inputs({"one.csv", "./one.csv"}), ErrorKind::invalid_argument);
  EXPECT_FAILS(find_inputs({folder_ / "data" / "a.csv", folder_ / "data" / "sub" / ".." / "a.csv"}),
               ErrorKind::invalid_argument);
}

TEST_F(InputsTest, NothingAtAllIsRefused) {
  fs::create_directory("empty");
  EXPECT_FAILS(find_inputs({"empty"}), ErrorKind::invalid_argument);
  EXPECT_FAILS(find_inputs({"missing"}), ErrorKind::io);
}

TEST_F(InputsTest, SeesWhetherAPathLiesInAnother) {
  EXPECT_TRUE(lies_in("data", "data"));
  EXPECT_TRUE(lies_in("data/sub/new/deeper", "data"));
  EXPECT_TRUE(lies_in("data/../data/new", folder_ / "data"));
  EXPECT_FALSE(lies_in("data-sealed", "data"));
  EXPECT_FALSE(lies_in("data/../sealed", "data"));
  fs::create_symlink("data", "link");
  EXPECT_TRUE(lies_in("link/new", "data"));
}

}  // namespace
}  // namespace triclave::cli
