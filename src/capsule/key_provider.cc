// A private key in this process as a provider of masks.
#include <algorithm>

#include "base/hash.h"
#include "base/try.h"
#include "capsule/derive.h"
#include "keys/hpke.h"
#include "triclave/mask_provider.h"

namespace triclave {
namespace {

class KeyProvider final : public MaskProvider {
 public:
  explicit KeyProvider(std::shared_ptr<const Identity> identity) : identity_(std::move(identity)) {}

  const Id& key_id() const override { return identity_->recipient().id(); }
  std::string name() const override { return identity_->recipient().name(); }
  bool is_local() const override { return true; }

  // Builds info and label itself from the request's fields: a requester never chooses the bytes that are exported
  // under.
  Result<void> masks(const MaskRequest& request, std::stop_token, MutableBytes out) override {
    if (request.kem != identity_->recipient().kem())
      return fail(ErrorKind::unsupported, "the key is of another kind than the capsule's entry");
    if (out.size() != request.items.size() * kMaskSize)
      return fail(ErrorKind::invalid_argument, "the room for the masks does not fit the number of items");
    const Id info = capsule::wrap_info(request.capsule_id, request.generation, key_id());
    TRICLAVE_TRY_ASSIGN(const keys::HpkeContext context, keys::hpke_setup_receiver(*identity_, request.enc, info));
    for (const MaskItem& item : request.items) {
      const Id label = capsule::mask_context(request.dataset, item.compartment, item.path, sha256(item.policy));
      const SecretBytes mask = context.export_secret(label, kMaskSize);
      std::copy(mask.view().begin(), mask.view().end(), out.begin());
      out = out.subspan(kMaskSize);
    }
    return {};
  }

 private:
  std::shared_ptr<const Identity> identity_;
};

}  // namespace

std::unique_ptr<MaskProvider> key_provider(Identity identity) {
  return key_provider(std::make_shared<const Identity>(std::move(identity)));
}

std::unique_ptr<MaskProvider> key_provider(std::shared_ptr<const Identity> identity) {
  return std::make_unique<KeyProvider>(std::move(identity));
}

}  // namespace triclave
