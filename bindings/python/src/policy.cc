// Policies, and what they mean for people who have to judge them.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "python_io.h"
#include "triclave/policy.h"

namespace triclave::python {
namespace {

std::chrono::system_clock::time_point now() { return std::chrono::system_clock::now(); }

Explanation explained(const Policy& policy) {
  return released([&]() -> Result<Explanation> { return policy.explain(now()); });
}

// For notebooks: triclave/picture.py draws what a policy means.
nb::object page_of(Explanation explanation) { return nb::module_::import_("triclave.picture").attr("html_of")(std::move(explanation)); }

std::string repr_of(const Explanation& self) {
  std::string out = "<triclave.Explanation of " + self.dataset + " at " + self.date + ":";
  for (const CompartmentExplanation& each : self.compartments)
    out += "\n  " + each.name + " opens with " + each.in_words + (each.may_seal ? "" : "; may not be sealed");
  return out + ">";
}

}  // namespace

void bind_policy(nb::module_& module) {
  nb::class_<Explanation>(module, "Explanation",
                          "Who can open what, which jurisdiction could, what may be lost; verdicts hold for what the policy's registry says.")
      .def_prop_ro("text", &Explanation::to_text, "The whole explanation, for people.")
      .def_prop_ro("json", &Explanation::to_json, "The same for programs, as JSON text.")
      .def_ro("dataset", &Explanation::dataset)
      .def_ro("date", &Explanation::date, "The day for which labels and expiry were judged.")
      .def("__str__", &Explanation::to_text)
      .def("__repr__", &repr_of)
      .def("_repr_html_", &page_of, "What a notebook shows: who can open each compartment, with a picture.");

  nb::class_<Policy>(module, "Policy", "An owner's policy: who may open which compartment of one dataset. Read once, never changed.")
      .def_static("load",
                  [](nb::handle file) {
                    const auto path = path_of(file);
                    return std::make_shared<Policy>(released([&] { return Policy::load(path); }));
                  },
                  nb::arg("file"), "Loads a policy file and the public key files that it names.")
      .def_static("parse",
                  [](std::string_view text, nb::handle folder) {
                    const auto path = path_of(folder);
                    return std::make_shared<Policy>(released([&] { return Policy::parse(text, "the policy", path); }));
                  },
                  nb::arg("text"), nb::arg("folder"), "Reads a policy from text; key files are looked up in the folder.")
      .def_prop_ro("dataset", &Policy::dataset)
      .def_prop_ro("compartments", &Policy::compartments, "Names, in written order.")
      .def("compartment_of_column", [](const Policy& self, std::string_view column) { return unwrap(self.compartment_of_column(column)); },
           nb::arg("column"), "The compartment that a table's column belongs to.")
      .def("check_sealing",
           [](const Policy& self, std::string_view compartment) { released([&] { return self.check_sealing(compartment, now()); }); },
           nb::arg("compartment"), "Raises PolicyRefusedError, which names rules and recipients, where the compartment may not be sealed today.")
      .def("explain", &explained, "What it all means, judged today.")
      .def("_repr_html_", [](const Policy& self) { return page_of(explained(self)); }, "What a notebook shows: the explanation's page.")
      .def("__repr__", [](const Policy& self) {
        std::string names;
        for (const std::string& each : self.compartments()) names += (names.empty() ? "" : ", ") + each;
        return "<triclave.Policy of " + self.dataset() + ": " + names + ">";
      });
}

}  // namespace triclave::python
