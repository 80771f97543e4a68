// A log's files in a folder.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/descriptor.h"
#include "base/try.h"
#include "custodian/log/checkpoint.h"
#include "custodian/log/tile_path.h"
#include "triclave/audit.h"
#include "triclave/io.h"

namespace triclave {
namespace {

// A bundle of 256 entries, the largest file; entries are at most 8 KiB here, and a hostile folder has what it likes.
constexpr std::uint64_t kMaxFile = 4 * 1024 * 1024;

class LogFolder final : public LogFiles {
 public:
  explicit LogFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Result<Bytes> read(const std::string& path) override {
    TRICLAVE_TRY(custodian::parse_tile_path(path));
    const std::filesystem::path file = folder_ / path;
    TRICLAVE_TRY_ASSIGN(auto source, file_source(file));
    const std::uint64_t size = source->size().value_or(kMaxFile + 1);
    if (size > kMaxFile)
      return fail(ErrorKind::malformed, fmt::format("{} is larger than any file of a log", file.native()));
    Bytes out(static_cast<std::size_t>(size));
    TRICLAVE_TRY_ASSIGN(const std::size_t got, source->read_at(0, out));
    out.resize(got);
    return out;
  }

 private:
  std::filesystem::path folder_;
};

Result<void> write_file(const std::filesystem::path& file, ByteView bytes) {
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  if (failed)
    return fail(ErrorKind::io, fmt::format("cannot make {}: {}", file.parent_path().native(), failed.message()));
  const Descriptor out(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (!out) return io_error("cannot make", file.native());
  return write_fully(out.get(), bytes, file.native());
}

}  // namespace

std::unique_ptr<LogFiles> log_folder(std::filesystem::path folder) {
  return std::make_unique<LogFolder>(std::move(folder));
}

Result<Checkpoint> copy_log(LogFiles& from, const std::filesystem::path& folder) {
  std::error_code missing;
  if (std::filesystem::exists(folder, missing) && !std::filesystem::is_empty(folder, missing))
    return fail(ErrorKind::invalid_argument, folder.native() + " is not empty; name a new folder for the copy");
  TRICLAVE_TRY_ASSIGN(const Bytes note, from.read("checkpoint"));
  TRICLAVE_TRY_ASSIGN(const auto parsed, custodian::parse_note(as_text(note)));
  TRICLAVE_TRY_ASSIGN(Checkpoint checkpoint, custodian::parse_checkpoint(parsed.text));
  custodian::TileWalk walk(checkpoint.size);
  custodian::TilePath path;
  while (walk.next(path)) {
    const std::string name = format_tile_path(path);
    TRICLAVE_TRY_ASSIGN(const Bytes tile, from.read(name));
    TRICLAVE_TRY(write_file(folder / name, tile));
  }
  TRICLAVE_TRY(write_file(folder / "checkpoint", note));
  return checkpoint;
}

}  // namespace triclave
