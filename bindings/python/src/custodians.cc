// Permits, and custodians who are asked under them over the network.
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "opening.h"
#include "python_io.h"
#include "triclave/custodian.h"
#include "triclave/permit.h"

namespace triclave::python {
namespace {

using std::chrono::sys_seconds;

struct PyPermit {
  Permit permit;
  Bytes record;
};

// What is small and comes by its path or as bytes.
Bytes record_of(nb::handle from) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  const auto source = source_of(from);
  Bytes out(kMost);
  out.resize(released([&] { return source->read_at(0, out); }));
  return out;
}

PyPermit permit_of(Bytes record) {
  Permit permit = unwrap(read_permit(record));
  return {std::move(permit), std::move(record)};
}

sys_seconds time_of(double seconds) {
  constexpr double kMost = 1e15;
  if (!(seconds > -kMost && seconds < kMost)) throw nb::value_error("a time is a number of seconds since 1970");
  return sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}
std::int64_t count(sys_seconds time) { return time.time_since_epoch().count(); }

PyPermit issue(const Signer& authority, const Verifier& requester, const std::string& dataset, const std::vector<std::string>& compartments,
               const std::string& purpose, double not_before, double not_after, std::uint32_t most_releases, bool needs_approval) {
  const PermitTerms terms{requester.id(),      dataset,       compartments,  purpose, time_of(not_before),
                          time_of(not_after), most_releases, needs_approval};
  return permit_of(released([&] { return issue_permit(terms, authority); }));
}

nb::bytes revocation(const PyPermit& self, const Signer& authority) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const Bytes record = released([&] { return revoke_permit(self.permit, authority, now); });
  return nb::bytes(record.data(), record.size());
}

void bind_permit(nb::module_& module) {
  nb::class_<PyPermit>(module, "Permit",
                       "What a dataset's authority signed to let a requester open compartments, for a purpose and until a date.")
      .def_static("load", [](nb::handle record) { return permit_of(record_of(record)); }, nb::arg("record"),
                  "Reads a permit, a path or bytes, and verifies its signature under the key that it carries.")
      .def_static("issue", &issue, nb::arg("authority"), nb::arg("requester"), nb::kw_only(), nb::arg("dataset"), nb::arg("compartments"),
                  nb::arg("purpose"), nb::arg("not_before"), nb::arg("not_after"), nb::arg("most_releases") = 0,
                  nb::arg("needs_approval") = false, "Signs a new permit; times are seconds since 1970, as datetime.timestamp() gives them.")
      .def("revocation", &revocation, nb::arg("authority"), "The record that tells custodians to honour the permit no longer.")
      .def_prop_ro("record", [](const PyPermit& self) { return nb::bytes(self.record.data(), self.record.size()); })
      .def_prop_ro("id", [](const PyPermit& self) { return hex(self.permit.id); })
      .def_prop_ro("authority", [](const PyPermit& self) { return hex(self.permit.authority); }, "The signer's fingerprint.")
      .def_prop_ro("requester", [](const PyPermit& self) { return hex(self.permit.terms.requester); }, "The signer's fingerprint.")
      .def_prop_ro("dataset", [](const PyPermit& self) { return self.permit.terms.dataset; })
      .def_prop_ro("compartments", [](const PyPermit& self) { return self.permit.terms.compartments; })
      .def_prop_ro("purpose", [](const PyPermit& self) { return self.permit.terms.purpose; })
      .def_prop_ro("not_before", [](const PyPermit& self) { return count(self.permit.terms.not_before); })
      .def_prop_ro("not_after", [](const PyPermit& self) { return count(self.permit.terms.not_after); })
      .def_prop_ro("most_releases", [](const PyPermit& self) { return self.permit.terms.most_releases; })
      .def_prop_ro("needs_approval", [](const PyPermit& self) { return self.permit.terms.needs_approval; })
      .def("__repr__", [](const PyPermit& self) {
        return "<triclave.Permit " + hex(self.permit.id).substr(0, 16) + " for " + self.permit.terms.dataset + ": " + self.permit.terms.purpose + ">";
      });
}

}  // namespace

std::chrono::milliseconds deadline_of(nb::handle custodians) {
  constexpr double kMost = 365.0 * 86400;
  const double seconds = nb::cast<double>(custodians.attr("deadline"));
  if (!(seconds > 0 && seconds <= kMost)) throw nb::value_error("a deadline is a number of seconds, more than 0 and at most a year");
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::vector<std::unique_ptr<MaskProvider>> network_providers(const Policy& policy, nb::handle custodians) {
  const auto text = [&](const char* name) { return nb::object(custodians.attr(name)); };
  ClientOptions options{path_of(text("tls_certificate")), path_of(text("tls_key"))};
  options.deadline = deadline_of(custodians);
  const nb::object passphrase = text("passphrase"), receipts = text("receipts");
  const auto key = path_of(text("requester"));
  const auto secret = passphrase.is_none() ? std::string_view() : nb::cast<std::string_view>(passphrase);
  const auto kept = receipts.is_none() ? std::filesystem::path() : path_of(receipts);
  Bytes record = nb::isinstance<PyPermit>(text("permit")) ? nb::cast<const PyPermit&>(text("permit")).record : record_of(text("permit"));
  return released([&]() -> Result<std::vector<std::unique_ptr<MaskProvider>>> {
    auto signer = Signer::load(key, secret);
    if (!signer) return tl::unexpected(signer.error());
    return custodian_providers(policy, {std::move(record), std::move(*signer), kept}, options);
  });
}

void bind_custodians(nb::module_& module) { bind_permit(module); }

}  // namespace triclave::python
