#include "keys/shamir.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/random.h"
#include "base/try.h"
#include "keys/declassify.h"

namespace triclave::keys {
namespace {

// The group's order, 2^252 + 27742317777372353535851937790883648493, little-endian.
constexpr std::array<std::uint8_t, kScalarSize> kOrder = {
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10};

// libsodium leaves copies of scalars on the stack; this many bytes below the caller's frame cover them.
constexpr std::size_t kStackUsed = 2048;

// Scalars that are not secret: functions of the x's alone.
using PublicScalar = std::array<std::uint8_t, kScalarSize>;

PublicScalar small(unsigned value) {
  PublicScalar out{};
  out[0] = static_cast<std::uint8_t>(value);
  return out;
}

// 1/n for n = 1 .. 16, at index n. Every denominator of Lagrange's formula is a product of differences of x's, so these
// few inverses, at 30 us each, are all that are ever needed.
const std::array<PublicScalar, kMaxShares + 1>& inverses() {
  static const auto table = [] {
    std::array<PublicScalar, kMaxShares + 1> out{};
    for (unsigned n = 1; n <= kMaxShares; ++n) {
      [[maybe_unused]] const int failed =  // only where n is 0
          crypto_core_ristretto255_scalar_invert(out[n].data(), small(n).data());
    }
    return out;
  }();
  return table;
}

// Lagrange's coefficient for the share at `xs[i]` of the polynomial's value at `x`:
// the product over j != i of (x - xs[j]) / (xs[i] - xs[j]).
PublicScalar lagrange(std::span<const std::uint8_t> xs, std::size_t i, unsigned x) {
  PublicScalar out = small(1);
  bool negative = false;
  for (std::size_t j = 0; j < xs.size(); ++j) {
    if (j == i) continue;
    const unsigned above = std::max<unsigned>(x, xs[j]) - std::min<unsigned>(x, xs[j]);
    const unsigned below = static_cast<unsigned>(std::max(xs[i], xs[j]) - std::min(xs[i], xs[j]));
    negative ^= (x < xs[j]) != (xs[i] < xs[j]);
    crypto_core_ristretto255_scalar_mul(out.data(), out.data(), small(above).data());
    crypto_core_ristretto255_scalar_mul(out.data(), out.data(), inverses()[below].data());
  }
  if (negative) crypto_core_ristretto255_scalar_negate(out.data(), out.data());
  return out;
}

// The value at `x` of the polynomial through `shares`, whose x's are `xs`.
Scalar interpolate(std::span<const Share> shares, std::span<const std::uint8_t> xs, unsigned x) {
  Scalar sum;
  Scalar term;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    crypto_core_ristretto255_scalar_mul(term.data(), shares[i].value->data(), lagrange(xs, i, x).data());
    crypto_core_ristretto255_scalar_add(sum.data(), sum.data(), term.data());
  }
  return sum;
}

// A uniform scalar, 0 included (RFC 9591, appendix D.2: 64 bytes, reduced).
Scalar uniform_scalar() {
  Secret<crypto_core_ristretto255_NONREDUCEDSCALARBYTES> wide;
  random_bytes(wide.mutable_view());
  Scalar out;
  crypto_core_ristretto255_scalar_reduce(out.data(), wide.data());
  return out;
}

// 1 where bytes < order, else 0: what is borrowed in the end of bytes - order, one byte at a time.
unsigned is_canonical(std::span<const std::uint8_t, kScalarSize> bytes) noexcept {
  unsigned borrow = 0;
  for (std::size_t i = 0; i < kScalarSize; ++i) borrow = ((unsigned{bytes[i]} - kOrder[i] - borrow) >> 8) & 1;
  return borrow;
}

bool is_zero(const Scalar& scalar) { return declassify(sodium_is_zero(scalar.data(), kScalarSize) == 1); }

Result<void> check_set(std::span<const Share> sorted, unsigned k) {
  if (k == 0 || k > kMaxShares) return fail(ErrorKind::invalid_argument, "a threshold must lie between 1 and 16");
  if (sorted.size() < k)
    return fail(ErrorKind::invalid_argument, "only " + std::to_string(sorted.size()) + " of the " + std::to_string(k) +
                                                 " shares that are needed are here");
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const unsigned x = sorted[i].x;
    if (x == 0 || x > kMaxShares || sorted[i].value == nullptr)
      return fail(ErrorKind::invalid_argument, "a share must have a position between 1 and 16 and a value");
    if (i != 0 && sorted[i - 1].x == x)
      return fail(ErrorKind::invalid_argument, "two shares claim position " + std::to_string(x));
  }
  return {};
}

}  // namespace

Scalar random_scalar() {
  for (;;) {
    Scalar out = uniform_scalar();
    if (!is_zero(out)) return out;
  }
}

//= SPEC ENC-05
bool is_canonical_nonzero(std::span<const std::uint8_t, kScalarSize> bytes) noexcept {
  const unsigned zero = static_cast<unsigned>(sodium_is_zero(bytes.data(), bytes.size()));
  return (is_canonical(bytes) & ~zero) != 0;
}

std::vector<Scalar> shard(const Scalar& secret, std::span<const Scalar> coefficients, unsigned n) {
  sodium_ready();
  std::vector<Scalar> shares(n);
  for (unsigned x = 1; x <= n; ++x) {
    Scalar& value = shares[x - 1];  // Horner's method, from the last coefficient down to the secret
    for (std::size_t i = coefficients.size() + 1; i-- > 0;) {
      const Scalar& term = i == 0 ? secret : coefficients[i - 1];
      crypto_core_ristretto255_scalar_mul(value.data(), value.data(), small(x).data());
      crypto_core_ristretto255_scalar_add(value.data(), value.data(), term.data());
    }
  }
  sodium_stackzero(kStackUsed);
  return shares;
}

//= SPEC SPL-01
std::vector<Scalar> split(const Scalar& secret, unsigned k, unsigned n) {
  if (k == 0 || k > n || n > kMaxShares) return {};
  for (;;) {
    std::vector<Scalar> coefficients;
    for (unsigned i = 1; i < k; ++i) coefficients.push_back(uniform_scalar());
    std::vector<Scalar> shares = shard(secret, coefficients, n);
    if (k == 1 || std::none_of(shares.begin(), shares.end(), is_zero)) return shares;
  }
}

//= SPEC SPL-02
Result<Scalar> combine(std::span<const Share> shares, unsigned k) {
  sodium_ready();
  std::vector<Share> sorted(shares.begin(), shares.end());
  std::sort(sorted.begin(), sorted.end(), [](const Share& a, const Share& b) { return a.x < b.x; });
  TRICLAVE_TRY(check_set(sorted, k));
  for (const Share& share : sorted)
    if (!declassify(is_canonical(share.value->view()) != 0))
      return fail(ErrorKind::malformed, "the share at position " + std::to_string(share.x) + " is not a scalar");

  const std::span<const Share> lowest(sorted.data(), k);
  std::vector<std::uint8_t> xs;
  for (const Share& share : lowest) xs.push_back(share.x);
  for (const Share& surplus : std::span<const Share>(sorted).subspan(k)) {
    const Scalar expected = interpolate(lowest, xs, surplus.x);
    if (!declassify(equal_constant_time(expected.view(), surplus.value->view())))
      return fail(ErrorKind::forged, "the share at position " + std::to_string(surplus.x) +
                                         " does not fit the others: whoever dealt these shares dealt wrong ones");
  }
  Scalar secret = interpolate(lowest, xs, 0);
  sodium_stackzero(kStackUsed);
  return secret;
}

}  // namespace triclave::keys
