#include "triclave/sealer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/names.h"
#include "base/random.h"
#include "base/try.h"
#include "capsule/create.h"
#include "envelope/data_keys.h"
#include "envelope/object_sink.h"

namespace triclave {

struct Sealer::Impl {
  capsule::NewCapsule capsule;
  std::string dataset;
  const Signer* producer;
};

Result<Sealer> Sealer::make(const Policy& policy, const Signer& producer, std::span<const std::string> compartments) {
  const std::vector<std::string> all = policy.compartments();
  TRICLAVE_TRY_ASSIGN(capsule::NewCapsule capsule,
                      capsule::create_capsule(policy, producer,
                                              compartments.empty() ? std::span<const std::string>(all) : compartments));
  return Sealer(std::make_unique<Impl>(Impl{std::move(capsule), policy.dataset(), &producer}));
}

Sealer::Sealer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

const Id& Sealer::capsule_id() const noexcept { return impl_->capsule.id; }
const Bytes& Sealer::capsule() const noexcept { return impl_->capsule.record; }

Result<std::unique_ptr<Sink>> Sealer::object(std::string_view compartment, std::string_view name,
                                             std::unique_ptr<Sink> out, ObjectOptions options) const {
  const Secret<32>* key = envelope::DataKeys::find(*this, compartment);
  if (key == nullptr)
    return fail(ErrorKind::invalid_argument, fmt::format("this sealing session has no compartment {}", compartment));
  if (!name.empty() && !is_text(name, kMaxObjectName))
    return fail(
        ErrorKind::invalid_argument,
        fmt::format("an object's name is UTF-8 of at most {} bytes, without control characters", kMaxObjectName));
  //= SPEC OBJ-03
  const envelope::Header header{impl_->capsule.id, random_array<16>(),         std::string(name),
                                impl_->dataset,    {std::string(compartment)}, options.sign_content};
  return envelope::ObjectSink::start(*key, header, options.embed_capsule ? ByteView(impl_->capsule.record) : ByteView{},
                                     options.sign_content ? impl_->producer : nullptr, std::move(out), options.threads);
}

const Secret<32>* envelope::DataKeys::find(const Sealer& sealer, std::string_view compartment) {
  for (const capsule::CompartmentKey& each : sealer.impl_->capsule.keys)
    if (each.name == compartment) return &each.key;
  return nullptr;
}

const std::string& envelope::DataKeys::dataset(const Sealer& sealer) { return sealer.impl_->dataset; }

}  // namespace triclave
