#include "envelope/frame.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/integers.h"
#include "base/labels.h"
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
  return kind == format::RecordKind::table ? "the sealed table" : "the sealed object";
}

Result<void> read_exactly(Source& source, std::uint64_t offset, MutableBytes out, format::RecordKind kind,
                          std::string_view what) {
  TRICLAVE_TRY_ASSIGN(const std::size_t got, source.read_at(offset, out));
  if (got < out.size())
    return fail(ErrorKind::malformed, fmt::format("{} is cut short inside its {}", word(kind), what));
  return {};
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
      format::parse_strict<v1::ObjectHeader>(bytes, kMaxHeader,
                                             kind == format::RecordKind::table ? "the sealed table's header"
                                                                               : "the sealed object's header"));
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

FrameWriter::FrameWriter(const Header& header, ByteView capsule)
    : message_(std::make_unique<v1::ObjectHeader>()), kind_(header.kind), capsule_(capsule) {
  message_->set_kind(static_cast<std::uint32_t>(header.kind));
  message_->set_capsule_id(header.capsule_id.data(), header.capsule_id.size());
  message_->set_dataset(header.dataset);
  for (const std::string& compartment : header.compartments) message_->add_streams(compartment);
  message_->set_signed_(header.content_signed);
  if (header.previous) message_->set_previous(header.previous->data(), header.previous->size());
}
FrameWriter::~FrameWriter() = default;

Id FrameWriter::write(const std::array<std::uint8_t, 16>& object_id, std::string_view name, Bytes& out,
                      std::size_t behind) {
  message_->set_object_id(object_id.data(), object_id.size());
  message_->set_name(name.data(), name.size());
  const Bytes encoded = format::serialize(*message_);
  out.clear();
  out.reserve(kLengths + encoded.size() + capsule_.size() + behind);
  format::put_preamble(out, kind_);
  for (const std::size_t length : {encoded.size(), capsule_.size()}) {
    const auto field = big_endian(static_cast<std::uint32_t>(length));
    out.insert(out.end(), field.begin(), field.end());
  }
  out.insert(out.end(), encoded.begin(), encoded.end());
  out.insert(out.end(), capsule_.begin(), capsule_.end());
  return sha256(encoded);
}

WrittenFrame write_frame(const Header& header, ByteView capsule) {
  WrittenFrame out;
  out.header_hash = FrameWriter(header, capsule).write(header.object_id, header.name, out.bytes);
  return out;
}

Result<Frame> read_frame(Source& sealed, format::RecordKind kind, std::uint64_t begin) {
  std::array<std::uint8_t, kLengths> lengths;
  TRICLAVE_TRY(read_exactly(sealed, begin, lengths, kind, "first 20 bytes"));
  TRICLAVE_TRY(format::check_preamble(lengths, kind, word(kind)));
  const auto header_size = from_big_endian<std::uint32_t>(ByteView(lengths).subspan(format::kPreambleSize));
  const auto capsule_size = from_big_endian<std::uint32_t>(ByteView(lengths).subspan(format::kPreambleSize + 4));
  //= SPEC LIM-01
  if (header_size == 0 || header_size > kMaxHeader || capsule_size > capsule::kMaxRecord)
    return fail(ErrorKind::malformed,
                fmt::format("the object claims a header of {} and a capsule of {} bytes; the format allows {} and {}",
                            header_size, capsule_size, kMaxHeader, capsule::kMaxRecord));
  Bytes header(header_size);
  TRICLAVE_TRY(read_exactly(sealed, begin + kLengths, header, kind, "header"));
  Frame out;
  TRICLAVE_TRY_ASSIGN(out.header, parse_header(header, kind));
  out.header_hash = sha256(header);
  out.capsule.resize(capsule_size);
  TRICLAVE_TRY(read_exactly(sealed, begin + kLengths + header_size, out.capsule, kind, "capsule"));
  out.stream_offset = begin + kLengths + header_size + capsule_size;
  return out;
}

StreamContext stream_context(const Id& header_hash, std::uint32_t index) {
  // M(..) without its allocation: this is written for every object and column chunk.
  StreamContext out;
  auto at = out.begin();
  const auto put = [&](ByteView field) {
    at = std::ranges::copy(big_endian(static_cast<std::uint32_t>(field.size())), at).out;
    at = std::ranges::copy(field, at).out;
  };
  put(as_bytes(label::kStream));
  put(header_hash);
  put(big_endian(index));
  return out;
}

}  // namespace triclave::envelope
