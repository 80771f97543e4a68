// What Botan's algorithms draw their randomness from: the library's one source, or bytes fixed beforehand.
#pragma once

#include <botan/assert.h>
#include <botan/rng.h>

#include <algorithm>
#include <string>

#include "base/random.h"

namespace triclave::keys {

class KernelRng final : public Botan::RandomNumberGenerator {
 public:
  std::string name() const override { return "kernel"; }
  bool accepts_input() const override { return false; }
  bool is_seeded() const override { return true; }
  void clear() override {}

 protected:
  void fill_bytes_with_input(std::span<std::uint8_t> out, std::span<const std::uint8_t>) override { random_bytes(out); }
};

// Gives out `bytes` once, in order; whoever asks for more gets Botan's Invalid_State. The bytes must outlive it.
class FixedRng final : public Botan::RandomNumberGenerator {
 public:
  explicit FixedRng(ByteView bytes) : left_(bytes) {}
  std::string name() const override { return "fixed"; }
  bool accepts_input() const override { return false; }
  bool is_seeded() const override { return true; }
  void clear() override {}

 protected:
  void fill_bytes_with_input(std::span<std::uint8_t> out, std::span<const std::uint8_t>) override {
    BOTAN_STATE_CHECK(out.size() <= left_.size());
    std::copy_n(left_.begin(), out.size(), out.begin());
    left_ = left_.subspan(out.size());
  }

 private:
  ByteView left_;
};

}  // namespace triclave::keys
