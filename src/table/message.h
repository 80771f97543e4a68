// Cobblestone messages out of pieces of memory and into one, several at once and on several threads.
#pragma once

#include <span>
#include <vector>

#include "base/workers.h"
#include "cipher/cobblestone.h"
#include "triclave/bytes.h"
#include "triclave/io.h"

namespace triclave::table {

// Messages whose keys are alive at once, at most.
inline constexpr std::size_t kJobsAtOnce = 64;

// Fresh messages, their keys derived on several threads.
std::vector<cipher::Message> new_messages(std::span<const cipher::Message::Origin> origins, const Workers& workers);

// A message to be sealed: its key, and its plaintext as pieces one behind the other, which stay where they are.
struct SealJob {
  cipher::Message message;
  std::vector<ByteView> pieces;
  std::uint64_t size = 0;  // of the pieces together

  std::uint64_t sealed_size() const { return cipher::sealed_size(size).value_or(0); }
};

// Seals the messages one behind the other into `out`. Whole chunks are sealed where they stand in the caller's memory,
// and straight into the sink's own where it has some; no copy is made where the engine takes pieces. The bytes do
// not depend on the number of threads. `scratch` is kept from call to call.
Result<void> seal_messages(std::span<const SealJob> jobs, Sink& out, Bytes& scratch, const Workers& workers);

// One message of a fresh salt; returns its bytes.
Result<std::uint64_t> seal_pieces(const cipher::InputKey& key, ByteView context, std::span<const ByteView> pieces,
                                  Sink& out, Bytes& scratch);

// A message to be opened: at `offset` of the source, prefix first, into `plain` of its plaintext's size.
struct OpenJob {
  cipher::Message::Origin origin;
  std::uint64_t offset = 0;
  MutableBytes plain;
};

// Where one fails, what stands in any `plain` means nothing. Errors: forged, malformed (cut short), io; `failed`, where
// given, receives the number of the job that it is about.
Result<void> open_messages(std::span<const OpenJob> jobs, Source& sealed, Bytes& scratch, const Workers& workers,
                           std::size_t* failed = nullptr);

// One message of `size` bytes. Errors: also invalid_argument (`plain` of another size).
Result<void> open_message(const cipher::InputKey& key, ByteView context, Source& sealed, std::uint64_t offset,
                          std::uint64_t size, MutableBytes plain, Bytes& scratch);

}  // namespace triclave::table
