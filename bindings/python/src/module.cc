// The extension module triclave._core. What users see of it is in triclave/*.py.
#include <nanobind/stl/string_view.h>

#include "bind.h"
#include "triclave/engine.h"
#include "turn.h"
#include "triclave/version.h"

NB_MODULE(_core, module) {
  using namespace triclave::python;
  nb::set_leak_warnings(false);  // objects that are open at the interpreter's end are no leak
  forks();                       // from now on
  nb::module_::import_("atexit").attr("register")(nb::cpp_function(&begin_to_end));
  bind_keys(module);
  bind_policy(module);
  bind_custodians(module);
  bind_sealer(module);
  bind_opener(module);
  bind_sealed_file(module);
  bind_seal_table(module);
  bind_open_table(module);
  module.def("engine_name", &triclave::engine_name);
}
