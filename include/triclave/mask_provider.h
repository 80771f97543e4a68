// Who unmasks shares: a key file here, a hardware module or a custodian over the network elsewhere. A provider is sent
// what it needs to compute masks and no more: never a masked share, a ciphertext or a key.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/keys.h"

namespace triclave {

inline constexpr std::size_t kMaskSize = 64;  // mask (32) || rho (32), SPEC.md section 6

// One leaf that the provider's key stands at.
struct MaskItem {
  std::string compartment;
  Bytes path;    // one byte per level, SPEC.md section 4
  Bytes policy;  // the compartment's policy as the wrap carries it
};

struct MaskRequest {
  Id capsule_id{};
  std::uint32_t generation = 0;
  Kem kem = Kem::xwing;
  Bytes enc;
  std::string dataset;
  std::vector<MaskItem> items;
  Id session{};  // random, new in each gathering and the same for all who are asked in it
};

class TRICLAVE_EXPORT MaskProvider {
 public:
  virtual ~MaskProvider() = default;

  // The recipient key that this provider holds.
  virtual const Id& key_id() const = 0;
  // For messages: "ovh", "the key file owner.key".
  virtual std::string name() const = 0;

  // Whether asking costs and tells nobody anything, as of a key in this process: then it is asked without more ado.
  // Others are asked only where they are needed.
  virtual bool is_local() const { return false; }
  // Whether it is any use to ask for this compartment: a permit may cover some of a capsule's only.
  virtual bool may_release(std::string_view compartment) const {
    static_cast<void>(compartment);
    return true;
  }

  // Writes mask || rho for each item, in order, into `out`: kMaskSize bytes an item, guarded memory of the caller's.
  // Called from a thread of its own; returns soon after `stop` is requested. Errors: custodian_unavailable,
  // permit_refused, malformed, unsupported.
  virtual Result<void> masks(const MaskRequest& request, std::stop_token stop, MutableBytes out) = 0;
};

// A private key in this process.
TRICLAVE_EXPORT std::unique_ptr<MaskProvider> key_provider(Identity identity);
// The same for a key that others use, too.
TRICLAVE_EXPORT std::unique_ptr<MaskProvider> key_provider(std::shared_ptr<const Identity> identity);

}  // namespace triclave
