// Secret sharing as in RFC 9591, appendix C.1 (secret_share_shard, secret_share_combine), over the scalars of
// ristretto255: 32 bytes, little-endian, below the group's order. Everything runs in constant time but for counts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/guarded.h"
#include "triclave/error.h"

namespace triclave::keys {

inline constexpr std::size_t kScalarSize = 32;
inline constexpr unsigned kMaxShares = 16;
using Scalar = Secret<kScalarSize>;

// Uniform, not 0.
Scalar random_scalar();

// True where the 32 bytes are a scalar in canonical form, that is below the order, and not 0.
bool is_canonical_nonzero(std::span<const std::uint8_t, kScalarSize> bytes) noexcept;

// n shares, the i-th at x = i + 1, of which any k give `secret` back. Fresh uniform coefficients each time; a set with
// a share that came out 0 is drawn again. `secret` is canonical and not 0, 1 <= k <= n <= 16; other counts give no
// shares.
std::vector<Scalar> split(const Scalar& secret, unsigned k, unsigned n);

// secret_share_shard as the RFC writes it: the values at x = 1 .. n of the polynomial that begins with `secret` and
// goes on with `coefficients`. For split() and for known answers; n <= 16.
std::vector<Scalar> shard(const Scalar& secret, std::span<const Scalar> coefficients, unsigned n);

struct Share {
  std::uint8_t x = 0;  // 1 .. 16
  const Scalar* value = nullptr;
};

// The polynomial's value at 0 from the k shares with the lowest x; every further share must lie on the same polynomial.
// Values of 0 count like any others: they may come out of nodes within a tree. Only a dealt share may not be 0, and
// whoever is given one asks is_canonical_nonzero.
// Errors: invalid_argument (fewer than k shares, x of 0 or twice), malformed (not canonical), forged (a surplus share
// off the polynomial).
Result<Scalar> combine(std::span<const Share> shares, unsigned k);

}  // namespace triclave::keys
