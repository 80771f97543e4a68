// Keys of people and organisations. Recipients hold X-Wing keys (draft-connolly-cfrg-xwing-kem) that shares are masked
// for; signers hold Ed25519 + ML-DSA-65 key pairs, whose signatures count only where both verify. Private halves live
// in guarded memory and leave it only into key files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"

namespace triclave {

namespace keys {
class VerifyingKey;
}

// Key encapsulation mechanisms by their HPKE number.
enum class Kem : std::uint16_t { xwing = 0x647A };

inline constexpr std::size_t kXWingPublicKeySize = 1216;
inline constexpr std::size_t kSignerPublicKeySize = 32 + 1952;  // Ed25519, then ML-DSA-65
inline constexpr std::size_t kSignatureSize = 64 + 3309;        // Ed25519, then ML-DSA-65

// A public key that a share can be masked for: an owner's, a custodian's, later an HSM's.
class TRICLAVE_EXPORT Recipient {
 public:
  // `public_key`: 1216 bytes for X-Wing. Errors: malformed (wrong size, or not a canonical ML-KEM key), unsupported.
  static Result<Recipient> from_public_key(Kem kem, ByteView public_key, std::string name);
  // A key file of kind recipient-public. Errors: io, malformed, unsupported.
  static Result<Recipient> load(const std::filesystem::path& file);
  static Result<Recipient> parse(std::string_view text, std::string_view origin);
  std::string to_text() const;

  const Id& id() const noexcept { return id_; }
  Kem kem() const noexcept { return kem_; }
  const Bytes& public_key() const noexcept { return public_key_; }
  const std::string& name() const noexcept { return name_; }

 private:
  Recipient() = default;
  Id id_{};
  Kem kem_ = Kem::xwing;
  Bytes public_key_;
  std::string name_;
};

// How a private key file is protected. An empty passphrase leaves file permissions (0600) as the only protection.
struct TRICLAVE_EXPORT Protection {
  std::string_view passphrase;
  std::uint32_t memory_kib = 256 * 1024;  // Argon2id m
  std::uint32_t passes = 3;               // t
  std::uint32_t lanes = 4;                // p
};

// The private half of a recipient.
class TRICLAVE_EXPORT Identity {
 public:
  // `name`: 1 to 64 bytes of UTF-8 without control characters; a key under another one cannot be saved.
  static Identity generate(std::string name);
  // "Bring your own key": 32 bytes that the owner made, from text (64 hex digits or base64) or from a file that holds
  // either of these or the 32 bytes themselves. The same bytes always give the same recipient.
  // Errors: invalid_argument (not 32 bytes, or all bytes alike; not a name), io.
  static Result<Identity> import_own_key(std::string_view hex_or_base64, std::string name);
  static Result<Identity> import_own_key_file(const std::filesystem::path& file, std::string name);

  // A key file of kind recipient-private. Errors: io, malformed, unsupported, invalid_argument (others may read the
  // file, or a passphrase is needed), forged (wrong passphrase or changed file).
  static Result<Identity> load(const std::filesystem::path& file, std::string_view passphrase = {});
  // Whether load() will want a passphrase. Errors: as load(), but for forged.
  static Result<bool> needs_passphrase(const std::filesystem::path& file);
  // Writes a new file, mode 0600. Errors: io, invalid_argument (something has this name already; the key's name is
  // none; the protection's parameters are outside the limits).
  Result<void> save(const std::filesystem::path& file, const Protection& protection = {}) const;

  Identity(Identity&&) noexcept;
  Identity& operator=(Identity&&) noexcept;
  ~Identity();

  const Recipient& recipient() const noexcept;

  struct Impl;
  const Impl& impl() const noexcept { return *impl_; }

 private:
  explicit Identity(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The public half of a signer: a producer, an owner, a permit authority.
class TRICLAVE_EXPORT Verifier {
 public:
  // Errors: malformed.
  static Result<Verifier> from_public_key(ByteView public_key, std::string name);
  // A key file of kind signer-public, whose proof of possession is checked. Errors: io, malformed, unsupported, forged.
  static Result<Verifier> load(const std::filesystem::path& file);
  static Result<Verifier> parse(std::string_view text, std::string_view origin);

  const Id& id() const noexcept { return id_; }
  const Bytes& public_key() const noexcept { return public_key_; }
  const std::string& name() const noexcept { return name_; }

  // Sig(role, message) of SPEC.md, "Signatures"; `signature` is 3373 bytes. Errors: malformed (size), forged.
  Result<void> verify(std::string_view role, ByteView message, ByteView signature) const;

 private:
  Verifier() = default;
  Id id_{};
  Bytes public_key_;
  std::string name_;
  std::shared_ptr<const keys::VerifyingKey> key_;  // public_key_, expanded
};

// The private half of a signer.
class TRICLAVE_EXPORT Signer {
 public:
  // As for Identity; kind signer-private.
  static Signer generate(std::string name);
  static Result<Signer> load(const std::filesystem::path& file, std::string_view passphrase = {});
  static Result<bool> needs_passphrase(const std::filesystem::path& file);
  Result<void> save(const std::filesystem::path& file, const Protection& protection = {}) const;

  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;
  ~Signer();

  const Verifier& verifier() const noexcept;
  // The public key file, with a proof of possession.
  std::string public_text() const;
  Bytes sign(std::string_view role, ByteView message) const;

  struct Impl;

 private:
  explicit Signer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace triclave
