#include "cipher/input_key.h"

#include <sodium.h>

#include <cstring>

namespace triclave::cipher {
namespace {

constexpr std::size_t kState = 64;

// libsodium's state, wiped: it lies on the stack and needs no allocation and no look-up by name.
class Hmac {
 public:
  explicit Hmac(std::span<const std::uint8_t, 32> key) { crypto_auth_hmacsha512_init(&state_, key.data(), key.size()); }
  // Goes on from where `key` has been hashed.
  explicit Hmac(const InputKey& key) {
    crypto_hash_sha512_init(&state_.ictx);
    state_.octx = state_.ictx;
    std::memcpy(state_.ictx.state, key.inner(), kState);
    std::memcpy(state_.octx.state, key.outer(), kState);
    state_.ictx.count[1] = state_.octx.count[1] = kBlockBits;
  }
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;
  ~Hmac() { sodium_memzero(&state_, sizeof state_); }

  const crypto_auth_hmacsha512_state& state() const { return state_; }
  void run(ByteView message, std::uint8_t* out) {
    crypto_auth_hmacsha512_update(&state_, message.data(), message.size());
    crypto_auth_hmacsha512_final(&state_, out);
  }

 private:
  static constexpr std::uint64_t kBlockBits = 1024;
  crypto_auth_hmacsha512_state state_;
};
static_assert(sizeof(crypto_hash_sha512_state::state) == kState);

}  // namespace

InputKey::InputKey(const Secret<32>& key) : bytes_(32 + 32 + 2 * kState) {
  const Hmac keyed(key.view());
  const MutableBytes bytes = bytes_.mutable_view();
  std::memcpy(bytes.data(), key.data(), 32);
  std::memcpy(bytes.data() + 64, keyed.state().ictx.state, kState);
  std::memcpy(bytes.data() + 128, keyed.state().octx.state, kState);
}

InputKey InputKey::copy() const {
  InputKey out;
  out.bytes_ = SecretBytes::copy_of(bytes_.view());
  return out;
}

void hmac_one_by_one(std::span<const MacJob> jobs) noexcept {
  for (const MacJob& job : jobs) Hmac(*job.key).run(job.message, job.out);
}

}  // namespace triclave::cipher
