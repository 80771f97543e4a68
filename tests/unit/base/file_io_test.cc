// Files: whole under their name or not there at all.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "support/result.h"
#include "support/temp_folder.h"
#include "triclave/io.h"

namespace triclave {
namespace {

using testing::read_file;
using testing::TempFolder;
using testing::write_file;

Result<std::unique_ptr<Sink>> sink_at(const std::filesystem::path& path, Existing existing, Unfinished unfinished) {
  Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return whole_file_sink(std::move(folder), path.filename(), path, existing, unfinished);
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777u;
}

class FileSinkTest : public ::testing::TestWithParam<Unfinished> {
 protected:
  Result<std::unique_ptr<Sink>> open(const std::string& name, Existing existing = Existing::replace) {
    return sink_at(folder_ / name, existing, GetParam());
  }
  TempFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(EachWay, FileSinkTest, ::testing::Values(Unfinished::without_name, Unfinished::hidden_name),
                         [](const auto& each) {
                           return each.param == Unfinished::without_name ? "WithoutName" : "HiddenName";
                         });

TEST_P(FileSinkTest, NothingHasTheNameBeforeFinish) {
  auto sink = open("a");
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->write(as_bytes("half ")));
  EXPECT_EQ(folder_.names().count("a"), 0u);
  ASSERT_OK((*sink)->write(as_bytes("whole")));
  ASSERT_OK((*sink)->finish());
  sink->reset();
  EXPECT_EQ(folder_.names(), std::set<std::string>{"a"});
  EXPECT_EQ(read_file(folder_ / "a"), "half whole");
  EXPECT_EQ(mode_of(folder_ / "a"), 0600u);
}

TEST_P(FileSinkTest, DroppedBeforeFinishLeavesNothing) {
  {
    auto sink = open("a");
    ASSERT_OK(sink);
    ASSERT_OK((*sink)->write(as_bytes("half")));
  }
  EXPECT_EQ(folder_.names(), std::set<std::string>{});
}

TEST_P(FileSinkTest, ReplacesInOneStep) {
  write_file(folder_ / "a", "old");
  auto sink = open("a");
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->write(as_bytes("new")));
  EXPECT_EQ(read_file(folder_ / "a"), "old");
  ASSERT_OK((*sink)->finish());
  sink->reset();
  EXPECT_EQ(read_file(folder_ / "a"), "new");
  EXPECT_EQ(folder_.names(), std::set<std::string>{"a"});
}

TEST_P(FileSinkTest, TakesBytesOutOfOrder) {
  auto sink = open("a");
  ASSERT_OK(sink);
  ASSERT_TRUE((*sink)->writes_at_once());
  ASSERT_OK((*sink)->write(as_bytes("head ")));
  ASSERT_OK((*sink)->write_at(6, as_bytes("second ")));
  ASSERT_OK((*sink)->write_at(0, as_bytes("first ")));
  ASSERT_OK((*sink)->advance(13));
  ASSERT_OK((*sink)->write(as_bytes("tail")));
  ASSERT_OK((*sink)->finish());
  sink->reset();
  EXPECT_EQ(read_file(folder_ / "a"), "head first second tail");
}

TEST_P(FileSinkTest, RefusesAtOnceWhereToldTo) {
  write_file(folder_ / "a", "old");
  EXPECT_FAILS(open("a", Existing::refuse), ErrorKind::invalid_argument);
  EXPECT_EQ(read_file(folder_ / "a"), "old");
}

TEST_P(FileSinkTest, RefusesWhatCameInTheMeantime) {
  {
    auto sink = open("a", Existing::refuse);
    ASSERT_OK(sink);
    ASSERT_OK((*sink)->write(as_bytes("new")));
    write_file(folder_ / "a", "somebody else's");
    EXPECT_FAILS((*sink)->finish(), ErrorKind::invalid_argument);
  }
  EXPECT_EQ(read_file(folder_ / "a"), "somebody else's");
  EXPECT_EQ(folder_.names(), std::set<std::string>{"a"});
}

TEST_P(FileSinkTest, MakesANewFileWhereToldNotToReplace) {
  auto sink = open("a", Existing::refuse);
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->finish());
  sink->reset();
  EXPECT_EQ(folder_.names(), std::set<std::string>{"a"});
  EXPECT_EQ(read_file(folder_ / "a"), "");
}

TEST_P(FileSinkTest, LeavesLinksPipesAndFoldersAlone) {
  write_file(folder_ / "target", "precious");
  std::filesystem::create_symlink("target", folder_ / "link");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(folder_ / "folder");
  for (const char* name : {"link", "pipe", "folder"}) EXPECT_FAILS(open(name), ErrorKind::invalid_argument);
  EXPECT_EQ(folder_.names(), (std::set<std::string>{"folder", "link", "pipe", "target"}));
}

TEST_P(FileSinkTest, TakesTheLongestName) {
  const std::string name(255, 'n');
  auto sink = open(name);
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->finish());
  sink->reset();
  EXPECT_EQ(folder_.names(), std::set<std::string>{name});
}

TEST_P(FileSinkTest, ManyAtOnceForOneNameTheLastWins) {
  auto first = open("a");
  auto second = open("a");
  ASSERT_OK(first);
  ASSERT_OK(second);
  ASSERT_OK((*first)->write(as_bytes("first")));
  ASSERT_OK((*second)->write(as_bytes("second")));
  ASSERT_OK((*second)->finish());
  ASSERT_OK((*first)->finish());
  first->reset();
  second->reset();
  EXPECT_EQ(read_file(folder_ / "a"), "first");
  EXPECT_EQ(folder_.names(), std::set<std::string>{"a"});
}

TEST(FileSink, WithoutANameNothingIsLeftEvenByAKill) {
  TempFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto sink = sink_at(folder / "a", Existing::replace, Unfinished::without_name);
    if (!sink || !(*sink)->write(Bytes(100'000, 1))) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(folder.names(), std::set<std::string>{});
}

// The program forbids others to look into it; then even its own user finds little of it in /proc.
TEST(FileSink, WorksForAnOrdinaryUserWhoseProcessIsClosedToOthers) {
  TempFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Into the folder first: what lies above it may be closed to the other user.
    if (::chdir(folder.path().c_str()) != 0) ::_exit(1);
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) ::_exit(3);
    auto sink = file_sink("a");
    if (!sink || !(*sink)->write(as_bytes("whole")) || !(*sink)->finish()) ::_exit(4);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(folder.names(), std::set<std::string>{"a"});
}

TEST(FileSink, HiddenNamesAreRemovedByASignalHandler) {
  TempFolder folder;
  auto kept = sink_at(folder / "kept", Existing::replace, Unfinished::hidden_name);
  ASSERT_OK(kept);
  ASSERT_OK((*kept)->finish());
  kept->reset();
  auto sink = sink_at(folder / "a", Existing::replace, Unfinished::hidden_name);
  ASSERT_OK(sink);
  ASSERT_EQ(folder.names().size(), 2u);
  remove_partial_files();
  EXPECT_EQ(folder.names(), std::set<std::string>{"kept"});
  EXPECT_FAILS((*sink)->finish(), ErrorKind::io);
}

TEST(FileSink, RefusesPathsWithoutAFileName) {
  for (const char* path : {"", "/", "folder/", ".", ".."}) EXPECT_FAILS(file_sink(path), ErrorKind::invalid_argument);
  EXPECT_FAILS(file_sink("/no/such/folder/file"), ErrorKind::io);
}

TEST(FileSink, WritesBesideTheWorkingFolder) {
  TempFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  auto sink = file_sink("plain-name");
  std::filesystem::current_path(before);
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->finish());
  EXPECT_EQ(folder.names(), std::set<std::string>{"plain-name"});
}

TEST(PartialName, IsToldFromDataByItsWholeShape) {
  EXPECT_TRUE(is_partial_name(".a.0123456789ab.partial"));
  EXPECT_TRUE(is_partial_name(".a.b.0123456789ab.partial"));
  for (const char* name : {"a.0123456789ab.partial", ".a.0123456789ab.part", ".a.partial", "..0123456789ab.partial",
                           ".a.0123456789aB.partial", ".a-0123456789ab.partial", ".partial", "", "."})
    EXPECT_FALSE(is_partial_name(name)) << name;
}

TEST(FileSource, ReadsByRangeAndKnowsItsSize) {
  TempFolder folder;
  write_file(folder / "a", "0123456789");
  const auto source = file_source(folder / "a");
  ASSERT_OK(source);
  EXPECT_EQ((*source)->size(), 10u);
  Bytes buffer(4);
  EXPECT_EQ((*source)->read_at(8, buffer).value(), 2u);
  EXPECT_EQ((*source)->read_at(3, buffer).value(), 4u);
  EXPECT_EQ(as_text(buffer), "3456");
  EXPECT_EQ((*source)->read_at(10, buffer).value(), 0u);
}

TEST(FileSource, RefusesWhatIsNoRegularFile) {
  TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_FAILS(file_source(folder / "pipe"), ErrorKind::invalid_argument);  // and does not wait for a writer
  EXPECT_FAILS(file_source(folder.path()), ErrorKind::invalid_argument);
  const auto missing = file_source(folder / "missing");
  EXPECT_FAILS(missing, ErrorKind::io);
  EXPECT_NE(missing.error().message.find("missing: No such file"), std::string::npos) << missing.error().message;
}

}  // namespace
}  // namespace triclave
