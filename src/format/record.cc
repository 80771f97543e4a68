#include "format/record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/integers.h"

namespace triclave::format {
namespace {

constexpr std::string_view kMagic = "triclave";

std::string_view name_of(std::uint16_t kind) {
  switch (kind) {
    case static_cast<std::uint16_t>(RecordKind::capsule):
      return "a capsule";
    case static_cast<std::uint16_t>(RecordKind::object):
      return "a sealed object";
    case static_cast<std::uint16_t>(RecordKind::table):
      return "a sealed table";
    case static_cast<std::uint16_t>(RecordKind::cells):
      return "the prefix of a batch of cells";
    case static_cast<std::uint16_t>(RecordKind::permit):
      return "a permit";
    case static_cast<std::uint16_t>(RecordKind::revocation):
      return "a permit's revocation";
    case static_cast<std::uint16_t>(RecordKind::erasure):
      return "an erasure certificate";
    default:
      return "a record of an unknown kind";
  }
}

}  // namespace

void put_preamble(Bytes& out, RecordKind kind) {
  const auto magic = as_bytes(kMagic);
  const auto kind_bytes = big_endian(static_cast<std::uint16_t>(kind));
  const auto version = big_endian(kVersion);
  out.insert(out.end(), magic.begin(), magic.end());
  out.insert(out.end(), kind_bytes.begin(), kind_bytes.end());
  out.insert(out.end(), version.begin(), version.end());
}

Result<void> check_preamble(ByteView bytes, RecordKind kind, std::string_view what) {
  const auto magic = as_bytes(kMagic);
  //= SPEC REC-01
  if (bytes.size() < kPreambleSize || !std::equal(magic.begin(), magic.end(), bytes.begin()))
    return fail(ErrorKind::malformed,
                fmt::format("{} is not a Triclave record: it does not begin with \"triclave\"", what));
  const auto found_kind = from_big_endian<std::uint16_t>(bytes.subspan(8));
  const auto version = from_big_endian<std::uint16_t>(bytes.subspan(10));
  //= SPEC REC-02
  if (version > kVersion)
    return fail(
        ErrorKind::unsupported,
        fmt::format("{} was written by a newer Triclave (format version {}, this program reads {}): update the program",
                    what, version, kVersion));
  if (version == 0)
    return fail(ErrorKind::malformed, fmt::format("{} has format version 0, which never existed", what));
  //= SPEC REC-03
  if (found_kind != static_cast<std::uint16_t>(kind))
    return fail(ErrorKind::malformed, fmt::format("{} is {}, where {} was expected", what, name_of(found_kind),
                                                  name_of(static_cast<std::uint16_t>(kind))));
  return {};
}

}  // namespace triclave::format
