// A line on the terminal that tells how far a long copy is. Where standard error is no terminal it says nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "triclave/io.h"

namespace triclave::cli {

// "1.5 GiB".
std::string size_text(std::uint64_t bytes);

class Progress {
 public:
  Progress(std::string what, std::optional<std::uint64_t> total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // wipes the line

  void add(std::uint64_t bytes);

 private:
  void show(double seconds) const;

  std::string what_;
  std::optional<std::uint64_t> total_;
  std::uint64_t done_ = 0;
  bool shown_ = false;
  const bool on_terminal_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_ = start_;
};

// Passes bytes on and counts them.
class CountingSink final : public Sink {
 public:
  CountingSink(Sink& inner, Progress& progress) : inner_(inner), progress_(progress) {}
  Result<void> write(ByteView bytes) override {
    progress_.add(bytes.size());
    return inner_.write(bytes);
  }
  bool writes_at_once() const noexcept override { return inner_.writes_at_once(); }
  Result<void> write_at(std::uint64_t offset, ByteView bytes) override { return inner_.write_at(offset, bytes); }
  Result<void> advance(std::size_t size) override {
    progress_.add(size);
    return inner_.advance(size);
  }
  Result<void> finish() override { return inner_.finish(); }

 private:
  Sink& inner_;
  Progress& progress_;
};

// Reads for another, and counts.
class CountingSource final : public Source {
 public:
  CountingSource(Source& inner, Progress& progress) : inner_(inner), progress_(progress) {}
  Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) override {
    auto got = inner_.read_at(offset, out);
    progress_.add(got.value_or(0));
    return got;
  }
  std::optional<std::uint64_t> size() const override { return inner_.size(); }

 private:
  Source& inner_;
  Progress& progress_;
};

// Reads `from` to its end into `to`, which is not finished; returns the bytes.
Result<std::uint64_t> copy(Source& from, Sink& to, Progress& progress);

}  // namespace triclave::cli
