// Sealing: one Sealer is one sealing session, with one capsule for all its objects. It needs public data alone (the
// policy's public keys) and the producer's signing key; no custodian is asked.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/io.h"
#include "triclave/keys.h"
#include "triclave/policy.h"

namespace triclave {
namespace envelope {
struct DataKeys;
}

struct ObjectOptions {
  bool embed_capsule = false;  // put the capsule into the object; else publish Sealer::capsule() beside the objects
  bool sign_content = false;  // sign the content too, so that readers cannot have made it (costs a hash over all of it)
  // Threads for Sink::write_from() where both ends bear several (files do) and the content is not signed: 1 is the
  // caller's own, 0 as many as there are processors, never more. The bytes do not depend on it.
  unsigned threads = 1;
};

// One of many objects that are sealed in one call.
struct SmallObject {
  std::string_view name;  // as for Sealer::object()
  ByteView plain;
};

class TRICLAVE_EXPORT Sealer {
 public:
  // Draws, splits and masks a data key for each of `compartments` (all of the policy's where empty). `producer` must be
  // one of the policy's producers and outlive the sealer. Errors: policy_refused, invalid_argument.
  static Result<Sealer> make(const Policy& policy, const Signer& producer,
                             std::span<const std::string> compartments = {});

  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;
  ~Sealer();

  const Id& capsule_id() const noexcept;
  // The capsule record, to be stored beside detached objects.
  const Bytes& capsule() const noexcept;

  // A sink for plaintext whose sealed form goes to `out`, in bounded memory. finish() seals the end and finishes `out`;
  // without it nothing appears. `name`: what the object is called in its public header, at most 1,024 bytes, may be
  // empty. Several objects may be written at once, each by one thread. Errors: invalid_argument.
  Result<std::unique_ptr<Sink>> object(std::string_view compartment, std::string_view name, std::unique_ptr<Sink> out,
                                       ObjectOptions options = {}) const;

  // Many small objects in one call, in memory: sealed[i] is what object() writes for objects[i], and is opened like any
  // other, but keys are derived for several at once, which takes a fraction of the time. `sealed` is overwritten, its
  // memory is used again, so the objects must not stand in it; it is empty where there is an error. One thread's work,
  // whatever the options say. Errors: invalid_argument, naming the object's place.
  Result<void> objects(std::string_view compartment, std::span<const SmallObject> objects, std::vector<Bytes>& sealed,
                       ObjectOptions options = {}) const;

 private:
  friend struct envelope::DataKeys;
  struct Impl;
  explicit Sealer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace triclave
