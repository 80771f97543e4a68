#include "envelope/object_batch.h"

#include <algorithm>

#include "base/random.h"
#include "base/try.h"
#include "envelope/object_source.h"

namespace triclave::envelope {
namespace {

std::size_t stream_size(ByteView plain) { return cipher::kPrefixSize + cipher::sealed_run_size(plain.size(), true); }

Result<void> seal_some(const cipher::InputKey& key, FrameWriter& frames, std::span<const SmallObject> objects,
                       std::span<Bytes> sealed) {
  std::array<std::array<std::uint8_t, 16>, kObjectsAtOnce> ids;
  std::array<StreamContext, kObjectsAtOnce> contexts;
  std::array<cipher::Message::Origin, kObjectsAtOnce> origins;
  //= SPEC OBJ-03
  random_bytes({ids.front().data(), objects.size() * ids.front().size()});
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Id hash = frames.write(ids[i], objects[i].name, sealed[i], stream_size(objects[i].plain));
    contexts[i] = stream_context(hash, 0);
    origins[i] = {&key, contexts[i]};
  }
  const auto messages = cipher::Message::create_all(std::span(origins).first(objects.size()));
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const ByteView plain = objects[i].plain;
    const std::size_t frame = sealed[i].size();
    sealed[i].resize(frame + stream_size(plain));
    const MutableBytes stream = MutableBytes(sealed[i]).subspan(frame);
    std::ranges::copy(messages[i].prefix(), stream.begin());
    TRICLAVE_TRY(messages[i].seal_run(0, plain, true, stream.subspan(cipher::kPrefixSize)));
  }
  return {};
}

void open_one(const cipher::Message& message, const WholeObject& object, Result<Bytes>& out) {
  if (!out) out.emplace();
  out->resize(object.plain_size);
  if (auto opened = message.open_run(0, object.chunks, true, *out); !opened)
    out = tl::unexpected(std::move(opened.error()));
}

}  // namespace

Result<void> seal_objects(const cipher::InputKey& key, const Header& header, ByteView capsule,
                          std::span<const SmallObject> objects, std::vector<Bytes>& sealed) {
  sealed.resize(objects.size());
  FrameWriter frames(header, capsule);
  for (std::size_t first = 0; first < objects.size(); first += kObjectsAtOnce) {
    const std::size_t count = std::min(objects.size() - first, kObjectsAtOnce);
    TRICLAVE_TRY(seal_some(key, frames, objects.subspan(first, count), std::span(sealed).subspan(first, count)));
  }
  return {};
}

Result<WholeObject> whole_object(const cipher::InputKey& key, const Frame& frame, ByteView sealed) {
  TRICLAVE_TRY_ASSIGN(const ObjectInfo info, object_info(frame, sealed.size()));
  WholeObject out{&key, stream_context(frame.header_hash, 0), {}, {}, static_cast<std::size_t>(*info.plain_size)};
  const ByteView stream = sealed.subspan(static_cast<std::size_t>(frame.stream_offset));
  std::ranges::copy(stream.first(cipher::kPrefixSize), out.prefix.begin());
  out.chunks = stream.subspan(cipher::kPrefixSize);
  return out;
}

void open_objects(std::span<const WholeObject> objects, std::span<const std::size_t> places,
                  std::vector<Result<Bytes>>& opened) {
  std::vector<cipher::Message::Origin> origins;
  std::vector<cipher::Prefix> prefixes;
  origins.reserve(objects.size());
  prefixes.reserve(objects.size());
  for (const WholeObject& each : objects) {
    origins.push_back({each.key, each.context});
    prefixes.push_back(each.prefix);
  }
  const auto messages = cipher::Message::open_all(origins, prefixes);
  for (std::size_t i = 0; i < objects.size(); ++i)
    if (messages[i])
      open_one(*messages[i], objects[i], opened[places[i]]);
    else
      opened[places[i]] = foreign_stream(messages[i].error().kind);
}

}  // namespace triclave::envelope
