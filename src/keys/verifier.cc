#include "base/labels.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "keys/hybrid_signature.h"
#include "keys/key_file.h"
#include "keys/key_storage.h"
#include "triclave/keys.h"

namespace triclave {

Result<Verifier> Verifier::from_public_key(ByteView public_key, std::string name) {
  Verifier out;
  TRICLAVE_TRY_ASSIGN(out.key_, keys::VerifyingKey::from_bytes(public_key));
  out.id_ = keys::signer_id(public_key);
  out.public_key_.assign(public_key.begin(), public_key.end());
  out.name_ = std::move(name);
  return out;
}

Result<Verifier> Verifier::load(const std::filesystem::path& file) {
  TRICLAVE_TRY_ASSIGN(const std::string text, keys::read_public_file(file));
  return parse(text, file.native());
}

Result<Verifier> Verifier::parse(std::string_view text, std::string_view origin) {
  TRICLAVE_TRY_ASSIGN(auto file, keys::parse_key_file(text, origin, keys::KeyKind::signer_public));
  auto verifier = from_public_key(file.public_key, std::move(file.name));
  if (!verifier) return fail(verifier.error().kind, std::string(origin) + ": " + verifier.error().message);
  //= SPEC KEY-08
  if (verifier->id() != file.fingerprint)
    return fail(ErrorKind::forged,
                std::string(origin) + ": the fingerprint is not that of the key, which is " + to_hex(verifier->id()));
  //= SPEC KEY-04
  const auto proof = verifier->verify(role::kPossession, as_bytes(verifier->name()), file.proof);
  if (!proof)
    return fail(proof.error().kind, std::string(origin) + ": the proof of possession fails: " + proof.error().message);
  return verifier;
}

Result<void> Verifier::verify(std::string_view role, ByteView message, ByteView signature) const {
  auto verified = key_->verify(role, message, signature);
  if (!verified) return fail(verified.error().kind, name_ + ": " + verified.error().message);
  return verified;
}

}  // namespace triclave
