// The highest generations seen, as lines "capsule-id compartment generation", appended under a lock; the highest
// counts.
#include <fmt/format.h>
#include <sys/file.h>

#include <charconv>
#include <filesystem>

#include "base/descriptor.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "triclave/opener.h"

namespace triclave {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024 * 1024;

class FileGenerationMemory final : public GenerationMemory {
 public:
  explicit FileGenerationMemory(std::filesystem::path file) : file_(std::move(file)) {}

  Result<std::uint32_t> highest(const Id& capsule_id, std::string_view compartment) override {
    TRICLAVE_TRY_ASSIGN(const Descriptor opened, open());
    return seen_in(opened, capsule_id, compartment).map([](const Seen& seen) { return seen.highest; });
  }

  Result<void> remember(const Id& capsule_id, std::string_view compartment, std::uint32_t generation) override {
    TRICLAVE_TRY_ASSIGN(const Descriptor opened, open());
    TRICLAVE_TRY_ASSIGN(const Seen seen, seen_in(opened, capsule_id, compartment));
    if (generation <= seen.highest) return {};  // 0 needs no line: nothing is below it
    // A line that a crash cut short would swallow the next one.
    const std::string_view start = seen.cut_short ? "\n" : "";
    const std::string line = fmt::format("{}{} {} {}\n", start, to_hex(capsule_id), compartment, generation);
    TRICLAVE_TRY(write_fully(opened.get(), as_bytes(line), file_.native()));
    if (::fsync(opened.get()) != 0) return io_error("cannot write to disk", file_.native());
    return {};
  }

 private:
  struct Seen {
    std::uint32_t highest = 0;
    bool cut_short = false;  // the last line lacks its end
  };

  // Opened for appending, locked until closed.
  Result<Descriptor> open() const {
    std::error_code ignored;  // the open below tells what is wrong
    if (file_.has_parent_path()) std::filesystem::create_directories(file_.parent_path(), ignored);
    Descriptor opened(::open(file_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!opened || ::flock(opened.get(), LOCK_EX) != 0)
      return io_error("cannot open the memory of seen generations", file_.native());
    return opened;
  }

  Result<Seen> seen_in(const Descriptor& opened, const Id& capsule_id, std::string_view compartment) const {
    const off_t size = ::lseek(opened.get(), 0, SEEK_END);
    if (size < 0 || static_cast<std::size_t>(size) > kMaxFile)
      return fail(ErrorKind::malformed,
                  file_.native() + " is no memory of seen generations, or has grown beyond 64 MiB");
    Bytes content(static_cast<std::size_t>(size));
    TRICLAVE_TRY_ASSIGN(const std::size_t got, read_fully_at(opened.get(), content, 0, file_.native()));
    std::string_view text = as_text(ByteView(content).first(got));
    const std::string key = fmt::format("{} {} ", to_hex(capsule_id), compartment);
    Seen seen;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      seen.cut_short = end == text.size();
      text.remove_prefix(seen.cut_short ? end : end + 1);
      // A line that was cut short may lack its number, or the number's end, which makes it lower.
      if (line.substr(0, key.size()) != key || line.size() == key.size()) continue;
      std::uint32_t generation = 0;
      const std::string_view number = line.substr(key.size());
      const auto [last, error] = std::from_chars(number.data(), number.data() + number.size(), generation);
      if (error != std::errc() || last != number.data() + number.size())
        return fail(ErrorKind::malformed, fmt::format("{} holds a broken line: {}", file_.native(), line));
      seen.highest = std::max(seen.highest, generation);
    }
    return seen;
  }

  std::filesystem::path file_;
};

}  // namespace

std::unique_ptr<GenerationMemory> file_generation_memory(std::filesystem::path file) {
  return std::make_unique<FileGenerationMemory>(std::move(file));
}

}  // namespace triclave
