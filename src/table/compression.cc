#include "table/compression.h"

#include <zstd.h>

#include <algorithm>
#include <array>

#include "base/integers.h"
#include "base/try.h"
#include "table/chunk.h"

namespace triclave::table {
namespace {

constexpr int kLevel = 3;
constexpr std::array<std::uint8_t, 4> kMagic = {0x28, 0xB5, 0x2F, 0xFD};
// Of one block of a frame, RFC 8878, sections 3.1.1.2 and 3.1.1.2.4: at least its header, and at most this plaintext.
constexpr std::uint64_t kBlockHeader = 3;
constexpr std::uint64_t kBlockContent = std::uint64_t{128} << 10;

// Compressing from memory to memory that is large enough fails for want of memory only.
Result<std::size_t> checked(std::size_t result) {
  if (ZSTD_isError(result) == 0) return result;
  return fail(ErrorKind::io, std::string("a column cannot be compressed: ") + ZSTD_getErrorName(result));
}

}  // namespace

Result<Bytes> compress(std::span<const ByteView> pieces, std::uint64_t size) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) return fail(ErrorKind::io, "a column cannot be compressed: there is no memory");
  TRICLAVE_TRY(checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel)));
  TRICLAVE_TRY(checked(ZSTD_CCtx_setPledgedSrcSize(context.get(), size)));
  const auto head = big_endian(size);
  Bytes out(head.size() + ZSTD_compressBound(static_cast<std::size_t>(size)));
  std::copy(head.begin(), head.end(), out.begin());
  ZSTD_outBuffer to{out.data(), out.size(), head.size()};
  for (const ByteView piece : pieces) {
    ZSTD_inBuffer from{piece.data(), piece.size(), 0};
    while (from.pos < from.size)
      TRICLAVE_TRY(checked(ZSTD_compressStream2(context.get(), &to, &from, ZSTD_e_continue)));
  }
  ZSTD_inBuffer none{nullptr, 0, 0};
  for (std::size_t left = 1; left != 0;) {
    TRICLAVE_TRY_ASSIGN(left, checked(ZSTD_compressStream2(context.get(), &to, &none, ZSTD_e_end)));
  }
  out.resize(to.pos);
  return out;
}

//= SPEC TAB-15
Result<Plain> decompress(ByteView compressed, BufferPool& pool) {
  if (compressed.size() < 8) return fail(ErrorKind::malformed, "a compressed chunk has no size");
  const auto size = from_big_endian<std::uint64_t>(compressed);
  const ByteView frame = compressed.subspan(8);
  if (size > kMaxChunk) return fail(ErrorKind::malformed, "a compressed chunk claims more than 1 GiB");
  // The library would take skippable frames, and frames older than the standard, too.
  if (frame.size() < kMagic.size() || !std::equal(kMagic.begin(), kMagic.end(), frame.begin()) ||
      ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
    return fail(ErrorKind::malformed, "a compressed chunk is not one Zstandard frame");
  // A frame of a few bytes is not worth a gigabyte's allocation.
  if (size > (frame.size() / kBlockHeader + 1) * kBlockContent)
    return fail(ErrorKind::malformed, "a compressed chunk claims more than its frame can hold");
  Plain out{pool.take(static_cast<std::size_t>(size)), static_cast<std::size_t>(size)};
  if (ZSTD_decompress(out.memory.get(), out.size, frame.data(), frame.size()) != out.size)
    return fail(ErrorKind::malformed, "a compressed chunk does not hold what it claims");
  return out;
}

}  // namespace triclave::table
