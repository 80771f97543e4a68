#include "base/hash.h"

#include <botan/hash.h>

#include "base/thread_kept.h"

namespace triclave {

Sha256::Sha256() : hash_(Botan::HashFunction::create_or_throw("SHA-256")) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) { hash_->update(bytes.data(), bytes.size()); }

Id Sha256::finish() {
  Id out;
  hash_->final(out.data());
  return out;
}

Id sha256(ByteView bytes) {
  // Botan finds it by name, which costs more than a short message does.
  thread_local const ThreadKept hash(std::make_unique<Sha256>());
  (*hash).update(bytes);
  return (*hash).finish();
}

}  // namespace triclave
