// What the files of this module share. A call into the library is made without the interpreter's lock; its Result
// becomes a return value or a Python exception. The library's frames never see a Python exception: one that a file
// object, a callback or Ctrl-C raised on the way is kept for the thread, travels as an Error, and is raised at the end.
#pragma once

#include <nanobind/nanobind.h>

#include <utility>

#include "triclave/error.h"

namespace triclave::python {

namespace nb = nanobind;

void bind_keys(nb::module_& module);
void bind_custodians(nb::module_& module);
void bind_policy(nb::module_& module);
void bind_sealer(nb::module_& module);
void bind_opener(nb::module_& module);
void bind_sealed_file(nb::module_& module);
void bind_seal_table(nb::module_& module);
void bind_open_table(nb::module_& module);

// Once the interpreter has begun to end, a thread that waits for its lock is torn down where it stands, and in the middle
// of C++ frames that stops the process. So a thread that wants the lock then waits for the process's end instead, and the
// interpreter's end waits, a second at most, for those who are between these two calls. The main thread goes on.
void enter_python() noexcept;
void leave_python() noexcept;
// Whether this thread has given the lock back, and not got it again since.
inline thread_local bool gave_lock_back = false;
void begin_to_end();

// Without the interpreter's lock; and with it, from a thread that may not have it.
class Unlocked {
 public:
  Unlocked() : state_(PyEval_SaveThread()) { gave_lock_back = true; }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;
  ~Unlocked() {
    enter_python();
    PyEval_RestoreThread(state_);
    gave_lock_back = false;
    leave_python();
  }

 private:
  PyThreadState* state_;
};
class Locked {
 public:
  Locked() {
    enter_python();
    state_ = PyGILState_Ensure();
    before_ = std::exchange(gave_lock_back, false);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() {
    gave_lock_back = before_;
    PyGILState_Release(state_);
    leave_python();
  }

 private:
  PyGILState_STATE state_;
  bool before_ = false;
};

// Raises the exception of the error's kind, or the one that was kept for this thread. Holds the lock.
[[noreturn]] void raise(const Error& error);
// The error as an exception object: for those that are told and not raised.
nb::object as_exception(const Error& error);

// Keeps what a call into Python has just raised; the Error for the library's way back. Holds the lock.
Error keep_raised();
void forget_raised() noexcept;
// What was kept, as text, for callers who take no exception; forgotten then. Takes the lock.
std::string take_raised_text(const Error& error);

template <class T>
T unwrap(Result<T>&& result) {
  if (!result) raise(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// The outcome of `work`, which returns a Result and runs without the lock.
template <class Work>
auto released(Work&& work) {
  forget_raised();
  auto result = [&] {
    const Unlocked unlocked;
    return work();
  }();
  if (result) forget_raised();
  return unwrap(std::move(result));
}

// Runs `work`, which calls Python, with the lock; what it raises is kept.
template <class Work>
auto locked(Work&& work) -> decltype(work()) {
  const Locked lock;
  try {
    return work();
  } catch (nb::python_error& raised) {
    raised.restore();
    return tl::unexpected(keep_raised());
  } catch (const nb::builtin_exception& raised) {
    PyErr_SetString(raised.type() == nb::exception_type::type_error ? PyExc_TypeError : PyExc_ValueError, raised.what());
    return tl::unexpected(keep_raised());
  }
}

}  // namespace triclave::python
