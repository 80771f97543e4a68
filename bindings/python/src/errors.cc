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
std::atomic<int> inside = 0;  // threads that wait for the interpreter's lock, or have it in the library's frames
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

void enter_python() noexcept {
  inside.fetch_add(1);
  if (!ending || ends_it) return;
  // Who may have the lock already must not stop with it.
  if (!gave_lock_back && PyGILState_GetThisThreadState() != nullptr) return;
  inside.fetch_sub(1);
  while (true) ::pause();
}

void leave_python() noexcept { inside.fetch_sub(1); }

void begin_to_end() {
  ends_it = true;
  ending = true;
  for (int waited = 0; inside != 0 && waited < 1000; ++waited) {
    PyThreadState* state = PyEval_SaveThread();
    ::usleep(1000);
    PyEval_RestoreThread(state);
  }
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
