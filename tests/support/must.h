// For programs of a few lines: the value, or an end with the error's words.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <type_traits>
#include <utility>

#include "triclave/io.h"

namespace triclave {

// The exit code tells the error's kind, as the program's does.
template <class T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << result.error().text() << std::endl;
    std::exit(static_cast<int>(result.error().kind) + 1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline Bytes must_read(const std::filesystem::path& file) {
  const auto source = must(file_source(file));
  Bytes out(*source->size());
  must(source->read_at(0, out));
  return out;
}

}  // namespace triclave
