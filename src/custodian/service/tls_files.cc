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

Result<SecretBytes> read_file(const std::filesystem::path& file) {
  auto text = keys::read_secret_file(file, kMaxPem);
  if (!text) return refuse(file, text.error().message);
  return text;
}

// Botan says what is wrong with a certificate or a key by throwing.
template <class Read>
auto parse_pem(const std::filesystem::path& file, const SecretBytes& text, Read read)
    -> Result<decltype(read(std::declval<Botan::DataSource&>()))> {
  try {
    Botan::DataSource_Memory source(text.view().data(), text.size());
    return read(source);
  } catch (const std::exception& wrong) {
    return refuse(file, wrong.what());
  }
}

Result<Botan::X509_Certificate> parse_certificate(const std::filesystem::path& file, const SecretBytes& text) {
  return parse_pem(file, text, [](Botan::DataSource& source) { return Botan::X509_Certificate(source); });
}

}  // namespace

Result<TlsContents> read_tls_files(const TlsFiles& files) {
  TlsContents out;
  TRICLAVE_TRY_ASSIGN(out.certificate, read_file(files.certificate));
  TRICLAVE_TRY_ASSIGN(out.private_key, read_file(files.private_key));
  TRICLAVE_TRY_ASSIGN(out.client_ca, read_file(files.client_ca));
  return out;
}

Result<void> check_certificates(const TlsFiles& files, const TlsContents& contents, std::chrono::sys_seconds now) {
  TRICLAVE_TRY(parse_certificate(files.client_ca, contents.client_ca));
  TRICLAVE_TRY_ASSIGN(const auto certificate, parse_certificate(files.certificate, contents.certificate));
  TRICLAVE_TRY_ASSIGN(const auto key, parse_pem(files.private_key, contents.private_key, [](Botan::DataSource& source) {
                        return Botan::PKCS8::load_key(source);
                      }));
  const auto public_key = certificate.subject_public_key();
  if (public_key->algo_name() != "ECDSA") return refuse(files.certificate, "the service's certificate must be of an EC key");
  if (public_key->public_key_bits() != key->public_key_bits())
    return refuse(files.private_key, "this is not the key of the certificate " + files.certificate.native());
  const Botan::X509_Time at{now};
  if (at < certificate.not_before() || at > certificate.not_after())
    return refuse(files.certificate, "the certificate holds from " + certificate.not_before().readable_string() +
                                         " until " + certificate.not_after().readable_string() + " only");
  return {};
}

Result<void> check_certificates(const TlsFiles& files) {
  TRICLAVE_TRY_ASSIGN(const TlsContents contents, read_tls_files(files));
  return check_certificates(files, contents,
                            std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace triclave::custodian
