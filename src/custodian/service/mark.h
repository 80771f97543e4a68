// The high-water mark: how long the log is that this custodian has signed, and how often it has cosigned the logs of
// others, in a small file outside the database. Who puts an older database back cannot make the service sign another
// log of the same name, or cosign two histories of one: it does not start then.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/descriptor.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::custodian {

class Mark {
 public:
  // A new file, mode 0600. Errors: io, invalid_argument (something has the name).
  static Result<Mark> create(const std::filesystem::path& file, const Id& state);
  // Errors: io, malformed.
  static Result<Mark> open(const std::filesystem::path& file);

  const Id& state() const noexcept { return state_; }
  std::uint64_t size() const noexcept { return size_; }
  std::uint64_t cosigned() const noexcept { return cosigned_; }

  // Never lowers it, whoever else raises it. Not synced: only a crash of the whole system can lose it, and then it is
  // too low, never too high.
  Result<void> raise(std::uint64_t size);
  Result<void> raise_cosigned(std::uint64_t count);

 private:
  Result<void> read();
  Result<void> raise(std::uint64_t Mark::* number, std::uint64_t offset, std::uint64_t to);

  Descriptor file_;
  std::string shown_;
  Id state_{};
  std::uint64_t size_ = 0;
  std::uint64_t cosigned_ = 0;
};

}  // namespace triclave::custodian
