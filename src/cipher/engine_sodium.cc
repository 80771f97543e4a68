// libsodium's AES-256-GCM, for CPUs with AES instructions: the slowest of the three, and the one that shares no code
// with the others, which makes it their judge. The key state is its own.
#include <sodium.h>

#include "base/guarded.h"
#include "cipher/engine.h"

namespace triclave::cipher {
namespace {

using State = crypto_aead_aes256gcm_state;
static_assert(sizeof(State) <= kMaxStateSize);

constinit thread_local std::uint64_t use_count = 0;

const State* key_of(const std::uint8_t* state) { return reinterpret_cast<const State*>(state); }

bool runs_here() noexcept {
  sodium_ready();
  return crypto_aead_aes256gcm_is_available() != 0;
}

// Where nothing is to be read or written, `tag` stands in: an empty span's pointer may be null, and libsodium declares
// null away.
void seal(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          std::uint8_t* out, std::uint8_t* tag) noexcept {
  ++use_count;
  crypto_aead_aes256gcm_encrypt_detached_afternm(size != 0 ? out : tag, tag, nullptr, in, size, nullptr, 0, nullptr,
                                                 nonce, key_of(state));
}

void seal_across(const std::uint8_t* state, const std::uint8_t* nonce, std::span<const ByteView> pieces,
                 std::uint8_t* out, std::uint8_t* tag) noexcept {
  seal(state, nonce, out, gather(pieces, out), out, tag);
}

bool open(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          const std::uint8_t* tag, std::uint8_t* out) noexcept {
  ++use_count;
  const bool fits = crypto_aead_aes256gcm_decrypt_detached_afternm(out, nullptr, size != 0 ? in : tag, size, tag,
                                                                   nullptr, 0, nonce, key_of(state)) == 0;
  if (!fits) wipe({out, size});
  return fits;
}

}  // namespace

constinit const Engine sodium_engine = {
    .name = "libsodium",
    .runs_here = runs_here,
    .state_size = sizeof(State),
    .expand =
        [](std::uint8_t* state, const std::uint8_t* key32) noexcept {
          crypto_aead_aes256gcm_beforenm(reinterpret_cast<State*>(state), key32);
        },
    .seal = seal,
    .seal_across = seal_across,
    .open = open,
    .seal_many = seal_each<seal>,
    .open_many = open_each<open>,
    .hmac = hmac_one_by_one,
    .uses = []() noexcept { return use_count; },
};

}  // namespace triclave::cipher
