// AES-256-GCM engines in one constant table, best first, chosen once by what the build has and the CPU can.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/guarded.h"
#include "cipher/input_key.h"
#include "triclave/bytes.h"

namespace triclave::cipher {

// One of several messages under one key. Its tag stands right behind its ciphertext.
struct Piece {
  const std::uint8_t* nonce;
  const std::uint8_t* in;
  std::size_t size;  // of the plaintext
  std::uint8_t* out;
};

// An engine works on a key state of its own layout in caller-provided guarded memory, 64-byte aligned.
struct Engine {
  std::string_view name;
  bool (*runs_here)() noexcept;
  std::size_t state_size;  // bytes, at most kMaxStateSize
  void (*expand)(std::uint8_t* state, const std::uint8_t* key32) noexcept;
  // One AES-256-GCM message without associated data; `in` and `out` are equal or disjoint. `nonce` has 12 bytes,
  // `tag` 16.
  void (*seal)(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
               std::uint8_t* out, std::uint8_t* tag) noexcept;
  // The same message from where it lies in several pieces of memory; none of them overlaps `out`.
  void (*seal_across)(const std::uint8_t* state, const std::uint8_t* nonce, std::span<const ByteView> pieces,
                      std::uint8_t* out, std::uint8_t* tag) noexcept;
  // False, with `out` zeroed, where the tag does not fit.
  bool (*open)(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
               const std::uint8_t* tag, std::uint8_t* out) noexcept;
  // The same of several messages: for short ones a call each would cost a fifth of their speed.
  void (*seal_many)(const std::uint8_t* state, std::span<const Piece> pieces) noexcept;
  // How many there are before the first one whose tag does not fit: all of them; or fewer, and every `out` is zeroed.
  std::size_t (*open_many)(const std::uint8_t* state, std::span<const Piece> pieces) noexcept;
  // HMAC-SHA-512 of all of them; several at once are cheaper than one after the other where the CPU has wide registers.
  void (*hmac)(std::span<const MacJob> jobs) noexcept;
  // How many messages the calling thread has sealed or opened with it: lets a test prove which engine ran.
  std::uint64_t (*uses)() noexcept;
};

// Copies the pieces to where they are sealed then: for engines that take no pieces. Returns their bytes.
std::size_t gather(std::span<const ByteView> pieces, std::uint8_t* out) noexcept;

inline constexpr std::size_t kMaxStateSize = 2048;

// seal_many and open_many of an engine that has no better way than its `seal` and `open`.
template <auto seal>
void seal_each(const std::uint8_t* state, std::span<const Piece> pieces) noexcept {
  for (const Piece& each : pieces) seal(state, each.nonce, each.in, each.size, each.out, each.out + each.size);
}
template <auto open>
std::size_t open_each(const std::uint8_t* state, std::span<const Piece> pieces) noexcept {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& each = pieces[i];
    if (open(state, each.nonce, each.in, each.size, each.in + each.size, each.out)) continue;
    for (const Piece& any : pieces) wipe({any.out, any.size});
    return i;
  }
  return pieces.size();
}

// All engines of this build, best first.
std::span<const Engine* const> engines() noexcept;
// The first one that runs here; the same for the whole life of the process. The environment variable TRICLAVE_ENGINE
// names another one, for tests and measurements; an unknown name or one that does not run here ends in the default.
const Engine& best_engine() noexcept;
const Engine* find_engine(std::string_view name) noexcept;
// What best_engine() decides where TRICLAVE_ENGINE has this value; empty where it is not set.
const Engine& choose_engine(std::string_view wish) noexcept;

extern const Engine ipsec_mb_engine;  // only where the build has TRICLAVE_HAVE_IPSEC_MB
extern const Engine botan_engine;     // runs everywhere
extern const Engine sodium_engine;

}  // namespace triclave::cipher
