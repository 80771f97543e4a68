// AES-256-GCM of Intel's multi-buffer library: the fast engine on x86-64. The key state is its gcm_key_data. Its
// HMAC-SHA-512 works on 8 messages at once (AVX-512) or 4 (AVX2), one to a lane.
#include <intel-ipsec-mb.h>

#include <algorithm>
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
void forget(gcm_context_data& context) noexcept { wipe({reinterpret_cast<std::uint8_t*>(&context), sizeof context}); }

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

// Without a copy, which would read the pieces from memory before the cipher works on them, instead of while it does.
void seal_across(const std::uint8_t* state, const std::uint8_t* nonce, std::span<const ByteView> pieces,
                 std::uint8_t* out, std::uint8_t* tag) noexcept {
  ++use_count;
  const IMB_MGR& own = *manager();
  gcm_context_data context;
  own.gcm256_init(key_of(state), &context, nonce, nullptr, 0);
  for (const ByteView piece : pieces) {
    if (piece.empty()) continue;
    own.gcm256_enc_update(key_of(state), &context, out, piece.data(), piece.size());
    out += piece.size();
  }
  own.gcm256_enc_finalize(key_of(state), &context, tag, kTag);
  forget(context);
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

std::size_t open_many(const std::uint8_t* state, std::span<const Piece> pieces) noexcept {
  use_count += pieces.size();
  const auto function = manager()->gcm256_dec;
  gcm_context_data context;
  std::array<std::uint8_t, kTag> computed;
  std::size_t good = 0;
  for (; good < pieces.size(); ++good) {
    const Piece& each = pieces[good];
    function(key_of(state), &context, each.out, each.in, each.size, each.nonce, nullptr, 0, computed.data(), kTag);
    if (difference(computed.data(), each.in + each.size) != 0) break;
  }
  forget(context);
  wipe(computed);
  if (good != pieces.size())
    for (const Piece& each : pieces) wipe({each.out, each.size});
  return good;
}

// Where several lanes beat libsodium, which works on one message faster than a lane does.
bool has_lanes() noexcept { return manager()->used_arch >= IMB_ARCH_AVX2; }
constexpr std::size_t kLeastInLanes = 3;
constexpr std::size_t kMostInLanes = 16;

// This thread's own, in guarded memory, since the lanes stand in it: 200 KB, made when first needed in 0.2 ms.
IMB_MGR* lanes() noexcept {
  thread_local SecretBytes memory(imb_get_mb_mgr_size());
  thread_local IMB_MGR* const own = []() -> IMB_MGR* {
    IMB_MGR* fresh = imb_set_pointers_mb_mgr(memory.mutable_view().data(), 0, 1);
    if (fresh != nullptr) init_mb_mgr_auto(fresh, nullptr);
    return fresh;
  }();
  return own;
}

void run_lanes(IMB_MGR& own, std::span<const MacJob> jobs) noexcept {
  std::array<IMB_JOB, kMostInLanes> all{};
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    IMB_JOB& job = all[i];
    job.src = jobs[i].message.data();
    job.msg_len_to_hash_in_bytes = jobs[i].message.size();
    job.auth_tag_output = jobs[i].out;
    job.auth_tag_output_len_in_bytes = 64;
    job.hash_alg = IMB_AUTH_HMAC_SHA_512;
    job.u.HMAC._hashed_auth_key_xor_ipad = jobs[i].key->inner();
    job.u.HMAC._hashed_auth_key_xor_opad = jobs[i].key->outer();
  }
  IMB_SUBMIT_HASH_BURST(&own, all.data(), static_cast<std::uint32_t>(jobs.size()), IMB_AUTH_HMAC_SHA_512);
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if ((all[i].status & IMB_STATUS_COMPLETED_AUTH) == 0) hmac_one_by_one(jobs.subspan(i, 1));
}

void hmac(std::span<const MacJob> jobs) noexcept {
  IMB_MGR* const own = jobs.size() >= kLeastInLanes && has_lanes() ? lanes() : nullptr;
  while (own != nullptr && jobs.size() >= kLeastInLanes) {
    const std::size_t count = std::min(jobs.size(), kMostInLanes);
    run_lanes(*own, jobs.first(count));
    jobs = jobs.subspan(count);
  }
  hmac_one_by_one(jobs);
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
    .seal_across = seal_across,
    .open = open,
    .seal_many = seal_many,
    .open_many = open_many,
    .hmac = hmac,
    .uses = []() noexcept { return use_count; },
};

}  // namespace triclave::cipher
