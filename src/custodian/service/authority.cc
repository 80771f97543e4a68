#include "custodian/service/authority.h"

#include <botan/data_src.h>
#include <botan/ecdsa.h>
#include <botan/pkcs10.h>
#include <botan/pkcs8.h>
#include <botan/x509_ca.h>
#include <botan/x509_ext.h>
#include <botan/x509self.h>

#include <algorithm>
#include <charconv>

#include "base/names.h"
#include "keys/botan_rng.h"

namespace triclave::custodian {
namespace {

constexpr const char* kCurve = "secp256r1";
constexpr const char* kHash = "SHA-256";
constexpr std::size_t kMaxCommonName = 64;  // RFC 5280

Botan::ECDSA_PrivateKey new_key(Botan::RandomNumberGenerator& rng) {
  return {rng, Botan::EC_Group::from_name(kCurve)};
}

// Botan gives text; it is wiped once it stands in guarded memory.
SecretBytes pem_of(const Botan::Private_Key& key) {
  std::string text = Botan::PKCS8::PEM_encode(key);
  SecretBytes out = SecretBytes::copy_of(as_bytes(text));
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return out;
}

std::optional<std::uint32_t> ipv4(std::string_view text) {
  std::uint32_t out = 0;
  for (int part = 0; part < 4; ++part) {
    unsigned number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (wrong != std::errc() || number > 255) return {};
    out = out << 8 | number;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (part == 3) break;
    if (text.empty() || text.front() != '.') return {};
    text.remove_prefix(1);
  }
  return text.empty() ? std::optional(out) : std::nullopt;
}

Botan::X509_Cert_Options options(const std::string& name, const Validity& validity) {
  Botan::X509_Cert_Options out;
  out.common_name = name;
  out.organization = "Triclave trial";
  out.start = Botan::X509_Time(validity.from);
  out.end = Botan::X509_Time(validity.until);
  return out;
}

Result<void> check_name(const std::string& name) {
  if (is_text(name, kMaxCommonName)) return {};
  return fail(ErrorKind::invalid_argument, "a certificate's name is 1 to 64 bytes of UTF-8 without control characters");
}

}  // namespace

Result<Certified> make_authority(const std::string& name, const Validity& validity) {
  if (auto fits = check_name(name); !fits) return tl::unexpected(fits.error());
  keys::KernelRng rng;
  const auto key = new_key(rng);
  auto wanted = options(name, validity);
  wanted.CA_key(0);
  const auto certificate = Botan::X509::create_self_signed_cert(wanted, key, kHash, rng);
  return Certified{certificate.PEM_encode(), pem_of(key)};
}

Result<Certified> certify(const Certified& authority, const std::string& name, Usage usage,
                          const std::vector<std::string>& hosts, const Validity& validity) {
  if (auto fits = check_name(name); !fits) return tl::unexpected(fits.error());
  keys::KernelRng rng;
  try {
    Botan::DataSource_Memory certificate_text(authority.certificate);
    const Botan::X509_Certificate issuer(certificate_text);
    Botan::DataSource_Memory key_text(authority.key.view().data(), authority.key.size());
    const auto issuer_key = Botan::PKCS8::load_key(key_text);

    auto wanted = options(name, validity);
    wanted.constraints = Botan::Key_Constraints(Botan::Key_Constraints::DigitalSignature);
    wanted.add_ex_constraint(usage == Usage::server ? "PKIX.ServerAuth" : "PKIX.ClientAuth");
    Botan::AlternativeName alternatives;
    for (const std::string& host : hosts) {
      if (const auto address = ipv4(host))
        alternatives.add_ipv4_address(*address);
      else
        alternatives.add_dns(host);
    }
    if (!hosts.empty())
      wanted.extensions.add(std::make_unique<Botan::Cert_Extension::Subject_Alternative_Name>(alternatives));
    const auto key = new_key(rng);
    const auto request = Botan::X509::create_cert_req(wanted, key, kHash, rng);
    const Botan::X509_CA signer(issuer, *issuer_key, kHash, rng);
    const auto made = signer.sign_request(request, rng, wanted.start, wanted.end);
    return Certified{made.PEM_encode(), pem_of(key)};
  } catch (const std::exception& wrong) {
    return fail(ErrorKind::invalid_argument,
                "cannot make the certificate of " + name + ": " + wrong.what() + "; is this an authority's certificate and key?");
  }
}

}  // namespace triclave::custodian
