// AES-256-GCM of Intel's multi-buffer library: the fast engine on x86-64. The key state is its gcm_key_data.
#include <intel-ipsec-mb.h>

#include <array>
#include <cstring>

#include "base/guarded.h"
#include "cipher/engine.h"

namespace triclave::cipher {
namespace {

static_assert(sizeof(gcm_key_data) <= kMaxStateSize);

constexpr std::size_t kTag = 16;

constinit thread_local std::uint64_t use_count = 0;

bool usable(IMB_MGR& manager) noexcept {
  // Without these two the library still works, but through tables whose timing tells the key.
  constexpr std::uint64_t kNeeded = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ;
  const std::uint64_t has = manager.features;
  const bool self_test_failed = (has & IMB_FEATURE_SELF_TEST) != 0 && (has & IMB_FEATURE_SELF_TEST_PASS) == 0;
  return imb_get_errno(&manager) == 0 && (has & kNeeded) == kNeeded && !self_test_failed;
}

// One for the process: its GCM functions keep nothing in it, so threads share it. Null where it cannot be used.
const IMB_MGR* manager() noexcept {
  static IMB_MGR* const shared = []() -> IMB_MGR* {
    IMB_MGR* fresh = alloc_mb_mgr(0);
    if (fresh == nullptr) return nullptr;
    init_mb_mgr_auto(fresh, nullptr);
    if (usable(*fresh)) return fresh;
    free_mb_mgr(fresh);
    return nullptr;
  }();
  return shared;
}

const gcm_key_data* key_of(const std::uint8_t* state) { return reinterpret_cast<const gcm_key_data*>(state); }

// It holds key stream.
void forget(gcm_context_data& context) noexcept {
  wipe({reinterpret_cast<std::uint8_t*>(&context), sizeof context});
}

void run(aes_gcm_enc_dec_t function, const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in,
         std::size_t size, std::uint8_t* out, std::uint8_t* tag) noexcept {
  ++use_count;
  gcm_context_data context;
  function(key_of(state), &context, out, in, size, nonce, nullptr, 0, tag, kTag);
  forget(context);
}

// 0 where the tags are the same; in constant time. Two words: a call into a library would cost a short message a tenth.
std::uint64_t difference(const std::uint8_t* one, const std::uint8_t* other) noexcept {
  std::array<std::uint64_t, 2> a, b;
  std::memcpy(a.data(), one, sizeof a);
  std::memcpy(b.data(), other, sizeof b);
  return (a[0] ^ b[0]) | (a[1] ^ b[1]);
}

void seal(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          std::uint8_t* out, std::uint8_t* tag) noexcept {
  run(manager()->gcm256_enc, state, nonce, in, size, out, tag);
}

bool open(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          const std::uint8_t* tag, std::uint8_t* out) noexcept {
  std::array<std::uint8_t, kTag> computed;
  run(manager()->gcm256_dec, state, nonce, in, size, out, computed.data());
  const bool fits = difference(computed.data(), tag) == 0;
  if (!fits) wipe({out, size});
  wipe(computed);  // the right tag of a forgery would make it pass
  return fits;
}

// What messages leave behind is wiped once for all of them.
void seal_many(const std::uint8_t* state, std::span<const Piece> pieces) noexcept {
  use_count += pieces.size();
  const auto function = manager()->gcm256_enc;
  gcm_context_data context;
  for (const Piece& each : pieces)
    function(key_of(state), &context, each.out, each.in, each.size, each.nonce, nullptr, 0, each.out + each.size, kTag);
  forget(context);
}

bool open_many(const std::uint8_t* state, std::span<const Piece> pieces) noexcept {
  use_count += pieces.size();
  const auto function = manager()->gcm256_dec;
  gcm_context_data context;
  std::array<std::uint8_t, kTag> computed;
  std::uint64_t differ = 0;
  for (const Piece& each : pieces) {
    function(key_of(state), &context, each.out, each.in, each.size, each.nonce, nullptr, 0, computed.data(), kTag);
    differ |= difference(computed.data(), each.in + each.size);
  }
  forget(context);
  wipe(computed);
  if (differ == 0) return true;
  for (const Piece& each : pieces) wipe({each.out, each.size});
  return false;
}

}  // namespace

constinit const Engine ipsec_mb_engine = {
    .name = "ipsec-mb",
    .runs_here = []() noexcept { return manager() != nullptr; },
    .state_size = sizeof(gcm_key_data),
    .expand =
        [](std::uint8_t* state, const std::uint8_t* key32) noexcept {
          manager()->gcm256_pre(key32, reinterpret_cast<gcm_key_data*>(state));
        },
    .seal = seal,
    .open = open,
    .seal_many = seal_many,
    .open_many = open_many,
    .uses = []() noexcept { return use_count; },
};

}  // namespace triclave::cipher
