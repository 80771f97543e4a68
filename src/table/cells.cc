#include "triclave/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/hkdf.h"
#include "base/integers.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/names.h"
#include "base/random.h"
#include "base/try.h"
#include "cipher/cobblestone.h"
#include "envelope/data_keys.h"
#include "format/record.h"

namespace triclave {
namespace {

using cipher::kTagSize;
using envelope::DataKeys;

constexpr std::size_t kSaltSize = 24;
constexpr std::size_t kNumberSize = 4;
constexpr std::size_t kCommitmentSize = 32;

// One batch's key, expanded, and the commitment to it.
struct BatchKey {
  BatchKey(const cipher::InputKey& data_key, ByteView salt, const Id& capsule_id, std::string_view dataset,
           std::string_view compartment, std::string_view column)
      : state(engine.state_size) {
    SecretBytes both(64);
    hkdf_sha512(both.mutable_view(), data_key.view(), salt,
                M({label::kCells, capsule_id, dataset, compartment, column}));
    engine.expand(state.mutable_view().data(), both.view().data());
    std::copy(both.view().begin() + 32, both.view().end(), commitment.begin());
  }

  const cipher::Engine& engine = cipher::best_engine();
  SecretBytes state;
  std::array<std::uint8_t, kCommitmentSize> commitment{};
};

// Up to 64 messages that the engine is given at once. Their nonces, zero but for the cells' numbers, are all written
// before the cipher loads the first: a processor makes it wait for what was just written in pieces of another width, as
// long as a cell's whole encryption takes.
class Run {
 public:
  static constexpr std::size_t kMost = 64;

  void add(const std::uint8_t* number, const std::uint8_t* in, std::size_t size, std::uint8_t* out) {
    std::copy_n(number, kNumberSize, nonces_[used_].end() - kNumberSize);
    pieces_[used_] = {nonces_[used_].data(), in, size, out};
    ++used_;
  }
  // Whether the run is full, or `left` says that nothing follows.
  bool complete(std::size_t left) const { return used_ == kMost || left == 0; }
  std::span<const cipher::Piece> take() { return std::span(pieces_).first(std::exchange(used_, 0)); }

 private:
  std::array<std::array<std::uint8_t, 12>, kMost> nonces_{};
  std::array<cipher::Piece, kMost> pieces_;
  std::size_t used_ = 0;
};

std::size_t count_of(CellsView view) { return view.offsets.empty() ? 0 : view.offsets.size() - 1; }

// That offsets ascend inside the bytes, and sizes lie between these; `wrong` tells of value i with a size that does
// not. All offsets are judged before any size: they are the caller's, sizes may be an attacker's.
template <class Wrong>
Result<void> check(CellsView view, std::size_t least, std::size_t most, Wrong&& wrong) {
  const std::size_t count = count_of(view);
  std::size_t odd = count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t begin = view.offsets[i], end = view.offsets[i + 1];
    if (begin > end || end > view.bytes.size())
      return fail(ErrorKind::invalid_argument, fmt::format("the offsets of value {} descend or leave the bytes", i));
    if (odd == count && (end - begin < least || end - begin > most)) odd = i;
  }
  if (odd != count) return wrong(odd, view.offsets[odd + 1] - view.offsets[odd]);
  return {};
}

// The bytes that `count` values and `around` more for each of them take.
Bytes& sized(Cells& out, std::size_t bytes, std::size_t count) {
  out.bytes.resize(bytes);
  out.offsets.resize(count + 1);
  out.offsets[0] = 0;
  return out.bytes;
}

}  // namespace

Cells Cells::one(ByteView value) { return {Bytes(value.begin(), value.end()), {0, value.size()}}; }

struct CellSealer::Impl {
  BatchKey key;
  std::array<std::uint8_t, kCellPrefixSize> prefix{};
  std::uint64_t next = 0;
};

Result<CellSealer> CellSealer::make(const Sealer& sealer, std::string_view compartment, std::string_view column) {
  const cipher::InputKey* data_key = DataKeys::find(sealer, compartment);
  if (data_key == nullptr)
    return fail(ErrorKind::invalid_argument, fmt::format("this sealing session has no compartment {}", compartment));
  if (!column.empty() && !is_text(column, kMaxObjectName))
    return fail(ErrorKind::invalid_argument,
                "a column's name is UTF-8 of at most 1,024 bytes, without control characters");
  //= SPEC CEL-01
  const auto salt = random_array<kSaltSize>();
  auto impl = std::make_unique<Impl>(
      Impl{{*data_key, salt, sealer.capsule_id(), DataKeys::dataset(sealer), compartment, column}});
  Bytes prefix;
  format::put_preamble(prefix, format::RecordKind::cells);
  prefix.insert(prefix.end(), sealer.capsule_id().begin(), sealer.capsule_id().end());
  prefix.insert(prefix.end(), salt.begin(), salt.end());
  prefix.insert(prefix.end(), impl->key.commitment.begin(), impl->key.commitment.end());
  std::copy(prefix.begin(), prefix.end(), impl->prefix.begin());
  return CellSealer(std::move(impl));
}

CellSealer::CellSealer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CellSealer::CellSealer(CellSealer&&) noexcept = default;
CellSealer& CellSealer::operator=(CellSealer&&) noexcept = default;
CellSealer::~CellSealer() = default;

const std::array<std::uint8_t, kCellPrefixSize>& CellSealer::prefix() const noexcept { return impl_->prefix; }

Result<void> CellSealer::seal(CellsView values, Cells& out) {
  const std::size_t count = count_of(values);
  //= SPEC CEL-01
  if (count > (std::uint64_t{1} << 32) - impl_->next)
    return fail(ErrorKind::invalid_argument, "a batch has at most 4,294,967,296 cells: begin another");
  TRICLAVE_TRY(check(values, 0, kMaxCellValue, [](std::size_t i, std::uint64_t) {
    return fail(ErrorKind::invalid_argument, fmt::format("value {} has more than 1 MiB, which a cell cannot", i));
  }));
  const std::uint64_t plain = count != 0 ? values.offsets[count] - values.offsets[0] : 0;
  std::uint8_t* to = sized(out, static_cast<std::size_t>(plain + count * kCellOverhead), count).data();
  Run run;
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = big_endian(static_cast<std::uint32_t>(impl_->next++));
    const auto size = static_cast<std::size_t>(values.offsets[i + 1] - values.offsets[i]);
    std::copy(number.begin(), number.end(), to);
    run.add(number.data(), values.bytes.data() + values.offsets[i], size, to + kNumberSize);
    if (run.complete(count - i - 1)) impl_->key.engine.seal_many(impl_->key.state.view().data(), run.take());
    to += size + kCellOverhead;
    out.offsets[i + 1] = out.offsets[i] + size + kCellOverhead;
  }
  return {};
}

struct CellOpener::Impl {
  BatchKey key;

  Result<void> open(CellsView cells, Cells& out) const;
};

Result<CellOpener> CellOpener::make(Opener& opener, ByteView prefix, std::string_view compartment,
                                    std::string_view column) {
  //= SPEC CEL-02
  TRICLAVE_TRY(format::check_preamble(prefix, format::RecordKind::cells, "the prefix of a batch of cells"));
  if (prefix.size() != kCellPrefixSize)
    return fail(ErrorKind::malformed,
                fmt::format("the prefix of a batch of cells has {} bytes, not 100", prefix.size()));
  Id capsule_id{};
  ByteView rest = prefix.subspan(format::kPreambleSize);
  std::copy_n(rest.begin(), capsule_id.size(), capsule_id.begin());
  const std::string name(compartment);
  TRICLAVE_TRY_ASSIGN(const std::string dataset, DataKeys::dataset(opener, capsule_id));
  TRICLAVE_TRY(opener.unlock(capsule_id, std::span(&name, 1)));
  const ByteView salt = rest.subspan(capsule_id.size(), kSaltSize);
  const ByteView commitment = rest.subspan(capsule_id.size() + kSaltSize);
  auto impl = std::make_unique<Impl>(
      Impl{{*DataKeys::find(opener, capsule_id, compartment), salt, capsule_id, dataset, compartment, column}});
  if (!equal_constant_time(impl->key.commitment, commitment))
    return fail(
        ErrorKind::forged,
        fmt::format("the batch of cells was not sealed for column {} of compartment {}, or its prefix was changed",
                    column, compartment));
  return CellOpener(std::move(impl));
}

CellOpener::CellOpener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CellOpener::CellOpener(CellOpener&&) noexcept = default;
CellOpener& CellOpener::operator=(CellOpener&&) noexcept = default;
CellOpener::~CellOpener() = default;

Result<void> CellOpener::Impl::open(CellsView cells, Cells& out) const {
  const std::size_t count = count_of(cells);
  TRICLAVE_TRY(check(cells, kCellOverhead, kMaxCellValue + kCellOverhead, [](std::size_t i, std::uint64_t size) {
    return fail(ErrorKind::malformed, fmt::format("cell {} has {} bytes, which no cell has", i, size));
  }));
  const std::uint64_t sealed = count != 0 ? cells.offsets[count] - cells.offsets[0] : 0;
  std::uint8_t* to = sized(out, static_cast<std::size_t>(sealed - count * kCellOverhead), count).data();
  Run run;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const cell = cells.bytes.data() + cells.offsets[i];
    const auto size = static_cast<std::size_t>(cells.offsets[i + 1] - cells.offsets[i]) - kCellOverhead;
    run.add(cell, cell + kNumberSize, size, to);
    to += size;
    out.offsets[i + 1] = out.offsets[i] + size;
    if (!run.complete(count - i - 1)) continue;
    const auto pieces = run.take();
    const std::size_t good = key.engine.open_many(key.state.view().data(), pieces);
    if (good != pieces.size())
      return fail(ErrorKind::forged,
                  fmt::format("cell {} was changed, or is of another batch", i + 1 - pieces.size() + good));
  }
  return {};
}

Result<void> CellOpener::open(CellsView cells, Cells& out) const {
  auto opened = impl_->open(cells, out);
  if (!opened) {
    wipe(out.bytes);
    out = {};
  }
  return opened;
}

}  // namespace triclave
