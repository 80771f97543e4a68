// A whole capsule record, as it came and once more with its wraps made to name its core, which a changed core hides.
#include "base/text_codec.h"
#include "capsule/derive.h"
#include "capsule/record.h"
#include "format/capsule.pb.h"
#include "format/record.h"
#include "format/strict.h"
#include "harness.h"
#include "triclave/capsule.h"

using namespace triclave;

namespace {

void check(ByteView record) {
  const auto parsed = capsule::parse_capsule(record);
  const auto info = inspect_capsule(record);
  REQUIRE(parsed.has_value() == info.has_value());
  if (!parsed)
    return REQUIRE(fuzz::is_one_of(parsed.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}));
  REQUIRE(record.size() <= capsule::kMaxRecord);

  std::vector<const capsule::Signed*> wraps;
  std::vector<bool> current(parsed->wraps.size(), false);
  for (const auto& each : parsed->wraps) {
    REQUIRE(each.wrap.capsule_id == parsed->id);
    REQUIRE(wraps.empty() || each.wrap.generation > parsed->wraps[wraps.size() - 1].wrap.generation);
    wraps.push_back(&each.part);
  }
  REQUIRE(info->id == capsule::capsule_id(parsed->core_part.bytes));
  REQUIRE(info->compartments.size() == parsed->core.compartments.size());
  for (const auto& each : info->compartments) {
    const auto found = parsed->current(each.name);
    REQUIRE(found.wrap != nullptr && found.wrap->generation == each.generation && !each.tree.empty());
    for (std::size_t i = 0; i < current.size(); ++i)
      if (&parsed->wraps[i].wrap == found.wrap) current[i] = true;
  }
  REQUIRE(std::find(current.begin(), current.end(), false) == current.end());
  const auto again = capsule::serialize_capsule(parsed->core_part, wraps);
  REQUIRE(again && fuzz::same(*again, record));
}

Bytes repaired(ByteView record) {
  constexpr std::size_t kBody = format::kPreambleSize + 4;
  v1::Capsule message;
  if (record.size() < kBody || !message.ParseFromArray(record.data() + kBody, static_cast<int>(record.size() - kBody)))
    return {};
  const Id id = capsule::capsule_id(as_bytes(message.core()));
  std::vector<capsule::Signed> wraps;
  for (const auto& each : message.wraps()) {
    v1::Wrap wrap;
    if (!wrap.ParseFromString(each.wrap())) return {};
    wrap.set_capsule_id(id.data(), id.size());
    wraps.push_back({format::serialize(wrap), Bytes(each.signature().begin(), each.signature().end())});
  }
  std::vector<const capsule::Signed*> pointers;
  for (const auto& each : wraps) pointers.push_back(&each);
  const ByteView core = as_bytes(message.core()), signature = as_bytes(message.core_signature());
  return capsule::serialize_capsule({{core.begin(), core.end()}, {signature.begin(), signature.end()}}, pointers)
      .value_or(Bytes());
}

}  // namespace

FUZZ_TARGET(input) {
  check(input);
  check(repaired(input));
}
