// A file that is there whole or not at all. While it is written it has no name (O_TMPFILE), so that nothing is left of
// it however the process ends; where the file system cannot do this it has a hidden one.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/files.h"
#include "base/partial_names.h"
#include "base/random.h"
#include "base/text_codec.h"
#include "base/try.h"

namespace triclave {
namespace {

constexpr std::string_view kEnding = ".partial";
constexpr std::size_t kRandomDigits = 12;

std::string partial_name(std::string_view name) {
  return fmt::format(".{}.{}{}", name.substr(0, 200), to_hex(random_array<kRandomDigits / 2>()), kEnding);
}

Error exists(std::string_view shown) {
  return {ErrorKind::invalid_argument,
          std::string(shown) + " exists already; name another one, or ask for it to be replaced (--force)",
          {}};
}

// Refuses what a finished file must not replace.
Result<void> check_place(int folder, const std::string& name, std::string_view shown, Existing existing) {
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return io_error("cannot look at", shown);
  }
  // A rename would turn a device, a pipe or a link into a file.
  if (!S_ISREG(status.st_mode))
    return fail(
        ErrorKind::invalid_argument,
        std::string(shown) + " is there and is not a regular file; name another one, or use - to write to a pipe");
  if (existing == Existing::refuse) return tl::unexpected(exists(shown));
  return {};
}

class WholeFileSink final : public Sink {
 public:
  WholeFileSink(Descriptor folder, std::string name, std::string shown, Existing existing)
      : folder_(std::move(folder)), name_(std::move(name)), shown_(std::move(shown)), existing_(existing) {}

  ~WholeFileSink() override {
    if (!partial_.empty()) ::unlinkat(folder_.get(), partial_.c_str(), 0);
  }

  Result<void> create(Unfinished unfinished) {
    if (unfinished == Unfinished::without_name && ::access("/proc/self/fd", X_OK) == 0) {
      file_ = Descriptor(::openat(folder_.get(), ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
      if (file_) return {};
      // These mean "not on this file system"; others come again below, with the file's name.
    }
    name_partial();
    file_ = Descriptor(
        ::openat(folder_.get(), partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file_) return {};
    const auto error = io_error("cannot create", shown_);
    partial_.clear();
    return error;
  }

  Result<void> write(ByteView bytes) override {
    TRICLAVE_TRY(write_at(0, bytes));
    return advance(bytes.size());
  }
  bool writes_at_once() const noexcept override { return true; }
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override {
    return write_fully_at(file_.get(), bytes, position_ + offset, shown_);
  }
  Result<void> advance(std::size_t size) override {
    position_ += size;
    return {};
  }

  Result<void> finish() override {
    if (::fsync(file_.get()) != 0) return io_error("cannot write to disk", shown_);
    TRICLAVE_TRY(partial_.empty() ? publish_without_name() : publish_partial());
    return sync_folder(folder_.get(), shown_);
  }

 private:
  void name_partial() {
    partial_ = partial_name(name_);
    registered_ = PartialName(folder_.get(), partial_);
  }

  Result<void> publish_without_name() {
    if (link_as(name_)) return {};
    if (errno != EEXIST) return io_error("cannot create", shown_);
    if (existing_ == Existing::refuse) return tl::unexpected(exists(shown_));
    name_partial();  // a link cannot replace, a rename can
    if (!link_as(partial_)) {
      const auto error = io_error("cannot create", shown_);
      partial_.clear();
      return error;
    }
    return publish_partial();
  }

  bool link_as(const std::string& name) const {
    const std::string self = fmt::format("/proc/self/fd/{}", file_.get());
    return ::linkat(AT_FDCWD, self.c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }

  Result<void> publish_partial() {
    if (existing_ == Existing::replace) {
      if (::renameat(folder_.get(), partial_.c_str(), folder_.get(), name_.c_str()) != 0)
        return io_error("cannot rename to", shown_);
      partial_.clear();
      return {};
    }
    if (::renameat2(folder_.get(), partial_.c_str(), folder_.get(), name_.c_str(), RENAME_NOREPLACE) == 0) {
      partial_.clear();
      return {};
    }
    // Some network file systems do not know the flag. The partial name is then removed by the destructor.
    if (errno == EINVAL && ::linkat(folder_.get(), partial_.c_str(), folder_.get(), name_.c_str(), 0) == 0) return {};
    if (errno == EEXIST) return tl::unexpected(exists(shown_));
    return io_error("cannot rename to", shown_);
  }

  Descriptor folder_;
  std::string name_;
  std::string shown_;
  Existing existing_;
  Descriptor file_;
  std::uint64_t position_ = 0;
  std::string partial_;  // the hidden name, while there is one
  PartialName registered_;
};

}  // namespace

bool is_partial_name(std::string_view name) noexcept {
  if (!name.starts_with('.') || !name.ends_with(kEnding)) return false;
  name.remove_suffix(kEnding.size());
  if (name.size() < kRandomDigits + 3) return false;
  const auto digits = name.substr(name.size() - kRandomDigits);
  return name[name.size() - kRandomDigits - 1] == '.' &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<void> sync_folder(int folder, std::string_view shown) {
  if (::fsync(folder) != 0 && errno != EINVAL) return io_error("cannot sync the folder of", shown);
  return {};
}

Result<Descriptor> open_folder_of(const std::filesystem::path& file) {
  const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return io_error("cannot open folder", parent.native());
  return folder;
}

Result<void> sync_folder_of(const std::filesystem::path& file) {
  TRICLAVE_TRY_ASSIGN(const Descriptor folder, open_folder_of(file));
  return sync_folder(folder.get(), file.native());
}

Result<std::unique_ptr<Sink>> whole_file_sink(Descriptor folder, std::string name, std::string shown, Existing existing,
                                              Unfinished unfinished) {
  TRICLAVE_TRY(check_place(folder.get(), name, shown, existing));
  auto sink = std::make_unique<WholeFileSink>(std::move(folder), std::move(name), std::move(shown), existing);
  TRICLAVE_TRY(sink->create(unfinished));
  return sink;
}

}  // namespace triclave
