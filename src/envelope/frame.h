// The frame of a sealed object or of a segment of a sealed table: preamble, header, embedded capsule (SPEC.md sections
// 2, 7 and 10).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/labels.h"
#include "format/record.h"
#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/io.h"

namespace triclave::v1 {
class ObjectHeader;
}

namespace triclave::envelope {

inline constexpr std::size_t kMaxHeader = 64 * 1024;

struct Header {
  Id capsule_id{};
  std::array<std::uint8_t, 16> object_id{};
  std::string name;
  std::string dataset;
  std::vector<std::string> compartments;  // of the one stream that a byte object has, of each footer of a table
  bool content_signed = false;
  format::RecordKind kind = format::RecordKind::object;
  std::optional<Id> previous{};  // of a table's later segments: the hash of the header before
};

struct Frame {
  Header header;
  Id header_hash{};                 // over the header's bytes as received
  Bytes capsule;                    // the embedded record; empty: detached
  std::uint64_t stream_offset = 0;  // where the capsule ends, from the source's begin
};

// The bytes before the stream, and the hash that the stream's context needs.
struct WrittenFrame {
  Bytes bytes;
  Id header_hash{};
};
WrittenFrame write_frame(const Header& header, ByteView capsule);

// Frames of objects that have one header but for id and name, and the same capsule.
class FrameWriter {
 public:
  FrameWriter(const Header& header, ByteView capsule);
  ~FrameWriter();
  // Overwrites `out`, with room for as many bytes more as will come `behind`; returns the header's hash.
  Id write(const std::array<std::uint8_t, 16>& object_id, std::string_view name, Bytes& out, std::size_t behind = 0);

 private:
  std::unique_ptr<v1::ObjectHeader> message_;
  format::RecordKind kind_;
  ByteView capsule_;
};

// Reads front to back from `begin`, so that a pipe will do. Errors: malformed, unsupported, io.
Result<Frame> read_frame(Source& sealed, format::RecordKind kind = format::RecordKind::object, std::uint64_t begin = 0);

// Cobblestone context of stream `index`: M(label, header hash, index).
using StreamContext = std::array<std::uint8_t, 4 + label::kStream.size() + 4 + 32 + 4 + 4>;
StreamContext stream_context(const Id& header_hash, std::uint32_t index);

}  // namespace triclave::envelope
