// What every target shares. A target is FUZZ_TARGET(input) { .. } in a file of its own: it feeds the input to one
// parser and states what must hold of the answer, so that a wrong answer stops the fuzzer like a crash does.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::fuzz {

[[noreturn]] inline void broke(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: this must hold: %s\n", file, line, what);
  std::abort();
}

// Every error has a kind that it may have, and tells something.
inline bool is_one_of(const Error& error, std::initializer_list<ErrorKind> kinds) {
  for (const ErrorKind kind : kinds)
    if (error.kind == kind) return !error.message.empty();
  return false;
}

inline bool same(ByteView a, ByteView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace triclave::fuzz

#define REQUIRE(...) ((__VA_ARGS__) ? void() : ::triclave::fuzz::broke(#__VA_ARGS__, __FILE__, __LINE__))

#define FUZZ_TARGET(input)                                                            \
  static void fuzz_target(::triclave::ByteView input);                                \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_target({data, size});                                                        \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_target(::triclave::ByteView input)
