// 11. A process that dies while it seals: no half object under its final name, and nothing of the plaintext left
// behind.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "attack.h"

namespace triclave::attacks {
namespace {

class Crash : public Attack {};

// Dies at the n-th write of the sealed object, as by a power cut.
class DyingSink final : public Sink {
 public:
  DyingSink(std::unique_ptr<Sink> inner, int left) : inner_(std::move(inner)), left_(left) {}
  Result<void> write(ByteView bytes) override {
    if (left_-- == 0) {
      if (auto half = inner_->write(bytes.first(bytes.size() / 2)); !half) ::_exit(1);
      ::kill(::getpid(), SIGKILL);
    }
    return inner_->write(bytes);
  }
  Result<void> finish() override {
    if (left_ == 0) ::kill(::getpid(), SIGKILL);
    return inner_->finish();
  }

 private:
  std::unique_ptr<Sink> inner_;
  int left_;
};

TEST_F(Crash, AtEachWrite) {
  const TempFolder out;
  std::string marked;
  while (marked.size() < 2 * envelope::kRunSize + 100) marked += "PATIENT-NAME ";
  bool survived = false;
  for (int write = 0; !survived; ++write) {
    ASSERT_LT(write, 20);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto file = file_sink(out / "visits.sealed");
      if (!file) ::_exit(2);
      auto sink = sealer.object("clinical", "", std::make_unique<DyingSink>(std::move(*file), write), {true, true});
      const bool good = sink && (*sink)->write(as_bytes(marked)) && (*sink)->finish();
      ::_exit(good ? 0 : 3);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    survived = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    ASSERT_TRUE(survived || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) << status;
    EXPECT_EQ(std::filesystem::exists(out / "visits.sealed"), survived) << write;
    for (const std::string& name : out.names())
      EXPECT_EQ(read_file(out / name).find("PATIENT-NAME"), std::string::npos) << name;
  }
  const std::string whole = read_file(out / "visits.sealed");
  const auto back = open(as_bytes(whole));
  ASSERT_OK(back);
  EXPECT_EQ(as_text(*back), marked);
}

}  // namespace
}  // namespace triclave::attacks
