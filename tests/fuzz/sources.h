// One input, as each kind of source gives it.
#pragma once

#include <memory>

#include "triclave/io.h"

namespace triclave::fuzz {

// Copies what is asked for, as a file does, and, as a pipe, only forward and without knowing its size.
class PlainSource final : public Source {
 public:
  PlainSource(ByteView bytes, bool pipe) : bytes_(memory_source(bytes)), pipe_(pipe) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    if (pipe_ && offset != next_) return fail(ErrorKind::invalid_argument, "a pipe only goes forward");
    auto got = bytes_->read_at(offset, out);
    if (got) next_ = offset + *got;
    return got;
  }
  std::optional<std::uint64_t> size() const override { return pipe_ ? std::nullopt : bytes_->size(); }

 private:
  std::unique_ptr<Source> bytes_;
  bool pipe_;
  std::uint64_t next_ = 0;
};

enum class SourceKind : std::uint8_t { memory, file, pipe };

inline SourceKind source_kind(std::uint8_t choice) { return static_cast<SourceKind>(choice % 3); }

inline std::unique_ptr<Source> source_of(ByteView bytes, SourceKind kind) {
  if (kind == SourceKind::memory) return memory_source(bytes);
  return std::make_unique<PlainSource>(bytes, kind == SourceKind::pipe);
}

}  // namespace triclave::fuzz
