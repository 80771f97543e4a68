#include "custodian/service/certificates.h"

#include <sys/mman.h>

#include "base/hash.h"
#include "base/message.h"
#include "base/try.h"

namespace triclave::custodian {
namespace {

constexpr std::chrono::seconds kLookAgain{1};

// Files that cannot be read are a content like another.
Id hash_of_contents(const Result<TlsContents>& read) {
  if (!read) return hash_of({as_bytes(read.error().message)});
  return hash_of({read->certificate.view(), read->private_key.view(), read->client_ca.view()});
}

}  // namespace

Result<void> Certificates::Slot::put(ByteView contents) {
  Descriptor made(::memfd_create("tls", MFD_CLOEXEC));
  if (!made) return io_error("cannot make", "a file in memory");
  TRICLAVE_TRY(write_fully(made.get(), contents, "a file in memory"));
  if (!file)
    file = std::move(made);
  else if (::dup3(made.get(), file.get(), O_CLOEXEC) < 0)
    return io_error("cannot replace", "a file in memory");
  return {};
}

Result<std::unique_ptr<Certificates>> Certificates::watch(const TlsFiles& files, Refused on_refused) {
  std::unique_ptr<Certificates> out(new Certificates(files, std::move(on_refused)));
  auto contents = read_tls_files(files);
  if (!contents) return tl::unexpected(contents.error());
  TRICLAVE_TRY(out->take(*contents));
  out->judged_ = out->seen_ = hash_of_contents(contents);
  out->thread_ = std::jthread([self = out.get()](const std::stop_token& stop) { self->run(stop); });
  return out;
}

TlsFiles Certificates::accepted() const { return {certificate_.path(), private_key_.path(), client_ca_.path()}; }

Result<void> Certificates::take(const TlsContents& contents) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  TRICLAVE_TRY(check_certificates(files_, contents, now));
  TRICLAVE_TRY(certificate_.put(contents.certificate.view()));
  TRICLAVE_TRY(private_key_.put(contents.private_key.view()));
  return client_ca_.put(contents.client_ca.view());
}

void Certificates::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, kLookAgain, [&] { return stop.stop_requested(); })) look();
}

// Whoever replaces a pair writes one file after the other: what still changes is not judged.
void Certificates::look() {
  const auto contents = read_tls_files(files_);
  const Id hash = hash_of_contents(contents);
  if (hash == judged_ || std::exchange(seen_, hash) != hash) return;
  judged_ = hash;
  const auto taken = contents ? take(*contents) : Result<void>(tl::unexpected(contents.error()));
  if (taken || !on_refused_) return;
  Error error = taken.error();
  error.message = "the certificates stay as they were: " + error.message;
  on_refused_(error);
}

}  // namespace triclave::custodian
