// Keys: recipients that shares are masked for, signers whose signatures count, and the private halves of both.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include "ids.h"
#include "python_io.h"
#include "triclave/keys.h"

namespace triclave::python {
namespace {

template <class Key>
std::string show(const char* type, const Key& key) {
  return std::string("<triclave.") + type + " " + key.name() + ", " + hex(key.id()).substr(0, 16) + ">";
}

template <class Key>
std::shared_ptr<Key> load(nb::handle file, std::optional<std::string_view> passphrase) {
  const auto path = path_of(file);
  return std::make_shared<Key>(released([&] { return Key::load(path, passphrase.value_or("")); }));
}

template <class Key>
void save(const Key& key, nb::handle file, std::optional<std::string_view> passphrase) {
  const auto path = path_of(file);
  released([&] { return key.save(path, {.passphrase = passphrase.value_or("")}); });
}

void check_name(std::string_view name) {
  const bool has_control = std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
  if (name.empty() || name.size() > 64 || has_control)
    raise({ErrorKind::invalid_argument, "a key's name has 1 to 64 bytes and no control characters", {}});
}

template <class Key>
std::shared_ptr<Key> generate(std::string name) {
  check_name(name);
  return std::make_shared<Key>(released([&]() -> Result<Key> { return Key::generate(std::move(name)); }));
}

constexpr const char* kLoad = "Loads a private key file. A file that a passphrase protects needs it; others may not be able to read the file.";
constexpr const char* kSave = "Writes a new key file (mode 0600), which is not replaced where it exists; protected by a passphrase where one is given.";

void bind_recipient(nb::module_& module) {
  nb::class_<Recipient>(module, "Recipient", "A public key that a share can be masked for: an owner's, a custodian's.")
      .def_static("load", [](nb::handle file) { const auto path = path_of(file);
                                                return released([&] { return Recipient::load(path); }); },
                  nb::arg("file"), "Loads a public key file.")
      .def_static("parse", [](std::string_view text) { return unwrap(Recipient::parse(text, "the text")); }, nb::arg("text"),
                  "Reads the text of a public key file.")
      .def_prop_ro("name", [](const Recipient& key) { return key.name(); })
      .def_prop_ro("id", [](const Recipient& key) { return hex(key.id()); }, "The key's fingerprint: 64 hexadecimal digits.")
      .def("to_text", &Recipient::to_text, "The text of the public key file.")
      .def("__repr__", [](const Recipient& key) { return show("Recipient", key); });
}

void bind_identity(nb::module_& module) {
  nb::class_<Identity>(module, "Identity", "The private half of a recipient. It lives in guarded memory.")
      .def_static("generate", &generate<Identity>, nb::arg("name"), "Makes a new key.")
      .def_static("load", &load<Identity>, nb::arg("file"), nb::arg("passphrase") = nb::none(), kLoad)
      .def_static("import_own_key",
                  [](std::string_view text, std::string name) {
                    check_name(name);
                    return std::make_shared<Identity>(unwrap(Identity::import_own_key(text, std::move(name))));
                  },
                  nb::arg("hex_or_base64"), nb::arg("name"), "The key that 32 bytes of the owner's give, the same ones always the same.")
      .def("save", &save<Identity>, nb::arg("file"), nb::arg("passphrase") = nb::none(), kSave)
      .def_prop_ro("recipient", [](const Identity& key) { return key.recipient(); }, "The public half.")
      .def_prop_ro("name", [](const Identity& key) { return key.recipient().name(); })
      .def("__repr__", [](const Identity& key) { return show("Identity", key.recipient()); });
}

void bind_verifier(nb::module_& module) {
  nb::class_<Verifier>(module, "Verifier", "The public half of a signer: a producer, an owner, a permit authority.")
      .def_static("load", [](nb::handle file) { const auto path = path_of(file);
                                                return released([&] { return Verifier::load(path); }); },
                  nb::arg("file"), "Loads a public key file and checks its proof of possession.")
      .def_prop_ro("name", [](const Verifier& key) { return key.name(); })
      .def_prop_ro("id", [](const Verifier& key) { return hex(key.id()); }, "The key's fingerprint: 64 hexadecimal digits.")
      .def("__repr__", [](const Verifier& key) { return show("Verifier", key); });
}

void bind_signer(nb::module_& module) {
  nb::class_<Signer>(module, "Signer", "The private half of a signer. It lives in guarded memory.")
      .def_static("generate", &generate<Signer>, nb::arg("name"), "Makes a new key pair.")
      .def_static("load", &load<Signer>, nb::arg("file"), nb::arg("passphrase") = nb::none(), kLoad)
      .def("save", &save<Signer>, nb::arg("file"), nb::arg("passphrase") = nb::none(), kSave)
      .def_prop_ro("verifier", [](const Signer& key) { return key.verifier(); }, "The public half.")
      .def_prop_ro("name", [](const Signer& key) { return key.verifier().name(); })
      .def("public_text", &Signer::public_text, "The text of the public key file, with its proof of possession.")
      .def("__repr__", [](const Signer& key) { return show("Signer", key.verifier()); });
}

}  // namespace

void bind_keys(nb::module_& module) {
  bind_recipient(module);
  bind_identity(module);
  bind_verifier(module);
  bind_signer(module);
}

}  // namespace triclave::python
