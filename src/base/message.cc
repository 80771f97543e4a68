#include "base/message.h"

#include "base/hash.h"
#include "base/integers.h"

namespace triclave {

//= SPEC ENC-01, ENC-02
Bytes M(std::initializer_list<Field> fields) {
  std::size_t total = 0;
  for (const Field& field : fields) total += 4 + field.bytes().size();
  Bytes out;
  out.reserve(total);
  for (const Field& field : fields) {
    const ByteView bytes = field.bytes();
    const auto length = big_endian(static_cast<std::uint32_t>(bytes.size()));
    out.insert(out.end(), length.begin(), length.end());
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

Id hash_of(std::initializer_list<Field> fields) {
  Sha256 hash;
  for (const Field& field : fields) {
    hash.update(big_endian(static_cast<std::uint32_t>(field.bytes().size())));
    hash.update(field.bytes());
  }
  return hash.finish();
}

}  // namespace triclave
