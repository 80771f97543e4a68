#include "triclave/sealer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/names.h"
#include "base/random.h"
#include "base/try.h"
#include "capsule/create.h"
#include "envelope/data_keys.h"
#include "envelope/object_batch.h"
#include "envelope/object_sink.h"

namespace triclave {

struct Sealer::Impl {
  capsule::NewCapsule capsule;
  std::vector<cipher::InputKey> keys;  // the capsule's, beside its own
  std::string dataset;
  const Signer* producer;
};

Result<Sealer> Sealer::make(const Policy& policy, const Signer& producer, std::span<const std::string> compartments) {
  const std::vector<std::string> all = policy.compartments();
  TRICLAVE_TRY_ASSIGN(capsule::NewCapsule capsule,
                      capsule::create_capsule(policy, producer,
                                              compartments.empty() ? std::span<const std::string>(all) : compartments));
  std::vector<cipher::InputKey> keys;
  for (const capsule::CompartmentKey& each : capsule.keys) keys.emplace_back(each.key);
  return Sealer(std::make_unique<Impl>(Impl{std::move(capsule), std::move(keys), policy.dataset(), &producer}));
}

Sealer::Sealer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

const Id& Sealer::capsule_id() const noexcept { return impl_->capsule.id; }
const Bytes& Sealer::capsule() const noexcept { return impl_->capsule.record; }

namespace {

Result<const cipher::InputKey*> key_of(const Sealer& sealer, std::string_view compartment) {
  const cipher::InputKey* key = envelope::DataKeys::find(sealer, compartment);
  if (key != nullptr) return key;
  return fail(ErrorKind::invalid_argument, fmt::format("this sealing session has no compartment {}", compartment));
}

Result<void> check_name(std::string_view name) {
  if (name.empty() || is_text(name, kMaxObjectName)) return {};
  return fail(ErrorKind::invalid_argument,
              fmt::format("an object's name is UTF-8 of at most {} bytes, without control characters", kMaxObjectName));
}

}  // namespace

Result<std::unique_ptr<Sink>> Sealer::object(std::string_view compartment, std::string_view name,
                                             std::unique_ptr<Sink> out, ObjectOptions options) const {
  TRICLAVE_TRY_ASSIGN(const cipher::InputKey* key, key_of(*this, compartment));
  TRICLAVE_TRY(check_name(name));
  //= SPEC OBJ-03
  const envelope::Header header{impl_->capsule.id, random_array<16>(),         std::string(name),
                                impl_->dataset,    {std::string(compartment)}, options.sign_content};
  return envelope::ObjectSink::start(*key, header, options.embed_capsule ? ByteView(impl_->capsule.record) : ByteView{},
                                     options.sign_content ? impl_->producer : nullptr, std::move(out), options.threads);
}

Result<void> Sealer::objects(std::string_view compartment, std::span<const SmallObject> objects,
                             std::vector<Bytes>& sealed, ObjectOptions options) const {
  const auto all = [&]() -> Result<void> {
    TRICLAVE_TRY_ASSIGN(const cipher::InputKey* key, key_of(*this, compartment));
    for (std::size_t i = 0; i < objects.size(); ++i)
      if (auto good = check_name(objects[i].name); !good)
        return fail(good.error().kind, fmt::format("object {}: {}", i, good.error().message));
    if (!options.sign_content)
      return envelope::seal_objects(*key, {impl_->capsule.id, {}, {}, impl_->dataset, {std::string(compartment)}},
                                    options.embed_capsule ? ByteView(impl_->capsule.record) : ByteView{}, objects,
                                    sealed);
    // A signature costs more than all the rest.
    sealed.resize(objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
      TRICLAVE_TRY_ASSIGN(const auto out, object(compartment, objects[i].name, replacing_sink(sealed[i]), options));
      TRICLAVE_TRY(out->write(objects[i].plain));
      TRICLAVE_TRY(out->finish());
    }
    return {};
  }();
  if (!all) sealed.clear();
  return all;
}

const cipher::InputKey* envelope::DataKeys::find(const Sealer& sealer, std::string_view compartment) {
  const auto& all = sealer.impl_->capsule.keys;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == compartment) return &sealer.impl_->keys[i];
  return nullptr;
}

const std::string& envelope::DataKeys::dataset(const Sealer& sealer) { return sealer.impl_->dataset; }

}  // namespace triclave
