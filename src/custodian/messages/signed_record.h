// What permits and revocations have in common: a preamble, then one strict message with a statement, its signer's key
// and the signature.
#pragma once

#include <string>
#include <string_view>

#include "format/record.h"
#include "format/strict.h"
#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/keys.h"

namespace triclave::custodian {

// Errors: malformed, unsupported.
template <class Message>
Result<Message> parse_record(ByteView record, format::RecordKind kind, std::size_t most, std::string_view what) {
  if (auto preamble = format::check_preamble(record, kind, what); !preamble) return tl::unexpected(preamble.error());
  return format::parse_strict<Message>(record.subspan(format::kPreambleSize), most - format::kPreambleSize, what);
}

Bytes write_record(format::RecordKind kind, const google::protobuf::Message& message);

// Whoever claims to have signed is the key's owner. Errors: forged.
Result<void> check_signer(const Verifier& key, const Id& claimed, std::string_view what);

template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed_bytes(ByteView bytes, std::string_view what) {
  if (bytes.size() != N)
    return fail(ErrorKind::malformed,
                std::string(what) + " has " + std::to_string(bytes.size()) + " bytes instead of " + std::to_string(N));
  std::array<std::uint8_t, N> out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
template <std::size_t N>
Result<std::array<std::uint8_t, N>> fixed_field(const std::string& field, std::string_view what) {
  return fixed_bytes<N>(as_bytes(field), what);
}

}  // namespace triclave::custodian
