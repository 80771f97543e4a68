// Protocol Buffers, read strictly: SPEC.md, "Strict messages". Protobuf itself lets a field come twice, in any order,
// padded or unknown; here one message has exactly one encoding, and what a message may cost is checked on its bytes
// before anything is allocated for it.
#pragma once

#include <google/protobuf/message.h>

#include <string_view>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::format {

inline constexpr int kMaxDepth = 24;              // nested messages
inline constexpr std::size_t kMaxFields = 65536;  // fields of a record in all, nested ones included; a table's footer:
inline constexpr std::size_t kMaxFooterFields = 1048576;

// Refuses (malformed) bytes that are not the one strict encoding of `type`; `what` names the thing in the message.
Result<void> check_strict(ByteView bytes, const google::protobuf::Descriptor& type, std::string_view what,
                          std::size_t max_fields = kMaxFields);

template <class Message>
Result<Message> parse_strict(ByteView bytes, std::size_t max_size, std::string_view what,
                             std::size_t max_fields = kMaxFields) {
  if (bytes.size() > max_size)
    return fail(ErrorKind::malformed,
                std::string(what) + " is larger than the format allows (" + std::to_string(max_size) + " bytes)");
  if (auto strict = check_strict(bytes, *Message::descriptor(), what, max_fields); !strict)
    return tl::unexpected(strict.error());
  Message out;
  if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(ErrorKind::malformed, std::string(what) + " cannot be parsed");
  return out;
}

// The strict encoding of a message built here.
Bytes serialize(const google::protobuf::Message& message);

}  // namespace triclave::format
