// Sealing sessions, and objects sealed through them.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "sealing.h"
#include "turn.h"

namespace triclave::python {
namespace {

// Bytes of an object around its content, from the format: a tag for each chunk, the last of which is always short.
constexpr std::size_t kChunk = 16 * 1024, kTag = 16;
std::size_t sealed_growth(std::size_t plain, bool signed_content) {
  return (plain / kChunk + 1) * kTag + (signed_content ? kSignatureSize : 0);
}

// Forwards to a sink that somebody else keeps.
class LentSink final : public Sink {
 public:
  explicit LentSink(Sink& inner) : inner_(inner) {}
  Result<void> write(ByteView bytes) override { return inner_.write(bytes); }
  MutableBytes room(std::size_t size) override { return inner_.room(size); }
  Result<void> advance(std::size_t size) override { return inner_.advance(size); }
  Result<void> finish() override { return inner_.finish(); }

 private:
  Sink& inner_;
};

ObjectOptions options(bool embed, bool sign, unsigned threads) {
  return {.embed_capsule = embed, .sign_content = sign, .threads = usable_threads(threads)};
}

nb::object seal_to_bytes(const PySealer& self, nb::handle plain, const std::string& compartment, const std::string& name, bool embed,
                         bool sign, nb::object progress) {
  const auto from = source_of(plain, true);
  Watch watch(std::move(progress));
  BytesSink collected;
  auto object = released([&] { return self.sealer.object(compartment, name, std::make_unique<LentSink>(collected), options(embed, sign, 1)); });
  if (const auto size = from->size()) {
    const std::size_t head = collected.size();
    collected.reserve(head + static_cast<std::size_t>(*size) + sealed_growth(static_cast<std::size_t>(*size), sign));
  }
  released([&]() -> Result<void> {
    auto copied = copy_watched(*from, *object, watch);
    if (!copied) return tl::unexpected(copied.error());
    return object->finish();
  });
  return collected.take();
}

std::uint64_t seal_into(const PySealer& self, nb::handle plain, nb::handle target, const std::string& compartment, const std::string& name,
                        bool embed, bool sign, unsigned threads, nb::object progress) {
  const auto from = source_of(plain, true);
  auto to = sink_of(target);
  Watch watch(std::move(progress));
  return released([&]() -> Result<std::uint64_t> {
    auto object = self.sealer.object(compartment, name, std::move(to), options(embed, sign, threads));
    if (!object) return tl::unexpected(object.error());
    auto copied = copy_watched(*from, **object, watch);
    if (!copied) return copied;
    if (auto finished = (*object)->finish(); !finished) return tl::unexpected(finished.error());
    return copied;
  });
}

std::size_t seal_into_buffer(const PySealer& self, nb::handle plain, nb::handle target, const std::string& compartment,
                             const std::string& name, bool embed, bool sign) {
  const auto from = source_of(plain, true);
  const Buffer room(target, true, "what is sealed into");
  Watch watch{nb::none()};
  return released([&]() -> Result<std::size_t> {
    std::size_t used = 0;
    auto object = self.sealer.object(compartment, name, buffer_sink(room.bytes(), &used), options(embed, sign, 1));
    if (!object) return tl::unexpected(object.error());
    if (auto copied = copy_watched(*from, **object, watch); !copied) return tl::unexpected(copied.error());
    if (auto finished = (*object)->finish(); !finished) return tl::unexpected(finished.error());
    return used;
  });
}

// Some objects at a time, so that Ctrl-C is heard and memory stays bounded.
nb::list seal_batch(const PySealer& self, nb::sequence plains, const std::string& compartment, bool embed) {
  constexpr std::size_t kBatchBytes = std::size_t{16} << 20;
  nb::list out;
  Watch watch{nb::none()};
  std::vector<Bytes> sealed;
  std::vector<Buffer> buffers;
  std::vector<SmallObject> objects;
  const std::size_t count = nb::len(plains);
  for (std::size_t next = 0; next < count;) {
    buffers.clear();
    objects.clear();
    for (std::size_t bytes = 0; next < count && bytes < kBatchBytes; ++next) {
      buffers.emplace_back(plains[next], false, "each object");
      objects.push_back({"", buffers.back().view()});
      bytes += buffers.back().size() + 4096;
    }
    released([&]() -> Result<void> {
      if (auto done = self.sealer.objects(compartment, objects, sealed, options(embed, false, 1)); !done) return done;
      return watch.flush();
    });
    for (const Bytes& each : sealed) out.append(nb::bytes(each.data(), each.size()));
  }
  return out;
}

// An object that grows by write() and appears by finish() only.
struct PySealing {
  std::shared_ptr<const PySealer> sealer;
  std::unique_ptr<Sink> object;
  Turns turns;
};

std::shared_ptr<PySealing> create(std::shared_ptr<PySealer> self, nb::handle target, const std::string& compartment, const std::string& name,
                                  bool embed, bool sign) {
  auto to = sink_of(target);
  auto out = std::make_shared<PySealing>();
  out->object = released([&] { return self->sealer.object(compartment, name, std::move(to), options(embed, sign, 1)); });
  out->sealer = std::move(self);
  return out;
}

Result<Sink*> usable(PySealing& self) {
  if (self.object) return self.object.get();
  return fail(ErrorKind::invalid_argument, "this object is closed: nothing more can be written to it");
}

void write(PySealing& self, nb::handle bytes) {
  const Buffer plain(bytes, false, "what is written");
  in_turn(self.turns, [&] { return usable(self).and_then([&](Sink* to) { return to->write(plain.view()); }); });
}

void finish(PySealing& self) {
  in_turn(self.turns, [&] {
    const auto finished = usable(self).and_then([](Sink* to) { return to->finish(); });
    self.object.reset();
    return finished;
  });
}

void abandon(PySealing& self) {
  in_turn(self.turns, [&]() -> Result<void> {
    self.object.reset();
    return {};
  });
}

}  // namespace

void bind_sealer(nb::module_& module) {
  nb::class_<PySealing>(module, "Sealing")
      .def("write", &write, nb::arg("data").none())
      .def("finish", &finish)
      .def("abandon", &abandon);

  nb::class_<PySealer>(module, "Sealer")
      .def("__init__",
           [](PySealer* self, std::shared_ptr<Policy> policy, std::shared_ptr<Signer> producer, const std::vector<std::string>& compartments) {
             auto sealer = released([&] { return Sealer::make(*policy, *producer, compartments); });
             new (self) PySealer{std::move(policy), std::move(producer), std::move(sealer)};
           },
           nb::arg("policy"), nb::arg("producer"), nb::arg("compartments"))
      .def_prop_ro("policy", [](const PySealer& self) { return std::const_pointer_cast<Policy>(self.policy); })
      .def_prop_ro("capsule_id", [](const PySealer& self) { return hex(self.sealer.capsule_id()); })
      .def_prop_ro("capsule", [](const PySealer& self) { return nb::bytes(self.sealer.capsule().data(), self.sealer.capsule().size()); })
      .def("seal_to_bytes", &seal_to_bytes, nb::arg("plain").none(), nb::arg("compartment"), nb::arg("name"), nb::arg("embed_capsule"),
           nb::arg("sign_content"), nb::arg("progress").none())
      .def("seal_into", &seal_into, nb::arg("plain").none(), nb::arg("target").none(), nb::arg("compartment"), nb::arg("name"), nb::arg("embed_capsule"),
           nb::arg("sign_content"), nb::arg("threads"), nb::arg("progress").none())
      .def("seal_into_buffer", &seal_into_buffer, nb::arg("plain").none(), nb::arg("target").none(), nb::arg("compartment"),
           nb::arg("name"), nb::arg("embed_capsule"), nb::arg("sign_content"))
      .def("seal_batch", &seal_batch, nb::arg("plains"), nb::arg("compartment"), nb::arg("embed_capsule"))
      .def("create", &create, nb::arg("target").none(), nb::arg("compartment"), nb::arg("name"), nb::arg("embed_capsule"), nb::arg("sign_content"));
}

}  // namespace triclave::python
