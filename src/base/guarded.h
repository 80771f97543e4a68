// Memory for secrets: locked against swapping, left out of core dumps, fenced by guard pages, wiped when given back.
//
// sodium_malloc costs 25 us and pages per call, so secrets of up to 2 KiB take slots of guarded slabs; each thread
// keeps a few free slots, which makes a key per object or column cheap. Larger ones get an allocation of their own.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "triclave/bytes.h"

namespace triclave {

// Initialises libsodium once; ends the program if it cannot.
void sodium_ready();

// `size` bytes of guarded memory, 64-byte aligned, zeroed; given back by guarded_free with the same size.
// Ends the program where no memory can be had.
std::uint8_t* guarded_allocate(std::size_t size);
void guarded_free(std::uint8_t* bytes, std::size_t size) noexcept;

// A secret byte string: guarded, move-only, wiped on destruction. There is no operator<< and no conversion to a string.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : bytes_(size != 0 ? guarded_allocate(size) : nullptr), size_(size) {}
  static SecretBytes copy_of(ByteView bytes) {
    SecretBytes out(bytes.size());
    if (!bytes.empty()) std::copy(bytes.begin(), bytes.end(), out.bytes_);  // GCC 14 sees memmove(null, .., 0) else
    return out;
  }
  SecretBytes(SecretBytes&& other) noexcept
      : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SecretBytes() {
    if (bytes_ != nullptr) guarded_free(bytes_, size_);
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  ByteView view() const noexcept { return {bytes_, size_}; }
  MutableBytes mutable_view() noexcept { return {bytes_, size_}; }

 private:
  std::uint8_t* bytes_ = nullptr;
  std::size_t size_ = 0;
};

// A secret of fixed size.
template <std::size_t N>
class Secret {
 public:
  Secret() : bytes_(N) {}
  static Secret copy_of(std::span<const std::uint8_t, N> bytes) {
    Secret out;
    std::copy(bytes.begin(), bytes.end(), out.bytes_.mutable_view().data());
    return out;
  }
  std::span<const std::uint8_t, N> view() const noexcept { return std::span<const std::uint8_t, N>(bytes_.view()); }
  std::span<std::uint8_t, N> mutable_view() noexcept { return std::span<std::uint8_t, N>(bytes_.mutable_view()); }
  std::uint8_t* data() noexcept { return bytes_.mutable_view().data(); }
  const std::uint8_t* data() const noexcept { return bytes_.view().data(); }

 private:
  SecretBytes bytes_;
};

// Compares in time that depends on the lengths only; false where these differ.
bool equal_constant_time(ByteView a, ByteView b) noexcept;

// Overwrites in a way that the compiler keeps.
void wipe(MutableBytes bytes) noexcept;

}  // namespace triclave
