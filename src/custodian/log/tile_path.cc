#include "custodian/log/tile_path.h"

#include <fmt/format.h>

#include "base/integers.h"
#include "base/try.h"
#include "custodian/log/checkpoint.h"
#include "custodian/log/tree_proof.h"

namespace triclave::custodian {
namespace {

constexpr std::string_view kTile = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr unsigned kBitsPerLevel = 8;
// Above, a tile of even one hash stands over more entries than a log can have.
constexpr unsigned kMaxLevel = 7;

bool is_group(std::string_view part) { return part.size() == 3 && part.find_first_not_of("0123456789") == part.npos; }

// "x001/x234/067"; empty where it is none, or not the one spelling.
Result<std::uint64_t> parse_index(std::string_view text) {
  const auto refused = [] { return fail(ErrorKind::invalid_argument, "no tile's index"); };
  std::uint64_t out = 0;
  bool first = true;
  for (;;) {
    const std::size_t slash = text.find('/');
    std::string_view part = text.substr(0, slash);
    if (slash != text.npos) {
      if (part.substr(0, 1) != "x") return refused();
      part.remove_prefix(1);
    }
    if (!is_group(part) || out > kMaxTreeSize / 1000) return refused();
    if (first && slash != text.npos && part == "000") return refused();
    first = false;
    out = out * 1000 + static_cast<std::uint64_t>((part[0] - '0') * 100 + (part[1] - '0') * 10 + (part[2] - '0'));
    if (slash == text.npos) return out;
    text.remove_prefix(slash + 1);
  }
}

std::string format_index(std::uint64_t index) {
  std::string out = fmt::format("{:03}", index % 1000);
  while ((index /= 1000) != 0) out = fmt::format("x{:03}/{}", index % 1000, out);
  return out;
}

}  // namespace

//= SPEC LOG-12
Result<TilePath> parse_tile_path(std::string_view path) {
  const auto refused = [&] {
    return fail(ErrorKind::invalid_argument,
                "a log has no such file; C2SP tlog-tiles names checkpoint, tile/LEVEL/INDEX and tile/entries/INDEX");
  };
  if (path == "checkpoint") return TilePath{};
  if (path.substr(0, kTile.size()) != kTile) return refused();
  path.remove_prefix(kTile.size());
  const std::size_t slash = path.find('/');
  if (slash == path.npos) return refused();
  TilePath out;
  out.kind = TilePath::Kind::entries;
  if (path.substr(0, slash) != kEntries) {
    const auto level = parse_decimal(path.substr(0, slash));
    if (!level || *level > kMaxLevel) return refused();
    out.kind = TilePath::Kind::hashes;
    out.level = static_cast<unsigned>(*level);
  }
  path.remove_prefix(slash + 1);
  if (const std::size_t partial = path.find(".p/"); partial != path.npos) {
    const auto width = parse_decimal(path.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return refused();
    out.width = *width;
    path = path.substr(0, partial);
  }
  const auto index = parse_index(path);
  if (!index || *index > kMaxTreeSize >> (kBitsPerLevel * out.level) >> kBitsPerLevel) return refused();
  out.index = *index;
  return out;
}

std::string format_tile_path(const TilePath& path) {
  if (path.kind == TilePath::Kind::checkpoint) return "checkpoint";
  const std::string level = path.kind == TilePath::Kind::entries ? std::string(kEntries) : std::to_string(path.level);
  const std::string part = path.width == kTileWidth ? "" : fmt::format(".p/{}", path.width);
  return fmt::format("{}{}/{}{}", kTile, level, format_index(path.index), part);
}

TilePath tile_in(TilePath::Kind kind, unsigned level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t hashes = level > kMaxLevel ? 0 : size >> (kBitsPerLevel * level);
  const std::uint64_t begin = index * kTileWidth;
  return {kind, level, index, hashes <= begin ? 0 : std::min(kTileWidth, hashes - begin)};
}

bool TileWalk::next(TilePath& out) {
  for (;;) {
    out = tile_in(entries_ ? TilePath::Kind::entries : TilePath::Kind::hashes, level_, index_, size_);
    if (out.width != 0) {
      ++index_;
      return true;
    }
    if (!entries_ && index_ == 0) return false;
    index_ = 0;
    level_ += entries_ ? 0 : 1;
    entries_ = false;
  }
}

//= SPEC LOG-13
Result<std::vector<ByteView>> parse_bundle(ByteView bytes, std::uint64_t width) {
  std::vector<ByteView> out;
  while (!bytes.empty() && out.size() < width) {
    if (bytes.size() < 2) break;
    const auto size = from_big_endian<std::uint16_t>(bytes);
    if (bytes.size() - 2 < size) break;
    out.push_back(bytes.subspan(2, size));
    bytes = bytes.subspan(2 + std::size_t{size});
  }
  if (out.size() != width || !bytes.empty())
    return fail(ErrorKind::malformed, fmt::format("a bundle does not hold exactly {} entries", width));
  return out;
}

void put_bundled(Bytes& out, ByteView entry) {
  const auto size = big_endian(static_cast<std::uint16_t>(entry.size()));
  out.insert(out.end(), size.begin(), size.end());
  out.insert(out.end(), entry.begin(), entry.end());
}

}  // namespace triclave::custodian
