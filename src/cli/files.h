// Files as the command line names them: "-" is standard input or output.
#pragma once

#include <memory>
#include <string>

#include "triclave/io.h"

namespace triclave::cli {

inline constexpr const char* kDash = "-";

Result<std::unique_ptr<Source>> open_input(const std::string& path);
// Refuses to replace a file unless `force`; a device or a named pipe is written to.
Result<std::unique_ptr<Sink>> open_output(const std::string& path, bool force);

// A whole small file. Errors: malformed (over `most` bytes), io.
Result<Bytes> read_whole(const std::string& path, std::size_t most);
Result<Bytes> read_whole(Source& source, const std::string& shown, std::size_t most);
Result<void> write_whole(const std::string& path, ByteView bytes, bool force);

// A capsule record with room to spare; the format allows 4 MiB.
inline constexpr std::size_t kMaxCapsuleFile = 5 * 1024 * 1024;

// Reads the beginning of a pipe and gives it again from the start: who looks at a header leaves it for the next.
class ReplaySource final : public Source {
 public:
  explicit ReplaySource(std::unique_ptr<Source> inner) : inner_(std::move(inner)) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override;
  std::optional<std::uint64_t> size() const override { return inner_->size(); }
  bool reads_at_once() const noexcept override { return !keeping_ && inner_->reads_at_once(); }
  // From here on what is read is not kept.
  void stop_keeping() { keeping_ = false; }

 private:
  std::unique_ptr<Source> inner_;
  Bytes head_;
  bool keeping_ = true;
};

}  // namespace triclave::cli
