// Files by path: what triclave/io.h promises, over base/files.h.
#include <sys/stat.h>

#include "base/files.h"
#include "base/try.h"
#include "triclave/io.h"

namespace triclave {
namespace {

class FileSource final : public Source {
 public:
  FileSource(Descriptor file, std::uint64_t size, std::string shown)
      : file_(std::move(file)), size_(size), shown_(std::move(shown)) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    return read_fully_at(file_.get(), out, offset, shown_);
  }
  std::optional<std::uint64_t> size() const override { return size_; }
  bool reads_at_once() const noexcept override { return true; }

 private:
  Descriptor file_;
  std::uint64_t size_;
  std::string shown_;
};

}  // namespace

Result<std::unique_ptr<Source>> regular_file_source(Descriptor file, std::string shown) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return io_error("cannot look at", shown);
  if (!S_ISREG(status.st_mode))
    return fail(ErrorKind::invalid_argument, shown + " is not a regular file; use - to read a pipe");
  return std::make_unique<FileSource>(std::move(file), static_cast<std::uint64_t>(status.st_size), std::move(shown));
}

Result<std::unique_ptr<Source>> file_source(const std::filesystem::path& path) {
  Descriptor file(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // non-blocking: a FIFO must not hang the open
  if (!file) return io_error("cannot open", path.native());
  return regular_file_source(std::move(file), path.native());
}

Result<std::unique_ptr<Sink>> file_sink(const std::filesystem::path& path, Existing existing) {
  if (!path.has_filename() || path.filename() == "." || path.filename() == "..")
    return fail(ErrorKind::invalid_argument, "\"" + path.native() + "\" is not the name of a file");
  TRICLAVE_TRY_ASSIGN(Descriptor folder, open_folder_of(path));
  return whole_file_sink(std::move(folder), path.filename().native(), path.native(), existing);
}

}  // namespace triclave
