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

constexpr std::size_t kMaxCompartments = 64;

std::string_view word(format::RecordKind kind) {
  return kind == format::RecordKind::table ? "sealed table" : "sealed object";
}

Result<Bytes> read_exactly(Source& source, std::uint64_t offset, std::size_t size, format::RecordKind kind,
                           std::string_view what) {
  Bytes out(size);
  TRICLAVE_TRY_ASSIGN(const std::size_t got, source.read_at(offset, out));
  if (got < size) return fail(ErrorKind::malformed, fmt::format("the {} is cut short inside its {}", word(kind), what));
  return out;
}

//= SPEC OBJ-01
Result<void> check_object(const Header& header) {
  if (header.compartments.size() != 1) return fail(ErrorKind::malformed, "a sealed byte object has exactly one stream");
  if (header.previous) return fail(ErrorKind::malformed, "a sealed byte object has no previous segment");
  return {};
}

//= SPEC TAB-02
Result<void> check_segment(const Header& header) {
  if (header.content_signed)
    return fail(ErrorKind::unsupported,
                "the table's content is signed, which a later Triclave may know: update the program");
  auto sorted = header.compartments;
  std::sort(sorted.begin(), sorted.end());
  //= SPEC LIM-01
  if (sorted.empty() || sorted.size() > kMaxCompartments)
    return fail(ErrorKind::malformed, "a sealed table has 1 to 64 compartments");
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    return fail(ErrorKind::malformed, "the table's header names a compartment twice");
  return {};
}

//= SPEC OBJ-01
Result<Header> parse_header(ByteView bytes, format::RecordKind kind) {
  TRICLAVE_TRY_ASSIGN(
      const v1::ObjectHeader message,
      format::parse_strict<v1::ObjectHeader>(bytes, kMaxHeader, fmt::format("the {}'s header", word(kind))));
  if (message.kind() != static_cast<std::uint32_t>(kind))
    return fail(ErrorKind::malformed, "the object's header says that it is of another kind than its record");
  Header out;
  out.kind = kind;
  if (message.capsule_id().size() != out.capsule_id.size() || message.object_id().size() != out.object_id.size())
    return fail(ErrorKind::malformed, "an id in the object's header has a wrong size");
  std::copy(message.capsule_id().begin(), message.capsule_id().end(), out.capsule_id.begin());
  std::copy(message.object_id().begin(), message.object_id().end(), out.object_id.begin());
  out.name = message.name();
  if (!out.name.empty() && !is_text(out.name, kMaxObjectName))
    return fail(ErrorKind::malformed, "the object's name is too long or holds control characters");
  out.dataset = message.dataset();
  out.compartments.assign(message.streams().begin(), message.streams().end());
  if (!is_name(out.dataset) || !std::all_of(out.compartments.begin(), out.compartments.end(), is_name))
    return fail(ErrorKind::malformed, "a dataset or compartment in the object's header is not a name of [a-z0-9._-]");
  out.content_signed = message.signed_();
  if (const std::string& previous = message.previous(); !previous.empty()) {
    if (previous.size() != Id{}.size())
      return fail(ErrorKind::malformed, "the previous segment's hash has a wrong size");
    std::copy(previous.begin(), previous.end(), out.previous.emplace().begin());
  }
  TRICLAVE_TRY(kind == format::RecordKind::table ? check_segment(out) : check_object(out));
  return out;
}

}  // namespace

WrittenFrame write_frame(const Header& header, ByteView capsule) {
  v1::ObjectHeader message;
  message.set_kind(static_cast<std::uint32_t>(header.kind));
  message.set_capsule_id(std::string(header.capsule_id.begin(), header.capsule_id.end()));
  message.set_object_id(std::string(header.object_id.begin(), header.object_id.end()));
  message.set_name(header.name);
  message.set_dataset(header.dataset);
  for (const std::string& compartment : header.compartments) message.add_streams(compartment);
  message.set_signed_(header.content_signed);
  if (header.previous) message.set_previous(std::string(header.previous->begin(), header.previous->end()));
  const Bytes encoded = format::serialize(message);
  WrittenFrame out;
  out.header_hash = sha256(encoded);
  out.bytes.reserve(kLengths + encoded.size() + capsule.size());
  format::put_preamble(out.bytes, header.kind);
  for (const std::size_t length : {encoded.size(), capsule.size()}) {
    const auto field = big_endian(static_cast<std::uint32_t>(length));
    out.bytes.insert(out.bytes.end(), field.begin(), field.end());
  }
  out.bytes.insert(out.bytes.end(), encoded.begin(), encoded.end());
  out.bytes.insert(out.bytes.end(), capsule.begin(), capsule.end());
  return out;
}

Result<Frame> read_frame(Source& sealed, format::RecordKind kind, std::uint64_t begin) {
  TRICLAVE_TRY_ASSIGN(const Bytes lengths, read_exactly(sealed, begin, kLengths, kind, "first 20 bytes"));
  TRICLAVE_TRY(format::check_preamble(lengths, kind, fmt::format("the {}", word(kind))));
  const auto header_size = from_big_endian<std::uint32_t>(ByteView(lengths).subspan(format::kPreambleSize));
  const auto capsule_size = from_big_endian<std::uint32_t>(ByteView(lengths).subspan(format::kPreambleSize + 4));
  //= SPEC LIM-01
  if (header_size == 0 || header_size > kMaxHeader || capsule_size > capsule::kMaxRecord)
    return fail(ErrorKind::malformed,
                fmt::format("the object claims a header of {} and a capsule of {} bytes; the format allows {} and {}",
                            header_size, capsule_size, kMaxHeader, capsule::kMaxRecord));
  TRICLAVE_TRY_ASSIGN(const Bytes header, read_exactly(sealed, begin + kLengths, header_size, kind, "header"));
  Frame out;
  TRICLAVE_TRY_ASSIGN(out.header, parse_header(header, kind));
  out.header_hash = sha256(header);
  TRICLAVE_TRY_ASSIGN(out.capsule, read_exactly(sealed, begin + kLengths + header_size, capsule_size, kind, "capsule"));
  out.stream_offset = begin + kLengths + header_size + capsule_size;
  return out;
}

Bytes stream_context(const Id& header_hash, std::uint32_t index) { return M({label::kStream, header_hash, index}); }

}  // namespace triclave::envelope
