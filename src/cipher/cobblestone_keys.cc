// How messages get their keys.
#include <algorithm>

#include "base/random.h"
#include "base/try.h"
#include "cipher/cobblestone.h"

namespace triclave::cipher {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kBlock = 64;  // of HMAC-SHA-512

// HKDF-Expand-SHA-512(prk = input key, info = kScheme || salt || context) gives key || base nonce || commitment, which
// takes two blocks of it.
constexpr std::string_view kScheme("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0", 48);
constexpr std::size_t kFirstOfCommitment = kBlock - kKeySize - kNonceSize;  // bytes of it in the first block

// Derived at once: as many as keep an engine's lanes busy, few enough for one slot of guarded memory.
constexpr std::size_t kAtOnce = 8;

}  // namespace

struct Message::Derivation {
  Origin origin;
  Message* message;  // its salt stands

  // The first block, then what both blocks are hashed from.
  std::size_t size() const { return kBlock + kScheme.size() + kSaltSize + origin.context.size() + 1; }
};

Message::Message(const Engine& engine, std::span<const std::uint8_t, kSaltSize> salt)
    : engine_(&engine), keys_(engine.state_size + kNonceSize), prefix_{} {
  std::ranges::copy(salt, prefix_.begin());
}

void Message::derive_some(std::span<const Derivation> derivations, const Engine& engine) {
  std::size_t total = 0;
  for (const Derivation& each : derivations) total += each.size();
  SecretBytes memory(total);
  std::array<MacJob, kAtOnce> all;
  const auto jobs = std::span(all).first(derivations.size());
  std::uint8_t* at = memory.mutable_view().data();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& [origin, message] = derivations[i];
    jobs[i] = {origin.key, {at + kBlock, derivations[i].size() - kBlock}, at};
    at = std::ranges::copy(kScheme, at + kBlock).out;
    at = std::copy_n(message->prefix_.begin(), kSaltSize, at);
    at = std::ranges::copy(origin.context, at).out;
    *at++ = 1;
  }
  engine.hmac(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Message& message = *derivations[i].message;
    std::uint8_t* const block = jobs[i].out;
    std::uint8_t* const keys = message.keys_.mutable_view().data();
    engine.expand(keys, block);
    std::copy_n(block + kKeySize, kNonceSize, keys + engine.state_size);
    std::copy_n(block + kKeySize + kNonceSize, kFirstOfCommitment, message.prefix_.begin() + kSaltSize);
    // The second block hashes the first, then the same with a 2 behind it, and takes the first one's place.
    block[derivations[i].size() - 1] = 2;
    jobs[i].message = {block, derivations[i].size()};
  }
  engine.hmac(jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i)
    std::copy_n(jobs[i].out, kCommitmentSize - kFirstOfCommitment,
                derivations[i].message->prefix_.begin() + kSaltSize + kFirstOfCommitment);
}

void Message::derive(std::span<const Derivation> derivations, const Engine& engine) {
  for (; !derivations.empty(); derivations = derivations.subspan(std::min(derivations.size(), kAtOnce)))
    derive_some(derivations.first(std::min(derivations.size(), kAtOnce)), engine);
}

Message Message::create(const InputKey& key, ByteView context, const Engine& engine) {
  //= SPEC OBJ-04
  Message message(engine, random_array<kSaltSize>());
  const Derivation derivation{{&key, context}, &message};
  derive_some({&derivation, 1}, engine);
  return message;
}

std::vector<Message> Message::create_all(std::span<const Origin> origins, const Engine& engine) {
  if (origins.empty()) return {};
  //= SPEC OBJ-04
  std::vector<std::array<std::uint8_t, kSaltSize>> salts(origins.size());
  random_bytes({salts.data()->data(), salts.size() * kSaltSize});
  std::vector<Message> out;
  std::vector<Derivation> derivations;
  out.reserve(origins.size());
  derivations.reserve(origins.size());
  for (std::size_t i = 0; i < origins.size(); ++i) {
    out.push_back(Message(engine, salts[i]));
    derivations.push_back({origins[i], &out[i]});
  }
  derive(derivations, engine);
  return out;
}

Result<void> Message::check_commitment(const Prefix& prefix) const {
  //= SPEC OBJ-05
  if (equal_constant_time(ByteView(prefix_).subspan(kSaltSize), ByteView(prefix).subspan(kSaltSize))) return {};
  return fail(
      ErrorKind::forged,
      "the key does not fit the sealed stream (its commitment differs): another key or another place sealed it, or "
      "its first 56 bytes were changed");
}

Result<Message> Message::open(const InputKey& key, ByteView context, const Prefix& prefix, const Engine& engine) {
  Message message(engine, std::span(prefix).first<kSaltSize>());
  const Derivation derivation{{&key, context}, &message};
  derive_some({&derivation, 1}, engine);
  TRICLAVE_TRY(message.check_commitment(prefix));
  return message;
}

std::vector<Result<Message>> Message::open_all(std::span<const Origin> origins, std::span<const Prefix> prefixes,
                                               const Engine& engine) {
  std::vector<Result<Message>> out;
  std::vector<Derivation> derivations;
  out.reserve(origins.size());
  derivations.reserve(origins.size());
  for (std::size_t i = 0; i < origins.size(); ++i) {
    out.push_back(Message(engine, std::span(prefixes[i]).first<kSaltSize>()));
    derivations.push_back({origins[i], &*out[i]});
  }
  derive(derivations, engine);
  for (std::size_t i = 0; i < origins.size(); ++i)
    if (auto fits = out[i]->check_commitment(prefixes[i]); !fits) out[i] = tl::unexpected(std::move(fits.error()));
  return out;
}

}  // namespace triclave::cipher
