// Many small objects in memory, sealed and opened in one go: their keys are derived several at a time.
#pragma once

#include <span>
#include <vector>

#include "cipher/cobblestone.h"
#include "envelope/frame.h"
#include "triclave/sealer.h"

namespace triclave::envelope {

// Objects that are sealed or opened in one go: their keys are alive at once.
inline constexpr std::size_t kObjectsAtOnce = 64;

// sealed[i] becomes objects[i] under a fresh id; its memory is used again. `header` is theirs but for id and name, and
// does not ask for a content signature. Names must be good ones.
Result<void> seal_objects(const cipher::InputKey& key, const Header& header, ByteView capsule,
                          std::span<const SmallObject> objects, std::vector<Bytes>& sealed);

// An object whose header has been read and accepted, with the key of its compartment. Its content is not signed.
struct WholeObject {
  const cipher::InputKey* key;
  StreamContext context;
  cipher::Prefix prefix;
  ByteView chunks;
  std::size_t plain_size;
};
// What a frame's object holds behind it. Errors: malformed (cut short or extended).
Result<WholeObject> whole_object(const cipher::InputKey& key, const Frame& frame, ByteView sealed);

// An answer for each, as many as there are objects, into opened[its place]; memory that stands there is used again.
// Errors: forged.
void open_objects(std::span<const WholeObject> objects, std::span<const std::size_t> places,
                  std::vector<Result<Bytes>>& opened);

}  // namespace triclave::envelope
