// POSIX descriptors: reads and writes that go on after short counts and signals, and errors that name the file.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave {

// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const noexcept { return number_; }
  // To somebody else, who closes it.
  int release() noexcept { return std::exchange(number_, -1); }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

// An io error from errno: "WHAT PATH: No such file or directory".
tl::unexpected<Error> io_error(std::string_view what, std::string_view path);

Result<std::size_t> read_fully(int descriptor, MutableBytes out, std::string_view path);
Result<std::size_t> read_fully_at(int descriptor, MutableBytes out, std::uint64_t offset, std::string_view path);
Result<void> write_fully(int descriptor, ByteView bytes, std::string_view path);
Result<void> write_fully_at(int descriptor, ByteView bytes, std::uint64_t offset, std::string_view path);

}  // namespace triclave
