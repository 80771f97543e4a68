#include "custodian/messages/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/hash.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/try.h"
#include "capsule/derive.h"
#include "keys/hpke.h"

namespace triclave::custodian {
namespace {

constexpr std::size_t kEncSize = keys::xwing::kCiphertextSize;
constexpr keys::HpkeSuite kSuite{static_cast<std::uint16_t>(Kem::xwing), keys::Kdf::hkdf_sha256,
                                 keys::Aead::aes_256_gcm};

Id answer_info(const Id& key_id, const Id& request_hash) { return hash_of({label::kAnswer, key_id, request_hash}); }

}  // namespace

//= SPEC REQ-08
Result<SecretBytes> export_masks(const Identity& identity, const Request& request) {
  SecretBytes out(request.items.size() * kMaskSize);
  MutableBytes room = out.mutable_view();
  // Items of one wrap share their set-up, and a set-up costs more than all else.
  const RequestItem* at = nullptr;
  std::optional<keys::HpkeContext> setup;
  const auto of_one_wrap = [](const RequestItem& a, const RequestItem& b) {
    return std::tie(a.capsule_id, a.generation, a.enc) == std::tie(b.capsule_id, b.generation, b.enc);
  };
  for (const RequestItem& item : request.items) {
    if (at == nullptr || !of_one_wrap(*at, item)) {
      const Id info = capsule::wrap_info(item.capsule_id, item.generation, identity.recipient().id());
      TRICLAVE_TRY_ASSIGN(setup, keys::hpke_setup_receiver(identity, item.enc, info));
      at = &item;
    }
    const Id context = capsule::mask_context(item.dataset, item.compartment, item.path, sha256(item.policy));
    const SecretBytes mask = setup->export_secret(context, kMaskSize);
    std::copy(mask.view().begin(), mask.view().end(), room.begin());
    room = room.subspan(kMaskSize);
  }
  return out;
}

//= SPEC ANS-01
Result<Bytes> seal_answer(const Request& request, ByteView masks) {
  TRICLAVE_TRY_ASSIGN(const auto made, keys::xwing::encapsulate(request.one_use_key));
  const keys::HpkeContext context(kSuite, made.shared_secret.view(), answer_info(request.key_id, request.hash));
  Bytes out = made.ciphertext;
  const Bytes sealed = context.seal({}, masks);
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

//= SPEC ANS-02
Result<void> open_answer(const PendingRequest& request, ByteView answer, MutableBytes out) {
  if (out.size() != request.items * kMaskSize)
    return fail(ErrorKind::invalid_argument, "the room for the masks does not fit the number of items");
  if (answer.size() != kEncSize + out.size() + keys::kAeadTagSize)
    return fail(ErrorKind::malformed, fmt::format("the answer has {} bytes instead of {}", answer.size(),
                                                  kEncSize + out.size() + keys::kAeadTagSize));
  TRICLAVE_TRY_ASSIGN(const auto secret, request.one_use_key.decapsulate(answer.first(kEncSize)));
  const keys::HpkeContext context(kSuite, secret.view(), answer_info(request.key_id, request.hash));
  if (!context.open({}, answer.subspan(kEncSize), out))
    return fail(ErrorKind::forged, "the answer does not open: it is not to this request, or was changed on its way");
  return {};
}

}  // namespace triclave::custodian
