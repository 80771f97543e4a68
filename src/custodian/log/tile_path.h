// The files of C2SP tlog-tiles: "checkpoint", "tile/0/x001/234", "tile/entries/005.p/17".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::custodian {

inline constexpr std::uint64_t kTileWidth = 256;

struct TilePath {
  enum class Kind : std::uint8_t { checkpoint, hashes, entries };
  Kind kind = Kind::checkpoint;
  unsigned level = 0;
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;
  bool operator==(const TilePath&) const = default;
};

// Errors: invalid_argument (no such path; ".." and the like are none).
Result<TilePath> parse_tile_path(std::string_view path);
std::string format_tile_path(const TilePath& path);

// The widest tile with these coordinates in a log of `size` entries; width 0: it has none.
TilePath tile_in(TilePath::Kind kind, unsigned level, std::uint64_t index, std::uint64_t size);

// All files of a log of `size` entries but the checkpoint, one after the other.
class TileWalk {
 public:
  explicit TileWalk(std::uint64_t size) : size_(size) {}
  // False at the end.
  bool next(TilePath& out);

 private:
  std::uint64_t size_;
  bool entries_ = true;
  unsigned level_ = 0;
  std::uint64_t index_ = 0;
};

// Entries with their u16 lengths. Errors: malformed (not exactly `width` entries).
Result<std::vector<ByteView>> parse_bundle(ByteView bytes, std::uint64_t width);
void put_bundled(Bytes& out, ByteView entry);

}  // namespace triclave::custodian
