// Cobblestone messages out of pieces of memory and into one.
#pragma once

#include <span>

#include "cipher/cobblestone.h"
#include "triclave/bytes.h"
#include "triclave/io.h"

namespace triclave::table {

// Seals the pieces as one message of a fresh salt into `out`; returns its bytes. Whole chunks are sealed where they
// stand in the caller's memory; only those that lie across pieces are copied. `scratch` is kept from call to call.
Result<std::uint64_t> seal_pieces(const Secret<32>& key, ByteView context, std::span<const ByteView> pieces, Sink& out,
                                  Bytes& scratch);

// Opens the message of `size` bytes at `offset` into `plain`, which has its plaintext's size. Errors: forged, malformed
// (cut short), io.
Result<void> open_message(const Secret<32>& key, ByteView context, Source& sealed, std::uint64_t offset,
                          std::uint64_t size, MutableBytes plain, Bytes& scratch);

}  // namespace triclave::table
