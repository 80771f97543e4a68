#include "cli/record_kind.h"

#include "base/try.h"

namespace triclave::cli {

Result<FileKind> kind_of(Source& source) {
  std::array<std::uint8_t, 10> head{};
  TRICLAVE_TRY_ASSIGN(const std::size_t got, source.read_at(0, head));
  constexpr std::string_view kCapsule("triclave\x00\x01", 10), kTable("triclave\x00\x03", 10);
  const std::string_view found = as_text(ByteView(head).first(got));
  return found == kCapsule ? FileKind::capsule : found == kTable ? FileKind::table : FileKind::object;
}

}  // namespace triclave::cli
