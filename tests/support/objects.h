// Objects sealed in memory.
#pragma once

#include <string>

#include "support/result.h"
#include "triclave/opener.h"
#include "triclave/sealer.h"

namespace triclave::testing {

inline Bytes sealed(const Sealer& sealer, const std::string& compartment, ByteView plain, ObjectOptions options = {},
                    const std::string& name = "visit.csv") {
  Bytes out;
  auto sink = sealer.object(compartment, name, memory_sink(out), options);
  EXPECT_OK(sink);
  EXPECT_OK((*sink)->write(plain));
  EXPECT_OK((*sink)->finish());
  return out;
}

// The whole plaintext, by copy_to. `object` must stay where it is.
inline Result<Bytes> opened(Opener& opener, ByteView object) {
  auto source = opener.object(memory_source(object));
  if (!source) return tl::unexpected(source.error());
  Bytes out;
  const auto sink = memory_sink(out);
  if (auto copied = (*source)->copy_to(*sink); !copied) return tl::unexpected(copied.error());
  return out;
}

// Bytes that differ from place to place, so that a piece in a wrong place shows.
inline Bytes sample(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 131 + (i >> 8) * 7 + (i >> 16));
  return out;
}

}  // namespace triclave::testing
