// Open tables, and their columns as Arrow streams for whoever takes the PyCapsule Interface.
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cerrno>

#include "arrow_in.h"
#include "columns.h"
#include "opening.h"
#include "python_io.h"

namespace triclave::python {
namespace {

struct PyTable {
  explicit PyTable(OpenTable t) : table(std::move(t)) {}
  OpenTable table;
  Turns turns;
};

using Names = std::vector<std::string>;

std::shared_ptr<PyTable> open(PyOpener& opener, nb::handle sealed, const Names& compartments, unsigned threads) {
  auto from = source_of(sealed);
  auto table = gathering(opener, [&] { return OpenTable::open(opener.opener, std::move(from), compartments); });
  table.set_threads(usable_threads(threads));
  return std::make_shared<PyTable>(std::move(table));
}

// Who reads a stream may have the interpreter's lock or not: either way it is free while a turn at the table is waited
// for, since who has the turn may need it.
template <class Work>
auto without_lock(Work&& work) {
  if (!Py_IsInitialized()) return work();
  const Locked lock;
  const Unlocked unlocked;
  return work();
}

// The rows of some row groups. Each call for a stream begins a new one.
struct Stream {
  std::shared_ptr<PyTable> table;
  Names columns;
  std::uint64_t next, end;
  std::string words;

  template <class Work>
  int answer(Work&& work) {
    return without_lock([&] {
      auto turn = table->turns.wait();
      const Result<void> done = turn ? work() : Result<void>(tl::unexpected(turn.error()));
      if (done) return 0;
      words = take_raised_text(done.error());
      return done.error().kind == ErrorKind::invalid_argument ? EINVAL : EIO;
    });
  }
};

Stream* of(ArrowArrayStream* stream) { return static_cast<Stream*>(stream->private_data); }

void make_stream(Stream state, ArrowArrayStream* out) {
  out->private_data = new Stream(std::move(state));
  out->get_schema = [](ArrowArrayStream* self, ArrowSchema* schema) {
    return of(self)->answer([&] { return of(self)->table->table.schema(of(self)->columns, schema); });
  };
  out->get_next = [](ArrowArrayStream* self, ArrowArray* array) {
    Stream& stream = *of(self);
    array->release = nullptr;
    if (stream.next == stream.end) return 0;
    return stream.answer([&]() -> Result<void> {
      auto read = stream.table->table.read(stream.next, stream.columns, array);
      if (read) ++stream.next;
      return read;
    });
  };
  out->get_last_error = [](ArrowArrayStream* self) -> const char* { return of(self)->words.c_str(); };
  out->release = [](ArrowArrayStream* self) {
    delete of(self);
    self->release = nullptr;
  };
}

template <class Struct>
nb::object capsule(std::unique_ptr<Struct> held, const char* name) {
  PyObject* out = PyCapsule_New(held.get(), name, [](PyObject* self) {
    auto* inside = static_cast<Struct*>(PyCapsule_GetPointer(self, PyCapsule_GetName(self)));
    if (inside->release != nullptr) inside->release(inside);
    delete inside;
  });
  if (out == nullptr) throw nb::python_error();
  held.release();
  return nb::steal(out);
}

nb::object stream(std::shared_ptr<PyTable> self, const Names& columns, std::uint64_t begin, std::uint64_t end) {
  auto out = std::make_unique<ArrowArrayStream>();
  make_stream({std::move(self), columns, begin, end, {}}, out.get());
  return capsule(std::move(out), "arrow_array_stream");
}

nb::object schema(PyTable& self, const Names& columns) {
  auto out = std::make_unique<ArrowSchema>();
  in_turn(self.turns, [&] { return self.table.schema(columns, out.get()); });
  return capsule(std::move(out), "arrow_schema");
}

nb::list segments(const PyTable& self) {
  nb::list out;
  for (const TableSegment& each : self.table.info().segments) {
    nb::list compartments;
    for (const std::string& name : each.compartments) compartments.append(name.c_str());
    out.append(nb::make_tuple(hex(each.capsule_id).c_str(), each.name.c_str(), nb::tuple(compartments), each.embedded_capsule, each.size));
  }
  return out;
}

nb::list gathered(const PyTable& self) {
  nb::list out;
  for (const GatherReport& each : self.table.gathered()) out.append(as_report(each));
  return out;
}

nb::dict notes(const PyTable& self) {
  nb::dict out;
  for (const auto& [key, value] : self.table.notes()) out[key.c_str()] = value.c_str();
  return out;
}

}  // namespace

void bind_open_table(nb::module_& module) {
  nb::class_<PyTable>(module, "Table")
      .def_prop_ro("dataset", [](const PyTable& self) { return self.table.info().dataset; })
      .def_prop_ro("sealed_size", [](const PyTable& self) { return self.table.info().sealed_size; })
      .def_prop_ro("segments", &segments)
      .def_prop_ro("columns", [](const PyTable& self) { return as_columns(self.table.columns()); })
      .def_prop_ro("closed", [](const PyTable& self) { return as_culprits(self.table.closed()); })
      .def_prop_ro("gathered", &gathered)
      .def_prop_ro("all_columns", [](const PyTable& self) { return self.table.all_columns(); })
      .def_prop_ro("notes", &notes)
      .def_prop_ro("rows", [](const PyTable& self) { return self.table.rows(); })
      .def_prop_ro("row_groups", [](const PyTable& self) { return self.table.row_groups(); })
      .def("rows_of", [](const PyTable& self, std::uint64_t row_group) {
             if (row_group >= self.table.row_groups()) throw nb::index_error("no such row group");
             return self.table.rows_of(row_group);
           }, nb::arg("row_group"))
      .def("schema", &schema, nb::arg("columns"))
      .def("stream", &stream, nb::arg("columns"), nb::arg("begin"), nb::arg("end"));
  module.def("open_table", &open, nb::arg("opener"), nb::arg("sealed").none(), nb::arg("compartments"), nb::arg("threads"));
}

}  // namespace triclave::python
