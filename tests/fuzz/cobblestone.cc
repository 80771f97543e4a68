// A Cobblestone-256 message under a fixed key: whatever is done to it, a run that opens holds the chunks that were
// sealed at its place, and one that does not leaves nothing but zeros.
#include "cipher/cobblestone.h"

#include <algorithm>

#include "edits.h"
#include "harness.h"
#include "support/zero.h"

using namespace triclave;
using cipher::kPrefixSize;

namespace {

constexpr std::string_view kContext = "the fuzzer's message";

struct Sealed {
  Secret<32> key;
  Bytes plain = Bytes(2 * cipher::kChunkSize + 100);
  Bytes bytes;

  Sealed() {
    std::ranges::fill(key.mutable_view(), std::uint8_t{7});
    for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<std::uint8_t>(i * 31 >> 3);
    const auto message = cipher::Message::create(key, as_bytes(kContext));
    bytes.resize(kPrefixSize + cipher::sealed_run_size(plain.size(), true));
    std::ranges::copy(message.prefix(), bytes.begin());
    REQUIRE(message.seal_run(0, plain, true, MutableBytes(bytes).subspan(kPrefixSize)));
  }
};

void check_sizes(std::uint64_t size) {
  const auto plain = cipher::plain_size(size);
  if (plain) REQUIRE(cipher::sealed_size(*plain) == size);
  const auto sealed = cipher::sealed_size(size);
  if (sealed) REQUIRE(cipher::plain_size(*sealed) == size);
}

}  // namespace

// The first bytes say where a run begins, how long it is and whether it is the last; edits follow.
FUZZ_TARGET(input) {
  static const Sealed sealed;
  if (input.size() < 8) return;
  check_sizes(from_big_endian<std::uint64_t>(input));
  const std::uint64_t first = input[0] % 4;
  const bool last = input[1] % 2 != 0;
  const std::size_t chunks = input[2] % 4;
  const std::uint64_t numbered = input[3] % 8 == 0 ? first + 1 : first;

  const Bytes changed = fuzz::edited(sealed.bytes, input.subspan(8), cipher::kSealedChunkSize);
  if (changed.size() < kPrefixSize) return;
  cipher::Prefix prefix;
  std::copy_n(changed.begin(), kPrefixSize, prefix.begin());
  const auto message = cipher::Message::open(sealed.key, as_bytes(kContext), prefix);
  REQUIRE(message.has_value() == std::equal(prefix.begin(), prefix.end(), sealed.bytes.begin()));
  if (!message) return REQUIRE(fuzz::is_one_of(message.error(), {ErrorKind::forged}));

  ByteView run = ByteView(changed).subspan(kPrefixSize);
  run = run.subspan(std::min<std::size_t>(run.size(), first * cipher::kSealedChunkSize));
  if (!last) run = run.first(std::min(run.size(), chunks * cipher::kSealedChunkSize));
  const std::size_t tags = run.size() / cipher::kSealedChunkSize + (last ? 1 : 0);
  Bytes plain(run.size() - std::min(run.size(), tags * cipher::kTagSize), 0xAA);
  const auto opened = message->open_run(numbered, run, last, plain);
  if (opened) {
    const ByteView original =
        ByteView(sealed.plain).subspan(std::min<std::size_t>(sealed.plain.size(), numbered * cipher::kChunkSize));
    REQUIRE(plain.size() <= original.size() && fuzz::same(plain, original.first(plain.size())));
    REQUIRE(!last || plain.size() == original.size());
  } else {
    REQUIRE(fuzz::is_one_of(opened.error(), {ErrorKind::forged, ErrorKind::malformed}));
    REQUIRE(all_zero(plain));
  }
}
