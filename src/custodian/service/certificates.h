// The certificates that gRPC serves. It would take whatever is put into their files while it runs: an RSA certificate,
// which lets TLS 1.2 in, one that has ended, or half of a pair. So it is shown copies, in memory, of contents that were
// looked at; where new ones do not pass, the old ones go on.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/descriptor.h"
#include "custodian/service/config.h"
#include "custodian/service/tls_files.h"
#include "triclave/error.h"

namespace triclave::custodian {

class Certificates {
 public:
  using Refused = std::function<void(const Error&)>;

  // Looks at the files every second from here on; what is new and stays so for a second is taken, or `on_refused`,
  // which runs on a thread of its own. Errors: those of check_certificates; io.
  static Result<std::unique_ptr<Certificates>> watch(const TlsFiles& files, Refused on_refused);
  ~Certificates() = default;

  // Where the contents are that passed: files of this process alone.
  TlsFiles accepted() const;

 private:
  // A path that always leads to whole contents: the descriptor's number stays, what is behind it changes at once.
  struct Slot {
    Descriptor file;
    Result<void> put(ByteView contents);
    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file.get()); }
  };

  Certificates(TlsFiles files, Refused on_refused) : files_(std::move(files)), on_refused_(std::move(on_refused)) {}
  Result<void> take(const TlsContents& contents);
  void run(const std::stop_token& stop);
  void look();

  TlsFiles files_;
  Refused on_refused_;
  Slot certificate_, private_key_, client_ca_;
  Id judged_{}, seen_{};  // hashes of all contents
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace triclave::custodian
