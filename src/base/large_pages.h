// Large outputs in memory. Their page faults cost more than sealing what the pages hold: with pages of 4 KiB a new GiB
// has 262,144 of them, with pages of 2 MiB 512.
#pragma once

#include "triclave/bytes.h"

namespace triclave {

// Asks for large pages behind memory from malloc that nobody has written to yet. Where the system gives none, or the
// memory is so small that malloc takes it from its heap, nothing changes.
void prefer_large_pages(void* begin, std::size_t size) noexcept;

// Room for `size` bytes in all: at least twice what there was, so that growing piece by piece stays linear.
void grow(Bytes& out, std::size_t size);

}  // namespace triclave
