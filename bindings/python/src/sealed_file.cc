// The plaintext of a sealed object, by ranges.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>

#include "opening.h"
#include "python_io.h"

namespace triclave::python {
namespace {

struct PyReader {
  std::unique_ptr<OpenObject> object;
  ObjectInfo info;
  Turns turns;
};

std::shared_ptr<PyReader> open(PyOpener& opener, nb::handle sealed) {
  auto from = source_of(sealed);
  auto out = std::make_shared<PyReader>();
  out->object = gathering(opener, [&] { return opener.opener.object(std::move(from)); });
  out->info = out->object->info();
  return out;
}

Result<OpenObject*> usable(PyReader& self) {
  if (self.object) return self.object.get();
  return fail(ErrorKind::invalid_argument, "this file is closed");
}

// Authenticated; empty for a pipe.
std::optional<std::uint64_t> size(PyReader& self) {
  return in_turn(self.turns, [&]() -> Result<std::optional<std::uint64_t>> {
    auto object = usable(self);
    if (!object) return tl::unexpected(object.error());
    const auto size = (*object)->size();
    if (size || !self.info.plain_size) return size;
    // The end does not verify: a read there says how.
    std::uint8_t byte = 0;
    auto end = (*object)->read_at(*self.info.plain_size, {&byte, 1});
    if (!end) return tl::unexpected(end.error());
    return size;
  });
}

std::size_t read_into(PyReader& self, std::uint64_t offset, nb::handle target) {
  const Buffer out(target, true, "what is read into");
  return in_turn(self.turns, [&] {
    return usable(self).and_then([&](OpenObject* object) { return object->read_at(offset, out.bytes()); });
  });
}

nb::object read(PyReader& self, std::uint64_t offset, std::size_t most) {
  // A number that somebody asks for is not yet a reason to take so much memory.
  constexpr std::uint64_t kMostOfPipe = std::uint64_t{16} << 20;
  const std::uint64_t total = self.info.plain_size.value_or(offset + kMostOfPipe);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, total - std::min(total, offset)));
  nb::object out = nb::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(wanted)));
  if (!out.is_valid()) throw nb::python_error();
  const MutableBytes room{reinterpret_cast<std::uint8_t*>(PyBytes_AsString(out.ptr())), wanted};
  Watch watch{nb::none()};
  const std::size_t got = in_turn(self.turns, [&]() -> Result<std::size_t> {
    constexpr std::size_t kAtOnce = std::size_t{16} << 20;  // between two chances for Ctrl-C
    std::size_t done = 0;
    auto object = usable(self);
    if (!object) return tl::unexpected(object.error());
    do {
      const std::size_t next = std::min(wanted - done, kAtOnce);
      const auto read = (*object)->read_at(offset + done, room.subspan(done, next));
      if (!read) return read;
      done += *read;
      if (*read < next) break;
      if (auto told = watch.add(*read); !told) return tl::unexpected(told.error());
    } while (done < wanted);
    return done;
  });
  return got == wanted ? out : nb::object(nb::bytes(PyBytes_AsString(out.ptr()), got));
}

std::uint64_t copy_to(PyReader& self, nb::handle target, unsigned threads, nb::object progress) {
  auto to = sink_of(target);
  Watch watch(std::move(progress));
  return in_turn(self.turns, [&]() -> Result<std::uint64_t> {
    auto object = usable(self);
    if (!object) return tl::unexpected(object.error());
    (*object)->set_threads(usable_threads(threads));
    const auto watched = watched_sink(std::move(to), watch);
    return (*object)->copy_to(*watched);
  });
}

nb::tuple inspect(nb::handle sealed) {
  const auto from = source_of(sealed);
  const ObjectInfo info = released([&] { return inspect_object(*from); });
  return nb::make_tuple(info.name.c_str(), info.dataset.c_str(), info.compartment.c_str(), hex(info.capsule_id).c_str(),
                        info.content_signed, info.embedded_capsule, info.plain_size, info.sealed_size);
}

void close(PyReader& self) {
  in_turn(self.turns, [&]() -> Result<void> {
    self.object.reset();
    return {};
  });
}

}  // namespace

void bind_sealed_file(nb::module_& module) {
  nb::class_<PyReader>(module, "Reader")
      .def_prop_ro("name", [](const PyReader& self) { return self.info.name; })
      .def_prop_ro("dataset", [](const PyReader& self) { return self.info.dataset; })
      .def_prop_ro("compartment", [](const PyReader& self) { return self.info.compartment; })
      .def_prop_ro("capsule_id", [](const PyReader& self) { return hex(self.info.capsule_id); })
      .def_prop_ro("content_signed", [](const PyReader& self) { return self.info.content_signed; })
      .def_prop_ro("plain_size", [](const PyReader& self) { return self.info.plain_size; })
      .def("size", &size)
      .def("read", &read, nb::arg("offset"), nb::arg("most"))
      .def("read_into", &read_into, nb::arg("offset"), nb::arg("target").none())
      .def("copy_to", &copy_to, nb::arg("target").none(), nb::arg("threads"), nb::arg("progress").none())
      .def("verify_content", [](PyReader& self) {
        in_turn(self.turns, [&] { return usable(self).and_then([](OpenObject* object) { return object->verify_content(); }); });
      })
      .def("close", &close);
  module.def("open_object", &open, nb::arg("opener"), nb::arg("sealed").none());
  module.def("inspect_object", &inspect, nb::arg("sealed").none());
}

}  // namespace triclave::python
