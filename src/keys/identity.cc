#include "keys/identity.h"

#include "base/random.h"
#include "base/try.h"
#include "keys/key_file.h"
#include "keys/key_storage.h"
#include "keys/own_key.h"

namespace triclave {
namespace {

constexpr std::size_t kSeedSize = keys::xwing::kSeedSize;
constexpr std::size_t kMaxOwnKeyFile = 64 + 2;  // hexadecimal and CR LF

// The key is our own, so it is in order.
Recipient recipient_of(const keys::xwing::PrivateKey& key, std::string name) {
  return *Recipient::from_public_key(Kem::xwing, key.public_key(), std::move(name));
}

}  // namespace

Identity::Impl::Impl(Secret<kSeedSize> own_seed, std::string name)
    : seed(std::move(own_seed)), key(seed), recipient(recipient_of(key, std::move(name))) {}

Identity::Identity(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Identity::Identity(Identity&&) noexcept = default;
Identity& Identity::operator=(Identity&&) noexcept = default;
Identity::~Identity() = default;

const Recipient& Identity::recipient() const noexcept { return impl_->recipient; }

Identity Identity::generate(std::string name) {
  Secret<kSeedSize> seed;
  random_bytes(seed.mutable_view());
  return Identity(std::make_unique<Impl>(std::move(seed), std::move(name)));
}

Result<Identity> Identity::import_own_key(std::string_view hex_or_base64, std::string name) {
  TRICLAVE_TRY(keys::check_key_name(name));
  TRICLAVE_TRY_ASSIGN(const auto key, keys::own_key_from_text(hex_or_base64));
  return Identity(std::make_unique<Impl>(keys::xwing_seed(key), std::move(name)));
}

Result<Identity> Identity::import_own_key_file(const std::filesystem::path& file, std::string name) {
  TRICLAVE_TRY(keys::check_key_name(name));
  auto content = keys::read_secret_file(file, kMaxOwnKeyFile);
  if (!content) {
    const auto kind = content.error().kind == ErrorKind::malformed ? ErrorKind::invalid_argument : content.error().kind;
    return fail(kind, content.error().message);
  }
  auto key = keys::own_key_from_file(content->view());
  if (!key) return fail(key.error().kind, file.native() + ": " + key.error().message);
  return Identity(std::make_unique<Impl>(keys::xwing_seed(*key), std::move(name)));
}

Result<Identity> Identity::load(const std::filesystem::path& path, std::string_view passphrase) {
  TRICLAVE_TRY_ASSIGN(const SecretBytes text, keys::read_private_file(path));
  TRICLAVE_TRY_ASSIGN(auto file,
                      keys::parse_key_file(as_text(text.view()), path.native(), keys::KeyKind::recipient_private));
  TRICLAVE_TRY_ASSIGN(const SecretBytes seed, keys::unlock(file, path.native(), passphrase, kSeedSize));
  Identity identity(std::make_unique<Impl>(Secret<kSeedSize>::copy_of(seed.view().first<kSeedSize>()), file.name));
  //= SPEC KEY-08
  if (identity.recipient().id() != file.fingerprint)
    return fail(ErrorKind::forged, path.native() + ": the fingerprint is not that of the key in the file");
  return identity;
}

Result<bool> Identity::needs_passphrase(const std::filesystem::path& path) {
  TRICLAVE_TRY_ASSIGN(const SecretBytes text, keys::read_private_file(path));
  TRICLAVE_TRY_ASSIGN(const auto file,
                      keys::parse_key_file(as_text(text.view()), path.native(), keys::KeyKind::recipient_private));
  return file.protection.has_value();
}

Result<void> Identity::save(const std::filesystem::path& file, const Protection& protection) const {
  TRICLAVE_TRY_ASSIGN(const SecretBytes text,
                      keys::private_key_text(keys::KeyKind::recipient_private, recipient().name(), recipient().id(),
                                             impl_->seed.view(), protection));
  return keys::write_private_file(file, text.view());
}

}  // namespace triclave
