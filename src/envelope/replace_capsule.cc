#include <algorithm>

#include "base/integers.h"
#include "base/try.h"
#include "envelope/frame.h"
#include "format/record.h"
#include "triclave/capsule.h"
#include "triclave/opener.h"

namespace triclave {
namespace {

// Bytes of `sealed` from `from` to `to`, or to its end.
Result<void> copy_bytes(Source& sealed, std::uint64_t from, std::uint64_t to, Sink& out) {
  Bytes buffer(1024 * 1024);
  while (from < to) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), to - from));
    TRICLAVE_TRY_ASSIGN(const std::size_t got, sealed.read_at(from, MutableBytes(buffer).first(wanted)));
    TRICLAVE_TRY(out.write(ByteView(buffer).first(got)));
    from += got;
    if (got < wanted) break;
  }
  return {};
}

}  // namespace

Result<void> replace_capsule(Source& sealed, ByteView record, Sink& out) {
  TRICLAVE_TRY_ASSIGN(const envelope::Frame frame, envelope::read_frame(sealed));
  TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, inspect_capsule(record));
  //= SPEC OBJ-02
  if (info.id != frame.header.capsule_id)
    return fail(ErrorKind::forged, "the object was sealed in another session than the capsule's");
  constexpr std::uint64_t kBeforeSize =
      format::kPreambleSize + 4;  // preamble, u32 header length; then u32 capsule length
  TRICLAVE_TRY(copy_bytes(sealed, 0, kBeforeSize, out));
  TRICLAVE_TRY(out.write(big_endian(static_cast<std::uint32_t>(record.size()))));
  TRICLAVE_TRY(copy_bytes(sealed, kBeforeSize + 4, frame.stream_offset - frame.capsule.size(), out));
  TRICLAVE_TRY(out.write(record));
  TRICLAVE_TRY(copy_bytes(sealed, frame.stream_offset, ~std::uint64_t{0}, out));
  return out.finish();
}

}  // namespace triclave
