// AES-256-GCM of Intel's multi-buffer library: the fast engine on x86-64. The key state is its gcm_key_data.
#include <intel-ipsec-mb.h>
#include <sodium.h>

#include <array>

#include "base/guarded.h"
#include "cipher/engine.h"

namespace triclave::cipher {
namespace {

static_assert(sizeof(gcm_key_data) <= kMaxStateSize);

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

void run(aes_gcm_enc_dec_t function, const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in,
         std::size_t size, std::uint8_t* out, std::uint8_t* tag) noexcept {
  ++use_count;
  gcm_context_data context;
  function(key_of(state), &context, out, in, size, nonce, nullptr, 0, tag, 16);
  wipe({reinterpret_cast<std::uint8_t*>(&context), sizeof context});  // holds key stream
}

void seal(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          std::uint8_t* out, std::uint8_t* tag) noexcept {
  run(manager()->gcm256_enc, state, nonce, in, size, out, tag);
}

bool open(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          const std::uint8_t* tag, std::uint8_t* out) noexcept {
  std::array<std::uint8_t, 16> computed;
  run(manager()->gcm256_dec, state, nonce, in, size, out, computed.data());
  const bool fits = crypto_verify_16(computed.data(), tag) == 0;  // constant time; a byte loop costs 2 % of the whole
  if (!fits) wipe({out, size});
  wipe(computed);  // the right tag of a forgery would make it pass
  return fits;
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
    .uses = []() noexcept { return use_count; },
};

}  // namespace triclave::cipher
