// Errors of the library as exceptions of triclave.errors, and Python's exceptions on their way through the library.
#include <unistd.h>

#include <atomic>
#include <string>

#include "bind.h"

namespace triclave::python {
namespace {

// Raised by Python code that the library called on this thread, and not yet told to the caller.
thread_local PyObject* kept = nullptr;

std::atomic<bool> ending = false;
thread_local bool ends_it = false;  // the thread that ends the interpreter

PyObject* fetch() {
  PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  if (value != nullptr && trace != nullptr) PyException_SetTraceback(value, trace);
  Py_XDECREF(type);
  Py_XDECREF(trace);
  return value;
}

}  // namespace

void begin_to_end() noexcept {
  ends_it = true;
  ending = true;
}

void wait_if_ending() noexcept {
  while (ending && !ends_it) ::pause();
}

nb::object as_exception(const Error& error) {
  nb::list culprits;
  for (const Culprit& each : error.culprits)
    culprits.append(nb::make_tuple(each.who.c_str(), each.why.c_str(), std::string(to_string(each.kind)).c_str()));
  const std::string kind(to_string(error.kind));
  return nb::module_::import_("triclave.errors").attr("make")(kind.c_str(), error.message.c_str(), culprits);
}

void raise(const Error& error) {
  if (PyObject* raised = std::exchange(kept, nullptr)) {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(raised)), raised);
    Py_DECREF(raised);
    throw nb::python_error();
  }
  const nb::object exception = as_exception(error);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
  throw nb::python_error();
}

Error keep_raised() {
  forget_raised();
  kept = fetch();
  return {ErrorKind::io, "Python code that was called raised an exception", {}};
}

void forget_raised() noexcept { Py_CLEAR(kept); }

std::string take_raised_text(const Error& error) {
  if (kept == nullptr) return error.text();
  const Locked lock;
  const nb::object raised = nb::steal(std::exchange(kept, nullptr));
  const nb::object text = nb::steal(PyObject_Repr(raised.ptr()));
  const char* utf8 = text.is_valid() ? PyUnicode_AsUTF8AndSize(text.ptr(), nullptr) : nullptr;
  if (utf8 != nullptr) return utf8;
  PyErr_Clear();
  return error.text();
}

}  // namespace triclave::python
