#include "rows/differences.h"

#include "rows/cell.h"
#include "rows/encoding.h"

namespace triclave::rows {
namespace {

constexpr std::size_t kMaxShown = 100;  // bytes

}  // namespace

std::string Differences::shown(std::string_view text) const {
  std::string utf8;
  append_utf8(encoding_, text, utf8);
  if (utf8.size() <= kMaxShown) return utf8;
  std::size_t end = kMaxShown;
  while (end != 0 && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80) --end;  // not within a character
  return utf8.substr(0, end);
}

void Differences::add_field(std::uint64_t line, std::string_view column, const Field& was, std::string_view becomes) {
  if (!first_) {
    std::string raw;
    if (was.quoted) append_quoted(was.text, raw);
    first_ = CsvDifference{line, std::string(column), shown(was.quoted ? raw : was.text), shown(becomes)};
  }
  ++first_->count;
}

void Differences::add_line(std::uint64_t line, std::string_view was, std::string_view becomes) {
  if (!first_) first_ = CsvDifference{line, {}, std::string(was), std::string(becomes)};
  ++first_->count;
}

}  // namespace triclave::rows
