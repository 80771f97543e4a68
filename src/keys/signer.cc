#include "base/guarded.h"
#include "base/labels.h"
#include "base/random.h"
#include "base/try.h"
#include "keys/hybrid_signature.h"
#include "keys/key_file.h"
#include "keys/key_storage.h"
#include "triclave/keys.h"

namespace triclave {
namespace {

// The key is our own, so it is in order.
Verifier verifier_of(const keys::SigningKey& key, std::string name) {
  return *Verifier::from_public_key(key.public_key(), std::move(name));
}

}  // namespace

struct Signer::Impl {
  Impl(Secret<keys::kSigningSeedSize> own_seed, std::string name)
      : seed(std::move(own_seed)), key(seed), verifier(verifier_of(key, std::move(name))) {}

  Secret<keys::kSigningSeedSize> seed;  // what a key file keeps
  keys::SigningKey key;                 // the same, expanded
  Verifier verifier;
};

Signer::Signer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;

const Verifier& Signer::verifier() const noexcept { return impl_->verifier; }

Signer Signer::generate(std::string name) {
  Secret<keys::kSigningSeedSize> seed;
  random_bytes(seed.mutable_view());
  return Signer(std::make_unique<Impl>(std::move(seed), std::move(name)));
}

Result<Signer> Signer::load(const std::filesystem::path& path, std::string_view passphrase) {
  TRICLAVE_TRY_ASSIGN(const SecretBytes text, keys::read_private_file(path));
  TRICLAVE_TRY_ASSIGN(auto file,
                      keys::parse_key_file(as_text(text.view()), path.native(), keys::KeyKind::signer_private));
  TRICLAVE_TRY_ASSIGN(const SecretBytes seed, keys::unlock(file, path.native(), passphrase, keys::kSigningSeedSize));
  Signer signer(std::make_unique<Impl>(
      Secret<keys::kSigningSeedSize>::copy_of(seed.view().first<keys::kSigningSeedSize>()), file.name));
  //= SPEC KEY-08
  if (signer.verifier().id() != file.fingerprint)
    return fail(ErrorKind::forged, path.native() + ": the fingerprint is not that of the key in the file");
  return signer;
}

Result<bool> Signer::needs_passphrase(const std::filesystem::path& path) {
  TRICLAVE_TRY_ASSIGN(const SecretBytes text, keys::read_private_file(path));
  TRICLAVE_TRY_ASSIGN(const auto file,
                      keys::parse_key_file(as_text(text.view()), path.native(), keys::KeyKind::signer_private));
  return file.protection.has_value();
}

Result<void> Signer::save(const std::filesystem::path& file, const Protection& protection) const {
  TRICLAVE_TRY_ASSIGN(const SecretBytes text, keys::private_key_text(keys::KeyKind::signer_private, verifier().name(),
                                                                     verifier().id(), impl_->seed.view(), protection));
  return keys::write_private_file(file, text.view());
}

std::string Signer::public_text() const {
  return keys::public_key_text(keys::KeyKind::signer_public, verifier().name(), verifier().id(),
                               verifier().public_key(), sign(role::kPossession, as_bytes(verifier().name())));
}

Bytes Signer::sign(std::string_view role, ByteView message) const { return impl_->key.sign(role, message); }

}  // namespace triclave
