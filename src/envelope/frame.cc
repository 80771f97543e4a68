#include "envelope/frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/integers.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/names.h"
#include "base/try.h"
#include "capsule/record.h"
#include "format/object.pb.h"
#include "format/record.h"
#include "format/strict.h"

namespace triclave::envelope {
namespace {

constexpr std::size_t kLengths = format::kPreambleSize + 8;  // preamble, u32 header length, u32 capsule length

Result<Bytes> read_exactly(Source& source, std::uint64_t offset, std::size_t size, std::string_view what) {
  Bytes out(size);
  TRICLAVE_TRY_ASSIGN(const std::size_t got, source.read_at(offset, out));
  if (got < size) return fail(ErrorKind::malformed, fmt::format("the sealed object is cut short inside its {}", what));
  return out;
}

//= SPEC OBJ-01
Result<Header> parse_header(ByteView bytes) {
  TRICLAVE_TRY_ASSIGN(const v1::ObjectHeader message,
                      format::parse_strict<v1::ObjectHeader>(bytes, kMaxHeader, "the sealed object's header"));
  if (message.kind() != static_cast<std::uint32_t>(format::RecordKind::object))
    return fail(ErrorKind::malformed, "the object's header says that it is of another kind than its record");
  Header out;
  if (message.capsule_id().size() != out.capsule_id.size() || message.object_id().size() != out.object_id.size())
    return fail(ErrorKind::malformed, "an id in the object's header has a wrong size");
  std::copy(message.capsule_id().begin(), message.capsule_id().end(), out.capsule_id.begin());
  std::copy(message.object_id().begin(), message.object_id().end(), out.object_id.begin());
  out.name = message.name();
  if (!out.name.empty() && !is_text(out.name, kMaxObjectName))
    return fail(ErrorKind::malformed, "the object's name is too long or holds control characters");
  out.dataset = message.dataset();
  if (message.streams_size() != 1) return fail(ErrorKind::malformed, "a sealed byte object has exactly one stream");
  out.compartment = message.streams(0);
  if (!is_name(out.dataset) || !is_name(out.compartment))
    return fail(ErrorKind::malformed, "a dataset or compartment in the object's header is not a name of [a-z0-9._-]");
  out.content_signed = message.signed_();
  return out;
}

}  // namespace

WrittenFrame write_frame(const Header& header, ByteView capsule) {
  v1::ObjectHeader message;
  message.set_kind(static_cast<std::uint32_t>(format::RecordKind::object));
  message.set_capsule_id(std::string(header.capsule_id.begin(), header.capsule_id.end()));
  message.set_object_id(std::string(header.object_id.begin(), header.object_id.end()));
  message.set_name(header.name);
  message.set_dataset(header.dataset);
  message.add_streams(header.compartment);
  message.set_signed_(header.content_signed);
  const Bytes encoded = format::serialize(message);
  WrittenFrame out;
  out.header_hash = sha256(encoded);
  out.bytes.reserve(kLengths + encoded.size() + capsule.size());
  format::put_preamble(out.bytes, format::RecordKind::object);
  for (const std::size_t length : {encoded.size(), capsule.size()}) {
    const auto field = big_endian(static_cast<std::uint32_t>(length));
    out.bytes.insert(out.bytes.end(), field.begin(), field.end());
  }
  out.bytes.insert(out.bytes.end(), encoded.begin(), encoded.end());
  out.bytes.insert(out.bytes.end(), capsule.begin(), capsule.end());
  return out;
}

Result<Frame> read_frame(Source& sealed) {
  TRICLAVE_TRY_ASSIGN(const Bytes lengths, read_exactly(sealed, 0, kLengths, "first 20 bytes"));
  TRICLAVE_TRY(format::check_preamble(lengths, format::RecordKind::object, "the sealed object"));
  const auto header_size = from_big_endian<std::uint32_t>(ByteView(lengths).subspan(format::kPreambleSize));
  const auto capsule_size = from_big_endian<std::uint32_t>(ByteView(lengths).subspan(format::kPreambleSize + 4));
  //= SPEC LIM-01
  if (header_size == 0 || header_size > kMaxHeader || capsule_size > capsule::kMaxRecord)
    return fail(ErrorKind::malformed,
                fmt::format("the object claims a header of {} and a capsule of {} bytes; the format allows {} and {}",
                            header_size, capsule_size, kMaxHeader, capsule::kMaxRecord));
  TRICLAVE_TRY_ASSIGN(const Bytes header, read_exactly(sealed, kLengths, header_size, "header"));
  Frame out;
  TRICLAVE_TRY_ASSIGN(out.header, parse_header(header));
  out.header_hash = sha256(header);
  TRICLAVE_TRY_ASSIGN(out.capsule, read_exactly(sealed, kLengths + header_size, capsule_size, "capsule"));
  out.stream_offset = kLengths + header_size + capsule_size;
  return out;
}

Bytes stream_context(const Id& header_hash, std::uint32_t index) { return M({label::kStream, header_hash, index}); }

}  // namespace triclave::envelope
