// Where private keys lie: who may read the file, and that saving is all or nothing.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/keys/key_files.h"

namespace triclave {
namespace {

using ::testing::HasSubstr;
using testing::TempFolder;

struct KeyStorage : ::testing::Test {
  TempFolder folder;
  std::filesystem::path file = folder / "owner.key";
  Identity identity = Identity::generate("owner");
  void SetUp() override { ASSERT_OK(identity.save(file)); }
  static void set_mode(const std::filesystem::path& path, unsigned mode) {
    ASSERT_EQ(::chmod(path.c_str(), static_cast<mode_t>(mode)), 0);
  }
};

TEST_F(KeyStorage, WritesForTheUserAlone) {
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(status.st_uid, ::geteuid());
  EXPECT_EQ(status.st_nlink, 1U);
  EXPECT_EQ(folder.names(), std::set<std::string>{"owner.key"});
}

TEST_F(KeyStorage, RefusesWhatOthersMayReadOrChange) {
  for (const unsigned mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U, 0644U, 0666U, 0660U, 0777U}) {
    set_mode(file, mode);
    const auto loaded = Identity::load(file);
    EXPECT_FAILS(loaded, ErrorKind::invalid_argument) << std::oct << mode;
    EXPECT_THAT(testing::text_of(loaded), HasSubstr("chmod 600"));
    EXPECT_FAILS(Signer::load(file), ErrorKind::invalid_argument);
  }
  for (const unsigned mode : {0600U, 0400U, 0700U}) {
    set_mode(file, mode);
    EXPECT_OK(Identity::load(file));
  }
}

TEST_F(KeyStorage, RefusesAnotherUsersFile) {
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(file.c_str(), 54321, static_cast<gid_t>(-1)), 0);
    const auto loaded = Identity::load(file);
    EXPECT_FAILS(loaded, ErrorKind::invalid_argument);
    EXPECT_THAT(testing::text_of(loaded), HasSubstr("belongs to another user"));
  } else {  // root's files are as good as one's own, and this one is no key file
    EXPECT_FAILS(Identity::load("/etc/passwd"), ErrorKind::invalid_argument);
  }
}

TEST_F(KeyStorage, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  for (const auto& path : {folder / "fifo", folder.path(), std::filesystem::path("/dev/null")}) {
    EXPECT_FAILS(Identity::load(path), ErrorKind::invalid_argument) << path;
    EXPECT_FAILS(Signer::load(path), ErrorKind::invalid_argument) << path;
    EXPECT_FAILS(Recipient::load(path), ErrorKind::invalid_argument) << path;
    EXPECT_FAILS(Verifier::load(path), ErrorKind::invalid_argument) << path;
  }
}

TEST_F(KeyStorage, ReportsAMissingFile) {
  EXPECT_FAILS(Identity::load(folder / "missing"), ErrorKind::io);
  EXPECT_FAILS(Signer::load(folder / "missing"), ErrorKind::io);
  EXPECT_FAILS(Recipient::load(folder / "missing"), ErrorKind::io);
  EXPECT_FAILS(Verifier::load(folder / "missing"), ErrorKind::io);
}

// A link is followed; what counts are the rights to the file that it leads to.
TEST_F(KeyStorage, JudgesTheFileBehindALink) {
  std::filesystem::create_symlink("owner.key", folder / "link");
  EXPECT_OK(Identity::load(folder / "link"));
  set_mode(file, 0640);
  EXPECT_FAILS(Identity::load(folder / "link"), ErrorKind::invalid_argument);
}

TEST_F(KeyStorage, RefusesALargeFileUnread) {
  std::filesystem::resize_file(file, std::uintmax_t{1} << 40);  // sparse
  EXPECT_FAILS(Identity::load(file), ErrorKind::malformed);
  EXPECT_FAILS(Recipient::load(file), ErrorKind::malformed);
}

TEST_F(KeyStorage, NeverOverwrites) {
  const std::string before = testing::read_file(file);
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  std::filesystem::create_directory(folder / "folder");
  for (const auto& taken : {file, folder / "dangling", folder / "folder"}) {
    EXPECT_FAILS(Identity::generate("another").save(taken), ErrorKind::invalid_argument) << taken;
    EXPECT_FAILS(Signer::generate("another").save(taken), ErrorKind::invalid_argument) << taken;
  }
  EXPECT_EQ(testing::read_file(file), before);
  EXPECT_EQ(folder.names(), (std::set<std::string>{"owner.key", "dangling", "folder"}));
}

TEST_F(KeyStorage, LeavesNothingBehindWhereItCannotWrite) {
  EXPECT_FAILS(identity.save(folder / "missing" / "key"), ErrorKind::io);
  EXPECT_FAILS(identity.save(file / "key"), ErrorKind::io);
  EXPECT_EQ(folder.names(), std::set<std::string>{"owner.key"});
}

TEST_F(KeyStorage, SavesUnderARelativeName) {
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  EXPECT_OK(identity.save("relative.key"));
  EXPECT_OK(Identity::load("relative.key"));
  std::filesystem::current_path(here);
}

TEST_F(KeyStorage, PublicFilesMayBeEverybodys) {
  testing::write_file(folder / "owner.pub", identity.recipient().to_text());
  set_mode(folder / "owner.pub", 0644);
  const auto recipient = Recipient::load(folder / "owner.pub");
  ASSERT_OK(recipient);
  EXPECT_EQ(recipient->id(), identity.recipient().id());
  testing::write_file(folder / "signer.pub", Signer::generate("signer").public_text());
  EXPECT_OK(Verifier::load(folder / "signer.pub"));
}

}  // namespace
}  // namespace triclave
