#include "custodian/service/vault.h"

#include <algorithm>

#include "base/integers.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/random.h"
#include "base/try.h"
#include "cipher/cobblestone.h"
#include "keys/passphrase.h"

namespace triclave::custodian {
namespace {

constexpr std::size_t kParametersSize = 3 * sizeof(std::uint32_t) + sizeof(keys::Argon2Parameters::salt);

Bytes context_of(std::string_view name) { return M({label::kCustodianSecret, name}); }

}  // namespace

Result<Bytes> Vault::new_parameters(const Protection& protection) {
  if (protection.passphrase.empty())
    return fail(ErrorKind::invalid_argument,
                "a custodian's keys are kept under a passphrase; give one with --passphrase-file or --passphrase-fd");
  const keys::Argon2Parameters made{protection.memory_kib, protection.passes, protection.lanes, random_array<16>()};
  if (auto fits = keys::check_argon2(made); !fits) return fail(ErrorKind::invalid_argument, fits.error().message);
  Bytes out;
  for (const std::uint32_t number : {made.memory_kib, made.passes, made.lanes}) {
    const auto bytes = big_endian(number);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  out.insert(out.end(), made.salt.begin(), made.salt.end());
  return out;
}

Result<Vault> Vault::open(std::string_view passphrase, ByteView parameters) {
  if (parameters.size() != kParametersSize)
    return fail(ErrorKind::malformed, "the custodian's database is damaged: its passphrase's parameters have " +
                                          std::to_string(parameters.size()) + " bytes; restore it from a backup");
  keys::Argon2Parameters read{from_big_endian<std::uint32_t>(parameters), from_big_endian<std::uint32_t>(parameters.subspan(4)),
                              from_big_endian<std::uint32_t>(parameters.subspan(8)), {}};
  std::copy_n(parameters.begin() + 12, read.salt.size(), read.salt.begin());
  TRICLAVE_TRY_ASSIGN(auto key, keys::argon2id(passphrase, read));
  return Vault(std::move(key));
}

Result<Bytes> Vault::seal(ByteView secret, std::string_view name) const {
  const auto message = cipher::Message::create(key_, context_of(name));
  Bytes out(message.prefix().begin(), message.prefix().end());
  out.resize(cipher::kPrefixSize + cipher::sealed_run_size(secret.size(), true));
  TRICLAVE_TRY(message.seal_run(0, secret, true, MutableBytes(out).subspan(cipher::kPrefixSize)));
  return out;
}

Result<SecretBytes> Vault::unseal(ByteView sealed, std::string_view name, std::size_t size) const {
  if (sealed.size() != cipher::kPrefixSize + cipher::sealed_run_size(size, true))
    return fail(ErrorKind::malformed, "the custodian's database is damaged: the sealed " + std::string(name) + " has " +
                                          std::to_string(sealed.size()) + " bytes; restore it from a backup");
  cipher::Prefix prefix;
  std::copy_n(sealed.begin(), prefix.size(), prefix.begin());
  SecretBytes out(size);
  const auto message = cipher::Message::open(key_, context_of(name), prefix);
  if (!message || !message->open_run(0, sealed.subspan(prefix.size()), true, out.mutable_view()))
    return fail(ErrorKind::forged, "the custodian's passphrase is wrong, or its database was changed; give the one that "
                                   "`triclave custodian init` was given");
  return out;
}

}  // namespace triclave::custodian
