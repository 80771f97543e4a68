#include "cli/record_kind.h"

#include "base/try.h"

namespace triclave::cli {

Result<FileKind> kind_of(Source& source) {
  std::array<std::uint8_t, 10> head{};
  TRICLAVE_TRY_ASSIGN(const std::size_t got, source.read_at(0, head));
  constexpr std::string_view kCapsule("triclave\x00\x01", 10);
  return as_text(ByteView(head).first(got)) == kCapsule ? FileKind::capsule : FileKind::object;
}

}  // namespace triclave::cli
