#include "support/forge.h"

#include <gtest/gtest.h>

#include "base/integers.h"
#include "base/labels.h"
#include "capsule/derive.h"
#include "format/record.h"
#include "format/strict.h"

namespace triclave::testing {
namespace {

std::string text(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

template <class Message>
Message parse(ByteView bytes) {
  Message out;
  EXPECT_TRUE(out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return out;
}

void append_length(Bytes& out, std::size_t length) {
  const auto field = big_endian(static_cast<std::uint32_t>(length));
  out.insert(out.end(), field.begin(), field.end());
}

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

v1::Capsule unpack(ByteView record) { return parse<v1::Capsule>(record.subspan(format::kPreambleSize + 4)); }

Bytes pack(const v1::Capsule& capsule) {
  Bytes out;
  const Bytes body = format::serialize(capsule);
  format::put_preamble(out, format::RecordKind::capsule);
  append_length(out, body.size());
  append(out, body);
  return out;
}

v1::Core core_of(ByteView record) { return parse<v1::Core>(as_bytes(unpack(record).core())); }

v1::Wrap wrap_of(ByteView record, int index) { return parse<v1::Wrap>(as_bytes(unpack(record).wraps(index).wrap())); }

Id id_of(ByteView record) { return capsule::capsule_id(as_bytes(unpack(record).core())); }

Bytes edit_capsule(ByteView record, const std::function<void(v1::Capsule&)>& edit) {
  v1::Capsule message = unpack(record);
  edit(message);
  return pack(message);
}

Bytes edit_core(ByteView record, const std::function<void(v1::Core&)>& edit, const Signer* signer) {
  v1::Core core = core_of(record);
  edit(core);
  const Bytes bytes = format::serialize(core);
  return edit_capsule(record, [&](v1::Capsule& message) {
    message.set_core(text(bytes));
    if (signer != nullptr) message.set_core_signature(text(signer->sign(role::kCore, bytes)));
  });
}

Bytes edit_core_and_follow(ByteView record, const std::function<void(v1::Core&)>& edit, const Signer& signer) {
  Bytes out = edit_core(record, edit, &signer);
  const Id id = id_of(out);
  for (int i = 0; i < unpack(out).wraps_size(); ++i)
    out = edit_wrap(
        out, [&](v1::Wrap& wrap) { wrap.set_capsule_id(text(id)); }, &signer, i);
  return out;
}

Bytes edit_wrap(ByteView record, const std::function<void(v1::Wrap&)>& edit, const Signer* signer, int index) {
  v1::Wrap wrap = wrap_of(record, index);
  edit(wrap);
  const Bytes bytes = format::serialize(wrap);
  return edit_capsule(record, [&](v1::Capsule& message) {
    message.mutable_wraps(index)->set_wrap(text(bytes));
    if (signer != nullptr) message.mutable_wraps(index)->set_signature(text(signer->sign(role::kWrap, bytes)));
  });
}

void edit_policy(v1::Wrap& wrap, int index, const std::function<void(v1::CompartmentPolicy&)>& edit) {
  auto policy = parse<v1::CompartmentPolicy>(as_bytes(wrap.compartments(index).policy()));
  edit(policy);
  wrap.mutable_compartments(index)->set_policy(text(format::serialize(policy)));
}

ObjectParts take_apart(ByteView object) {
  const auto header = from_big_endian<std::uint32_t>(object.subspan(12));
  const auto capsule = from_big_endian<std::uint32_t>(object.subspan(16));
  const ByteView body = object.subspan(20);
  const auto copy = [](ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); };
  return {parse<v1::ObjectHeader>(body.first(header)), copy(body.first(header)), copy(body.subspan(header, capsule)),
          copy(body.subspan(header + capsule))};
}

Bytes put_together(ByteView header_bytes, ByteView capsule, ByteView rest) {
  Bytes out;
  format::put_preamble(out, format::RecordKind::object);
  append_length(out, header_bytes.size());
  append_length(out, capsule.size());
  append(out, header_bytes);
  append(out, capsule);
  append(out, rest);
  return out;
}

Bytes edit_header(ByteView object, const std::function<void(v1::ObjectHeader&)>& edit) {
  ObjectParts parts = take_apart(object);
  edit(parts.header);
  return put_together(format::serialize(parts.header), parts.capsule, parts.rest);
}

}  // namespace triclave::testing
