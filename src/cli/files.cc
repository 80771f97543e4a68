#include "cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/try.h"

namespace triclave::cli {
namespace {

// A device or a named pipe, such as /dev/null: written to where it stands, as a file could not be.
class StreamSink final : public Sink {
 public:
  static Result<std::unique_ptr<Sink>> open(const std::string& path) {
    const int opened = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (opened < 0) return fail(ErrorKind::io, "cannot open " + path + ": " + std::generic_category().message(errno));
    return std::unique_ptr<Sink>(new StreamSink(opened));
  }
  StreamSink(const StreamSink&) = delete;
  StreamSink& operator=(const StreamSink&) = delete;
  ~StreamSink() override { ::close(descriptor_); }
  Result<void> write(ByteView bytes) override { return inner_->write(bytes); }
  Result<void> finish() override { return inner_->finish(); }

 private:
  explicit StreamSink(int descriptor) : descriptor_(descriptor), inner_(descriptor_sink(descriptor)) {}

  int descriptor_;
  std::unique_ptr<Sink> inner_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_input(const std::string& path) {
  if (path == kDash) return descriptor_source(STDIN_FILENO);
  return file_source(path);
}

Result<std::unique_ptr<Sink>> open_output(const std::string& path, bool force) {
  if (path == kDash) return descriptor_sink(STDOUT_FILENO);
  struct stat status {};
  const bool is_stream = ::stat(path.c_str(), &status) == 0 && (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode));
  if (is_stream) return StreamSink::open(path);
  return file_sink(path, force ? Existing::replace : Existing::refuse);
}

Result<Bytes> read_whole(const std::string& path, std::size_t most) {
  TRICLAVE_TRY_ASSIGN(const auto source, open_input(path));
  return read_whole(*source, path, most);
}

Result<Bytes> read_whole(Source& source, const std::string& shown, std::size_t most) {
  Bytes out(static_cast<std::size_t>(std::min<std::uint64_t>(source.size().value_or(most), most)) + 1);
  TRICLAVE_TRY_ASSIGN(const std::size_t got, source.read_at(0, out));
  if (got > most) return fail(ErrorKind::malformed, shown + " is larger than such a file can be");
  out.resize(got);
  return out;
}

Result<void> write_whole(const std::string& path, ByteView bytes, bool force) {
  TRICLAVE_TRY_ASSIGN(const auto sink, open_output(path, force));
  TRICLAVE_TRY(sink->write(bytes));
  return sink->finish();
}

Result<std::size_t> ReplaySource::read_at(std::uint64_t offset, MutableBytes out) {
  std::size_t done = 0;
  if (offset < head_.size()) {
    done = std::min<std::size_t>(out.size(), head_.size() - static_cast<std::size_t>(offset));
    std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(offset), done, out.begin());
  }
  const MutableBytes rest = out.subspan(done);
  if (rest.empty()) return done;
  TRICLAVE_TRY_ASSIGN(const std::size_t got, inner_->read_at(offset + done, rest));
  if (keeping_) head_.insert(head_.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(got));
  return done + got;
}

}  // namespace triclave::cli
