// Opening: who answers with masks, and what comes of it.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "opening.h"
#include "python_io.h"

namespace triclave::python {
namespace {

nb::tuple culprit(const Culprit& each) {
  return nb::make_tuple(each.who.c_str(), each.why.c_str(), std::string(to_string(each.kind)).c_str());
}

// In which Ctrl-C ends the wait for custodians, and is told by `gave_up`.
GatherOptions interruptible(const std::shared_ptr<bool>& gave_up) {
  GatherOptions out;
  out.go_on = [gave_up] {
    const auto checked = locked([]() -> Result<void> {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      return {};
    });
    *gave_up = *gave_up || !checked;
    return !*gave_up;
  };
  return out;
}

void construct(PyOpener* self, std::shared_ptr<Policy> policy, const std::vector<std::shared_ptr<Identity>>& keys,
               nb::handle memory, nb::handle custodians) {
  const auto gave_up = std::make_shared<bool>(false);
  GatherOptions options = interruptible(gave_up);
  std::vector<std::unique_ptr<MaskProvider>> providers;
  if (!custodians.is_none()) {
    options.deadline = deadline_of(custodians);
    providers = network_providers(*policy, custodians);
  }
  for (const auto& each : keys) providers.push_back(key_provider(std::shared_ptr<const Identity>(each)));
  auto remembered = memory.is_none() ? nullptr : file_generation_memory(path_of(memory));
  auto opener = Opener::make(*policy, std::move(providers), remembered.get(), options);
  new (self) PyOpener{std::move(policy), std::move(remembered), gave_up, std::move(opener)};
}

std::string add_capsule(PyOpener& self, nb::handle record) {
  if (is_path(record)) {
    const auto from = source_of(record);
    constexpr std::size_t kMost = std::size_t{16} << 20;
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(from->size().value_or(0), kMost)));
    bytes.resize(released([&] { return from->read_at(0, bytes); }));
    return hex(in_turn(self.turns, [&] { return self.opener.add_capsule(bytes); }).id);
  }
  const Buffer bytes(record, false, "a capsule");
  return hex(in_turn(self.turns, [&] { return self.opener.add_capsule(bytes.view()); }).id);
}

nb::list open_batch(PyOpener& self, nb::sequence sealed) {
  constexpr std::size_t kBatchBytes = std::size_t{16} << 20;
  nb::list out;
  Watch watch{nb::none()};
  std::vector<Result<Bytes>> opened;
  std::vector<Buffer> buffers;
  std::vector<ByteView> objects;
  const std::size_t count = nb::len(sealed);
  for (std::size_t next = 0; next < count;) {
    buffers.clear();
    objects.clear();
    for (std::size_t bytes = 0; next < count && bytes < kBatchBytes; ++next) {
      buffers.emplace_back(sealed[next], false, "each object");
      objects.push_back(buffers.back().view());
      bytes += buffers.back().size() + 4096;
    }
    gathering(self, [&]() -> Result<void> {
      self.opener.objects(objects, opened);
      return watch.flush();
    });
    for (std::size_t i = 0; i < opened.size(); ++i) {
      if (!opened[i]) {
        Error error = opened[i].error();
        error.message = "object " + std::to_string(next - opened.size() + i) + ": " + error.message;
        raise(error);
      }
      out.append(nb::bytes(opened[i]->data(), opened[i]->size()));
    }
  }
  return out;
}

}  // namespace

nb::object as_report(const GatherReport& report) {
  nb::list used, failed;
  for (const std::string& each : report.used) used.append(each.c_str());
  for (const Culprit& each : report.failed) failed.append(culprit(each));
  return nb::module_::import_("triclave.errors").attr("make_report")(used, failed);
}

nb::object as_culprits(std::span<const Culprit> culprits) {
  nb::list out;
  for (const Culprit& each : culprits) out.append(culprit(each));
  return nb::module_::import_("triclave.errors").attr("make_culprits")(out);
}

void bind_opener(nb::module_& module) {
  nb::class_<PyOpener>(module, "Opener")
      .def("__init__", &construct, nb::arg("policy"), nb::arg("keys"), nb::arg("memory").none(), nb::arg("custodians").none())
      .def_prop_ro("policy", [](const PyOpener& self) { return std::const_pointer_cast<Policy>(self.policy); })
      .def("add_capsule", &add_capsule, nb::arg("record").none())
      .def("knows", [](PyOpener& self, const std::string& id) {
             const Id capsule = id_of(id);
             return in_turn(self.turns, [&]() -> Result<bool> { return self.opener.knows(capsule); });
           }, nb::arg("capsule_id"))
      .def("unlock", [](PyOpener& self, const std::string& id, const std::vector<std::string>& compartments) {
             const Id capsule = id_of(id);
             return as_report(gathering(self, [&] { return self.opener.unlock(capsule, compartments); }));
           }, nb::arg("capsule_id"), nb::arg("compartments"))
      .def("rehearse", [](PyOpener& self, const std::string& id, const std::string& compartment) {
             const Id capsule = id_of(id);
             nb::list out;
             for (const auto& each : gathering(self, [&] { return self.opener.rehearse(capsule, compartment); }))
               out.append(as_report(each));
             return out;
           }, nb::arg("capsule_id"), nb::arg("compartment"))
      .def("rewrap", [](PyOpener& self, const std::string& id, const Policy& to, const Signer& owner,
                        const std::vector<std::string>& compartments) {
             const Id capsule = id_of(id);
             const Bytes record = gathering(self, [&] { return self.opener.rewrap(capsule, to, owner, compartments); });
             return nb::bytes(record.data(), record.size());
           }, nb::arg("capsule_id"), nb::arg("to"), nb::arg("owner"), nb::arg("compartments"))
      .def("open_batch", &open_batch, nb::arg("sealed"));
}

}  // namespace triclave::python
