#include "custodian/service/tls_files.h"

#include <botan/data_src.h>
#include <botan/pkcs8.h>
#include <botan/x509cert.h>

#include "base/try.h"
#include "keys/key_storage.h"

namespace triclave::custodian {
namespace {

constexpr std::size_t kMaxPem = 1024 * 1024;

tl::unexpected<Error> refuse(const std::filesystem::path& file, std::string_view why) {
  return fail(ErrorKind::invalid_argument, file.native() + ": " + std::string(why) +
                                               "; for a trial, `triclave custodian ca` makes certificates");
}

// Botan says what is wrong with a certificate or a key by throwing.
template <class Read>
auto read_pem(const std::filesystem::path& file, Read read) -> Result<decltype(read(std::declval<Botan::DataSource&>()))> {
  auto text = keys::read_secret_file(file, kMaxPem);
  if (!text) return refuse(file, text.error().message);
  try {
    Botan::DataSource_Memory source(text->view().data(), text->size());
    return read(source);
  } catch (const std::exception& wrong) {
    return refuse(file, wrong.what());
  }
}

Result<Botan::X509_Certificate> read_certificate(const std::filesystem::path& file) {
  return read_pem(file, [](Botan::DataSource& source) { return Botan::X509_Certificate(source); });
}

}  // namespace

Result<void> check_certificates(const TlsFiles& files) {
  TRICLAVE_TRY(read_certificate(files.client_ca));
  TRICLAVE_TRY_ASSIGN(const auto certificate, read_certificate(files.certificate));
  TRICLAVE_TRY_ASSIGN(const auto key, read_pem(files.private_key, [](Botan::DataSource& source) {
                        return Botan::PKCS8::load_key(source);
                      }));
  const auto public_key = certificate.subject_public_key();
  if (public_key->algo_name() != "ECDSA") return refuse(files.certificate, "the service's certificate must be of an EC key");
  if (public_key->public_key_bits() != key->public_key_bits())
    return refuse(files.private_key, "this is not the key of the certificate " + files.certificate.native());
  return {};
}

}  // namespace triclave::custodian
