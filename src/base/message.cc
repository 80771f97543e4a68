#include "base/message.h"

#include "base/hash.h"
#include "base/integers.h"

namespace triclave {

namespace {

ByteView view(const Field& field) { return field.bytes(); }
ByteView view(const Bytes& field) { return field; }

//= SPEC ENC-01, ENC-02
Bytes encode(const auto& fields) {
  std::size_t total = 0;
  for (const auto& field : fields) total += 4 + view(field).size();
  Bytes out;
  out.reserve(total);
  for (const auto& field : fields) {
    const ByteView bytes = view(field);
    const auto length = big_endian(static_cast<std::uint32_t>(bytes.size()));
    out.insert(out.end(), length.begin(), length.end());
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

}  // namespace

Bytes M(std::initializer_list<Field> fields) { return encode(fields); }
Bytes M(std::span<const Bytes> fields) { return encode(fields); }

Id hash_of(std::initializer_list<Field> fields) {
  Sha256 hash;
  for (const Field& field : fields) {
    hash.update(big_endian(static_cast<std::uint32_t>(field.bytes().size())));
    hash.update(field.bytes());
  }
  return hash.finish();
}

std::optional<std::vector<ByteView>> fields_of(ByteView bytes, std::size_t most) {
  std::vector<ByteView> out;
  while (!bytes.empty()) {
    if (bytes.size() < 4 || out.size() == most) return {};
    const auto length = from_big_endian<std::uint32_t>(bytes);
    bytes = bytes.subspan(4);
    if (length > bytes.size()) return {};
    out.push_back(bytes.first(length));
    bytes = bytes.subspan(length);
  }
  return out;
}

}  // namespace triclave
