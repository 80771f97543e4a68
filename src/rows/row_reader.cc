#include "rows/row_reader.h"

#include <algorithm>

#include "base/try.h"

namespace triclave::rows {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

std::size_t find(std::string_view text, char c, std::size_t from) { return std::min(text.find(c, from), text.size()); }

}  // namespace

void RowReader::scan(std::size_t end) {
  const auto count = [&](char c, std::size_t& next) {
    if (next < scanned_) next = find(buffer_, c, scanned_);
    return next < end ? static_cast<std::size_t>(std::count(buffer_.data() + next, buffer_.data() + end, c)) : 0;
  };
  quotes_ += count('"', next_quote_);
  breaks_ += count(line_end_ == '\r' ? '\n' : '\r', next_break_);
  scanned_ = end;
}

void RowReader::give(Row& row, std::size_t end, std::size_t next, bool whole) {
  const std::string_view all = buffer_;
  if (line_end_ == '\n' && next != end && end != begin_ && all[end - 1] == '\r') {
    --end;
    --breaks_;
  }
  row = {all.substr(begin_, end - begin_), all.substr(end, next - end), line_, quotes_ != 0, breaks_ != 0, whole};
  last_line_ = line_;
  last_begin_ = begin_;
  line_ += 1;
  if (quotes_ != 0) line_ += static_cast<std::uint64_t>(std::count(row.text.begin(), row.text.end(), line_end_));
  begin_ = scanned_ = next;
  quotes_ = breaks_ = 0;
}

Result<bool> RowReader::next(Row& row) {
  for (;;) {
    const std::size_t end = find(buffer_, line_end_, scanned_);
    scan(end);
    if (end != buffer_.size()) {
      if (quotes_ % 2 == 0) {
        give(row, end, end + 1, end - begin_ <= CsvReader::kMaxRow);
        return true;
      }
      scanned_ = end + 1;
      continue;
    }
    TRICLAVE_TRY_ASSIGN(const bool more, refill());
    if (more) continue;
    if (begin_ == buffer_.size()) return false;
    give(row, buffer_.size(), buffer_.size(), quotes_ % 2 == 0 && buffer_.size() - begin_ <= CsvReader::kMaxRow);
    return true;
  }
}

void RowReader::back() noexcept {
  begin_ = scanned_ = last_begin_;
  line_ = last_line_;
  next_quote_ = next_break_ = 0;
  quotes_ = breaks_ = 0;
}

Result<bool> RowReader::refill() {
  if (source_ == nullptr || buffer_.size() - begin_ > CsvReader::kMaxRow) return false;
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  next_quote_ = next_break_ = 0;
  begin_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kBlock);
  TRICLAVE_TRY_ASSIGN(
      const std::size_t got,
      source_->read_at(source_offset_, {reinterpret_cast<std::uint8_t*>(buffer_.data()) + had, kBlock}));
  buffer_.resize(had + got);
  source_offset_ += got;
  if (got < kBlock) source_ = nullptr;
  return got != 0;
}

}  // namespace triclave::rows
