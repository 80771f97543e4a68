#include "arrow_in.h"

#include <cerrno>

namespace triclave::python {
namespace {

// One batch as a stream.
struct OneBatch {
  OwnedSchema schema;
  OwnedArray array;
  bool given = false;
};

OneBatch* batch_of(ArrowArrayStream* stream) { return static_cast<OneBatch*>(stream->private_data); }

void stream_one(OwnedSchema schema, OwnedArray array, ArrowArrayStream* out) {
  out->private_data = new OneBatch{std::move(schema), std::move(array)};
  out->get_schema = [](ArrowArrayStream* self, ArrowSchema* schema_out) {
    OneBatch* batch = batch_of(self);  // asked for once, by this module
    *schema_out = *batch->schema;
    batch->schema.get()->release = nullptr;
    return 0;
  };
  out->get_next = [](ArrowArrayStream* self, ArrowArray* array_out) {
    OneBatch* batch = batch_of(self);
    *array_out = batch->given ? ArrowArray{} : *batch->array;
    batch->array.get()->release = nullptr;
    batch->given = true;
    return 0;
  };
  out->get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  out->release = [](ArrowArrayStream* self) {
    delete batch_of(self);
    self->release = nullptr;
  };
}

// What a capsule of this name holds, not yet released. Raises TypeError.
template <class Struct>
Struct* held_by(nb::handle capsule, const char* name) {
  auto* held = static_cast<Struct*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (held == nullptr) {
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError, "__arrow_c_stream__ or __arrow_c_array__ gave no capsule named %s", name);
    throw nb::python_error();
  }
  if (held->release == nullptr) throw nb::value_error("these columns were read already: give a stream that is fresh");
  return held;
}

}  // namespace

OwnedStream stream_of(nb::handle columns) {
  if (nb::hasattr(columns, "__arrow_c_stream__")) {
    const nb::object capsule = columns.attr("__arrow_c_stream__")();
    return OwnedStream(held_by<ArrowArrayStream>(capsule, "arrow_array_stream"));
  }
  if (nb::hasattr(columns, "__arrow_c_array__")) {
    const nb::object pair = columns.attr("__arrow_c_array__")();
    OwnedSchema schema(held_by<ArrowSchema>(pair[0], "arrow_schema"));
    OwnedArray array(held_by<ArrowArray>(pair[1], "arrow_array"));
    ArrowArrayStream stream{};
    stream_one(std::move(schema), std::move(array), &stream);
    return OwnedStream(&stream);
  }
  PyErr_Format(PyExc_TypeError,
               "needs columns: a DataFrame, an Arrow table or another object with __arrow_c_stream__ or __arrow_c_array__, or the path "
               "of an Arrow or Parquet file, not %R",
               reinterpret_cast<PyObject*>(Py_TYPE(columns.ptr())));
  throw nb::python_error();
}

}  // namespace triclave::python
