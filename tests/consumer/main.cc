// A program of somebody else's, built against the library in each way that we promise.
#include <cstdio>
#include <string_view>

#include <triclave/error.h>
#include <triclave/io.h>
#include <triclave/version.h>

int main() {
  if (triclave::to_string(triclave::ErrorKind::quorum_short) != "quorum_short") return 1;
  const auto missing = triclave::file_source("/nowhere/at/all");
  if (missing || missing.error().kind != triclave::ErrorKind::io) return 2;
  std::printf("triclave %.*s\n", static_cast<int>(triclave::kVersion.size()), triclave::kVersion.data());
  return 0;
}
