// Sources that count, that flow like pipes, and that change while they are read.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>

#include "triclave/io.h"

namespace triclave::testing {

// Bytes of the test's, read by offset; remembers which of them were read, and lets a test change them in between.
class WatchedSource final : public Source {
 public:
  struct Watch {
    std::uint64_t lowest = ~std::uint64_t{0}, highest = 0, total = 0;  // of the bytes read
    void reset() { *this = {}; }
  };
  WatchedSource(Bytes& bytes, Watch& watch, std::function<void()> before_read = {})
      : bytes_(bytes), watch_(watch), before_read_(std::move(before_read)) {}

  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    if (before_read_) before_read_();
    if (offset >= bytes_.size()) return 0;
    const std::size_t size = std::min(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
    if (size != 0) std::memcpy(out.data(), bytes_.data() + offset, size);
    watch_.lowest = std::min(watch_.lowest, offset);
    watch_.highest = std::max(watch_.highest, offset + size);
    watch_.total += size;
    return size;
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  Bytes& bytes_;
  Watch& watch_;
  std::function<void()> before_read_;
  std::uint64_t size_ = bytes_.size();  // as it was at first
};

// Nobody knows the size, and reads must go forward.
class PipeSource final : public Source {
 public:
  explicit PipeSource(ByteView bytes) : bytes_(bytes) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    if (offset != at_) return fail(ErrorKind::invalid_argument, "a pipe cannot be read backwards");
    const std::size_t size = std::min(out.size(), bytes_.size() - at_);
    if (size != 0) std::memcpy(out.data(), bytes_.data() + at_, size);
    at_ += size;
    return size;
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

// Fails at the n-th write, counted from 0, or at finish; records whether it was finished.
class FailingSink final : public Sink {
 public:
  FailingSink(int failing_write, bool& finished) : left_(failing_write), finished_(finished) {}
  Result<void> write(ByteView) override {
    if (left_-- == 0) return fail(ErrorKind::io, "disk full");
    return {};
  }
  Result<void> finish() override {
    if (left_ == 0) return fail(ErrorKind::io, "disk full at the end");
    finished_ = true;
    return {};
  }

 private:
  int left_;
  bool& finished_;
};

}  // namespace triclave::testing
