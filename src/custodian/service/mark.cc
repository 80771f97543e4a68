#include "custodian/service/mark.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/files.h"
#include "base/integers.h"
#include "base/try.h"
#include "custodian/service/new_files.h"

namespace triclave::custodian {
namespace {

// The database's id, the log's size, the number of cosignatures. A mark from before custodians were witnesses ends
// ahead of the last.
constexpr std::size_t kSizeAt = sizeof(Id);
constexpr std::size_t kCosignedAt = kSizeAt + sizeof(std::uint64_t);
constexpr std::size_t kMarkSize = kCosignedAt + sizeof(std::uint64_t);

Result<Descriptor> open_file(const std::filesystem::path& file, int how) {
  Descriptor out(::open(file.c_str(), O_RDWR | O_CLOEXEC | how, S_IRUSR | S_IWUSR));
  if (out) return out;
  if (errno == EEXIST)
    return fail(ErrorKind::invalid_argument, file.native() +
                                                 " exists already; a new custodian has a mark of its own. "
                                                 "Move it away, if it is not needed");
  if (errno == ENOENT)
    return fail(ErrorKind::io, "the mark " + file.native() +
                                   " is missing, which says how long this custodian's log is; put it back, or restore "
                                   "a backup with `triclave custodian restore`");
  return io_error("cannot open", file.native());
}

}  // namespace

Result<Mark> Mark::create(const std::filesystem::path& file, const Id& state) {
  Mark out;
  TRICLAVE_TRY_ASSIGN(out.file_, open_file(file, O_CREAT | O_EXCL));
  NewFiles made;
  made.add(file);
  out.shown_ = file.native();
  out.state_ = state;
  std::array<std::uint8_t, kMarkSize> content{};
  std::copy(state.begin(), state.end(), content.begin());
  TRICLAVE_TRY(write_fully_at(out.file_.get(), content, 0, out.shown_));
  if (::fsync(out.file_.get()) != 0) return io_error("cannot sync", out.shown_);
  TRICLAVE_TRY(sync_folder_of(file));
  made.keep();
  return out;
}

Result<Mark> Mark::open(const std::filesystem::path& file) {
  Mark out;
  TRICLAVE_TRY_ASSIGN(out.file_, open_file(file, 0));
  out.shown_ = file.native();
  TRICLAVE_TRY(out.read());
  return out;
}

Result<void> Mark::read() {
  std::array<std::uint8_t, kMarkSize> content{};
  TRICLAVE_TRY_ASSIGN(const std::size_t got, read_fully_at(file_.get(), content, 0, shown_));
  if (got != kMarkSize && got != kCosignedAt)
    return fail(ErrorKind::malformed,
                shown_ + " is no custodian's mark; restore a backup with `triclave custodian restore`");
  std::copy_n(content.begin(), state_.size(), state_.begin());
  size_ = from_big_endian<std::uint64_t>(ByteView(content).subspan(kSizeAt));
  cosigned_ = from_big_endian<std::uint64_t>(ByteView(content).subspan(kCosignedAt));
  return {};
}

Result<void> Mark::raise(std::uint64_t size) { return raise(&Mark::size_, kSizeAt, size); }

Result<void> Mark::raise_cosigned(std::uint64_t count) { return raise(&Mark::cosigned_, kCosignedAt, count); }

Result<void> Mark::raise(std::uint64_t Mark::* number, std::uint64_t offset, std::uint64_t to) {
  if (to <= this->*number) return {};
  // The service and a command of an officer's may both be at it; the larger number stays.
  if (::flock(file_.get(), LOCK_EX) != 0) return io_error("cannot lock", shown_);
  Result<void> raised = read();
  if (raised && to > this->*number) {
    raised = write_fully_at(file_.get(), big_endian(to), offset, shown_);
    if (raised) this->*number = to;
  }
  ::flock(file_.get(), LOCK_UN);
  return raised;
}

}  // namespace triclave::custodian
