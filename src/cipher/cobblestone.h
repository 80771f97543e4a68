// Cobblestone-256, bit-exact as in C2SP chunked-encryption (AES-256-GCM, HKDF-Expand-SHA-512): a message is
// salt (24) || commitment (32) || encrypted chunks of 16 KiB + 16, the last one shorter than 16 KiB + 16, maybe empty.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/guarded.h"
#include "cipher/engine.h"
#include "cipher/input_key.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::cipher {

inline constexpr std::size_t kChunkSize = 16384;
inline constexpr std::size_t kTagSize = 16;
inline constexpr std::size_t kSealedChunkSize = kChunkSize + kTagSize;
inline constexpr std::size_t kNonceSize = 12;
inline constexpr std::size_t kSaltSize = 24;
inline constexpr std::size_t kCommitmentSize = 32;
inline constexpr std::size_t kPrefixSize = kSaltSize + kCommitmentSize;
inline constexpr std::uint64_t kMaxChunks = std::uint64_t{1} << 38;

using Prefix = std::array<std::uint8_t, kPrefixSize>;

// Length of a message from its plaintext's and back. Errors: invalid_argument (over 4 PiB - 1), malformed (no plaintext
// has a message of this length).
Result<std::uint64_t> sealed_size(std::uint64_t plain_size);
Result<std::uint64_t> plain_size(std::uint64_t sealed_size);

// The keys of one message, expanded for one engine, in guarded memory. Move-only; may be used by several threads at
// once, since chunks are independent.
class Message {
 public:
  // What a message's keys are derived from, beside its salt. Both must outlive the call that they are given to.
  struct Origin {
    const InputKey* key;
    ByteView context;
  };

  // A new message: draws the salt.
  static Message create(const InputKey& key, ByteView context, const Engine& engine = best_engine());
  // Several, for less than each alone takes.
  static std::vector<Message> create_all(std::span<const Origin> origins, const Engine& engine = best_engine());

  // An existing one: derives, and checks the commitment in constant time. Errors: forged.
  static Result<Message> open(const InputKey& key, ByteView context, const Prefix& prefix,
                              const Engine& engine = best_engine());
  // Several; each has its own answer. `prefixes` stand beside `origins`.
  static std::vector<Result<Message>> open_all(std::span<const Origin> origins, std::span<const Prefix> prefixes,
                                               const Engine& engine = best_engine());

  const Prefix& prefix() const noexcept { return prefix_; }

  // A run of chunks numbered from `first`. `plain` holds whole chunks, but for the message's last one when `last` is
  // set: then the run ends in a chunk of 0 to 16383 bytes (so a run that ends on a boundary is followed by an empty
  // chunk). `sealed` has exactly sealed_run_size(plain.size(), last) bytes and does not overlap `plain`. Errors:
  // invalid_argument (sizes that do not fit, overlap, over 2^38 chunks).
  Result<void> seal_run(std::uint64_t first, ByteView plain, bool last, MutableBytes sealed) const;

  // One chunk whose plaintext lies in several pieces of memory: 16384 bytes in all or, where it is the message's last
  // one, less. None of them overlaps `sealed`, which has 16 bytes more. Errors: invalid_argument.
  Result<void> seal_chunk(std::uint64_t chunk, std::span<const ByteView> pieces, bool last, MutableBytes sealed) const;

  // The reverse of seal_run. On failure every byte of `plain` is zeroed and the error's message names the chunk.
  // Errors: forged, malformed (no run has this length, over 2^38 chunks), invalid_argument (`plain` of another size,
  // overlap).
  Result<void> open_run(std::uint64_t first, ByteView sealed, bool last, MutableBytes plain) const;

  // The same where chunks lie one behind the other with 16 spare bytes behind each: encrypted and decrypted where they
  // stand, the tag in the spare bytes. `run` has sealed_run_size bytes; all of it is zeroed where opening fails.
  Result<void> seal_run_in_place(std::uint64_t first, MutableBytes run, bool last) const;
  Result<void> open_run_in_place(std::uint64_t first, MutableBytes run, bool last) const;

 private:
  struct Run;
  class Batch;
  struct Derivation;
  Message(const Engine& engine, std::span<const std::uint8_t, kSaltSize> salt);
  static void derive(std::span<const Derivation> derivations, const Engine& engine);
  static void derive_some(std::span<const Derivation> derivations, const Engine& engine);
  Result<void> check_commitment(const Prefix& prefix) const;
  void seal_chunks(const Run& run, const std::uint8_t* plain, std::size_t stride, std::uint8_t* sealed) const noexcept;
  Result<void> open_chunks(const Run& run, const std::uint8_t* sealed, std::uint8_t* plain, std::size_t stride) const;

  const Engine* engine_;
  SecretBytes keys_;  // the engine's key state, then the base nonce
  Prefix prefix_;
};

// Bytes of a sealed run of `plain` bytes; with `last` the short chunk's tag counts too.
std::size_t sealed_run_size(std::size_t plain, bool last) noexcept;

}  // namespace triclave::cipher
