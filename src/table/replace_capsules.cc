#include <fmt/format.h>

#include <algorithm>

#include "base/integers.h"
#include "base/try.h"
#include "format/record.h"
#include "table/segments.h"
#include "triclave/capsule.h"
#include "triclave/table.h"

namespace triclave {
namespace {

Result<void> copy_bytes(Source& sealed, std::uint64_t from, std::uint64_t to, Sink& out) {
  Bytes buffer(1024 * 1024);
  while (from < to) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), to - from));
    TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed.read_at(from, MutableBytes(buffer).first(wanted)));
    if (got == 0) return fail(ErrorKind::io, "the sealed table became shorter while it was read");
    TRICLAVE_TRY(out.write(ByteView(buffer).first(got)));
    from += got;
  }
  return {};
}

}  // namespace

Result<void> replace_table_capsules(Source& sealed, std::span<const Bytes> records, Sink& out) {
  TRICLAVE_TRY_ASSIGN(const auto segments, table::read_segments(sealed));
  std::vector<Id> ids;
  for (const Bytes& record : records) {
    TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, inspect_capsule(record));
    ids.push_back(info.id);
  }
  constexpr std::uint64_t kBeforeSize = format::kPreambleSize + 4;  // preamble, u32 header length; then the capsule's
  for (const table::Segment& each : segments) {
    const auto found = std::find(ids.begin(), ids.end(), each.frame.header.capsule_id);
    const bool replaced = !each.frame.capsule.empty() && found != ids.end();
    const Bytes& record = replaced ? records[static_cast<std::size_t>(found - ids.begin())] : each.frame.capsule;
    TRICLAVE_TRY(copy_bytes(sealed, each.begin, each.begin + kBeforeSize, out));
    TRICLAVE_TRY(out.write(big_endian(static_cast<std::uint32_t>(record.size()))));
    TRICLAVE_TRY(
        copy_bytes(sealed, each.begin + kBeforeSize + 4, each.frame.stream_offset - each.frame.capsule.size(), out));
    TRICLAVE_TRY(out.write(record));
    TRICLAVE_TRY(copy_bytes(sealed, each.frame.stream_offset, each.begin + each.size - 8, out));
    TRICLAVE_TRY(out.write(big_endian(each.size - each.frame.capsule.size() + record.size())));
  }
  return out.finish();
}

}  // namespace triclave
