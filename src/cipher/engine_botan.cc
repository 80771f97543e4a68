// Botan's AES-256-GCM: the portable engine. The key state is the key itself, since Botan's objects cannot live in
// caller's memory and serve one thread at a time: each thread keeps a pair of them, keyed for one message and cleared
// behind it, so that no key outlives its state. That costs a tenth of the speed on 16 KiB.
#include <botan/aead.h>

#include <cstring>

#include "base/guarded.h"
#include "base/thread_kept.h"
#include "cipher/engine.h"

namespace triclave::cipher {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTag = 16;

constinit thread_local std::uint64_t use_count = 0;

// This thread's object for one message: key in, key out.
class Keyed {
 public:
  Keyed(Botan::AEAD_Mode& mode, const std::uint8_t* state, const std::uint8_t* nonce) : mode_(mode) {
    ++use_count;
    mode_.set_key(state, kKeySize);
    mode_.start(nonce, kNonceSize);
  }
  Keyed(const Keyed&) = delete;
  Keyed& operator=(const Keyed&) = delete;
  ~Keyed() { mode_.clear(); }

  void process(const std::uint8_t* in, std::size_t size, std::uint8_t* out) {
    if (size == 0) return;
    if (in != out) std::memcpy(out, in, size);
    mode_.process(out, size);
  }
  void finish(Botan::secure_vector<std::uint8_t>& tag) { mode_.finish(tag); }

 private:
  Botan::AEAD_Mode& mode_;
};

Botan::AEAD_Mode& sealing() {
  thread_local const ThreadKept mode(Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::Cipher_Dir::Encryption));
  return *mode;
}

Botan::AEAD_Mode& opening() {
  thread_local const ThreadKept mode(Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::Cipher_Dir::Decryption));
  return *mode;
}

void seal(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          std::uint8_t* out, std::uint8_t* tag) noexcept {
  Keyed message(sealing(), state, nonce);
  message.process(in, size, out);
  Botan::secure_vector<std::uint8_t> end;
  message.finish(end);
  std::memcpy(tag, end.data(), kTag);
}

void seal_across(const std::uint8_t* state, const std::uint8_t* nonce, std::span<const ByteView> pieces,
                 std::uint8_t* out, std::uint8_t* tag) noexcept {
  seal(state, nonce, out, gather(pieces, out), out, tag);
}

bool open(const std::uint8_t* state, const std::uint8_t* nonce, const std::uint8_t* in, std::size_t size,
          const std::uint8_t* tag, std::uint8_t* out) noexcept {
  Botan::secure_vector<std::uint8_t> end(tag, tag + kTag);
  Keyed message(opening(), state, nonce);
  message.process(in, size, out);
  try {
    message.finish(end);
    return true;
  } catch (const Botan::Invalid_Authentication_Tag&) {
    wipe({out, size});
    return false;
  }
}

}  // namespace

constinit const Engine botan_engine = {
    .name = "botan",
    .runs_here = []() noexcept { return true; },
    .state_size = kKeySize,
    .expand = [](std::uint8_t* state, const std::uint8_t* key32) noexcept { std::memcpy(state, key32, kKeySize); },
    .seal = seal,
    .seal_across = seal_across,
    .open = open,
    .seal_many = seal_each<seal>,
    .open_many = open_each<open>,
    .hmac = hmac_one_by_one,
    .uses = []() noexcept { return use_count; },
};

}  // namespace triclave::cipher
