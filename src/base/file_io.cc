// Files: read where they stand; written under a temporary name, then fsync'ed and renamed.
#include <sys/stat.h>

#include <cstring>

#include "base/descriptor.h"
#include "base/random.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "triclave/io.h"

namespace triclave {
namespace {

class FileSource final : public Source {
 public:
  FileSource(Descriptor file, std::uint64_t size, std::string path)
      : file_(std::move(file)), size_(size), path_(std::move(path)) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    return read_fully_at(file_.get(), out, offset, path_);
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  Descriptor file_;
  std::uint64_t size_;
  std::string path_;
};

// The folder is synced too: without that a crash may forget the rename.
Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return io_error("cannot open folder", folder.native());
  if (::fsync(opened.get()) != 0 && errno != EINVAL) return io_error("cannot sync folder", folder.native());
  return {};
}

class FileSink final : public Sink {
 public:
  FileSink(Descriptor file, std::filesystem::path temporary, std::filesystem::path final_path)
      : file_(std::move(file)), temporary_(std::move(temporary)), final_(std::move(final_path)) {}
  ~FileSink() override {
    if (!finished_) ::unlink(temporary_.c_str());
  }
  Result<void> write(ByteView bytes) override { return write_fully(file_.get(), bytes, temporary_.native()); }
  Result<void> finish() override {
    if (::fsync(file_.get()) != 0) return io_error("cannot write to disk", temporary_.native());
    if (::rename(temporary_.c_str(), final_.c_str()) != 0) return io_error("cannot rename to", final_.native());
    finished_ = true;
    const auto folder = final_.parent_path();
    return sync_folder(folder.empty() ? "." : folder);
  }

 private:
  Descriptor file_;
  std::filesystem::path temporary_;
  std::filesystem::path final_;
  bool finished_ = false;
};

}  // namespace

tl::unexpected<Error> io_error(std::string_view what, std::string_view path) {
  const std::string why = std::generic_category().message(errno);
  return fail(ErrorKind::io, std::string(what) + " " + std::string(path) + ": " + why);
}

Result<std::size_t> read_fully_at(int descriptor, MutableBytes out, std::uint64_t offset, std::string_view path) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(descriptor, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("cannot read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::size_t> read_fully(int descriptor, MutableBytes out, std::string_view path) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::read(descriptor, out.data() + done, out.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("cannot read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> write_fully(int descriptor, ByteView bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return io_error("cannot write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<std::unique_ptr<Source>> file_source(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // non-blocking: a FIFO must not hang the open
  if (!file) return io_error("cannot open", path.native());
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return io_error("cannot look at", path.native());
  if (!S_ISREG(status.st_mode))
    return fail(ErrorKind::invalid_argument, path.native() + " is not a regular file; use - to read a pipe");
  return std::make_unique<FileSource>(std::move(file), static_cast<std::uint64_t>(status.st_size), path.native());
}

Result<std::unique_ptr<Sink>> file_sink(const std::filesystem::path& path) {
  auto temporary = path;
  // A leading dot and a fixed ending, so that a crash's leftovers can be told from data and cleaned up.
  temporary.replace_filename("." + path.filename().native() + "." + to_hex(random_array<6>()) + ".partial");
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return io_error("cannot create", temporary.native());
  return std::make_unique<FileSink>(std::move(file), std::move(temporary), path);
}

}  // namespace triclave
