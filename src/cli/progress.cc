#include "cli/progress.h"

#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/try.h"

namespace triclave::cli {

std::string size_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

Progress::Progress(std::string what, std::optional<std::uint64_t> total)
    : what_(std::move(what)), total_(total), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::add(std::uint64_t bytes) {
  done_ += bytes;
  if (!on_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  shown_ = true;
  show(std::chrono::duration<double>(now - start_).count());
}

void Progress::show(double seconds) const {
  std::string line = fmt::format("{}  {}", what_, size_text(done_));
  if (total_) line += fmt::format(" of {}", size_text(*total_));
  if (seconds > 0.5)
    line += fmt::format("  {}/s", size_text(static_cast<std::uint64_t>(static_cast<double>(done_) / seconds)));
  fmt::print(stderr, "\r{}\033[K", line);
  std::fflush(stderr);
}

Result<std::uint64_t> copy(Source& from, Sink& to, Progress& progress) {
  // Enough to keep many threads busy; of a pipe, which may be slow, as much as one wants to hear of.
  const std::uint64_t step = (from.reads_at_once() ? 32 : 1) * std::uint64_t{1024 * 1024};
  std::uint64_t done = 0;
  for (;;) {
    TRICLAVE_TRY_ASSIGN(const std::uint64_t got, to.write_from(from, done, step));
    progress.add(got);
    done += got;
    if (got < step) return done;
  }
}

}  // namespace triclave::cli
