// Sealed cells: single values for what must live in a database's column (SPEC.md section 11). A batch has one key and a
// prefix of 100 bytes, which is kept once, beside its cells; each cell is 20 bytes longer than its value.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/opener.h"
#include "triclave/sealer.h"

namespace triclave {

// Values or cells, one behind the other: value i is bytes[offsets[i]] to bytes[offsets[i + 1]].
struct CellsView {
  ByteView bytes;
  std::span<const std::uint64_t> offsets;  // one more than there are values; empty: no values
};
struct Cells {
  Bytes bytes;
  std::vector<std::uint64_t> offsets;

  operator CellsView() const { return {bytes, offsets}; }  // NOLINT: a view of what is held
  TRICLAVE_EXPORT static Cells one(ByteView value);
};

inline constexpr std::size_t kCellPrefixSize = 100;
inline constexpr std::size_t kCellOverhead = 20;                    // u32 number, tag of 16 bytes
inline constexpr std::size_t kMaxCellValue = std::size_t{1} << 20;  // bytes

class TRICLAVE_EXPORT CellSealer {
 public:
  // A new batch, bound to the session's dataset, the compartment and the column. Errors: invalid_argument.
  static Result<CellSealer> make(const Sealer& sealer, std::string_view compartment, std::string_view column);
  CellSealer(CellSealer&&) noexcept;
  CellSealer& operator=(CellSealer&&) noexcept;
  ~CellSealer();

  const std::array<std::uint8_t, kCellPrefixSize>& prefix() const noexcept;
  // Seals the values under the batch's next numbers; `out` is overwritten, its memory is used again. Errors:
  // invalid_argument (offsets that descend or leave the bytes, a value over 1 MiB, over 2^32 cells in a batch).
  Result<void> seal(CellsView values, Cells& out);

 private:
  struct Impl;
  explicit CellSealer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class TRICLAVE_EXPORT CellOpener {
 public:
  // Opens the batch with this prefix; its capsule must be known to `opener`, and the compartment is unlocked unless it
  // is. Errors: all kinds; forged where the prefix is of another column, compartment or dataset.
  static Result<CellOpener> make(Opener& opener, ByteView prefix, std::string_view compartment,
                                 std::string_view column);
  CellOpener(CellOpener&&) noexcept;
  CellOpener& operator=(CellOpener&&) noexcept;
  ~CellOpener();

  // Any cells of the batch in any order; `out` is overwritten, and emptied where one of them fails. Errors: forged and
  // malformed, naming the cell's place in `cells`; invalid_argument (offsets).
  Result<void> open(CellsView cells, Cells& out) const;

 private:
  struct Impl;
  explicit CellOpener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace triclave
