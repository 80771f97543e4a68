// Running a custodian: what its officers do with its keys, and the service itself. A custodian is described by a
// configuration (src/format/custodian_file.proto), to which all of this refers by the file's name.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/keys.h"

namespace triclave {

// A key that the custodian holds for one owner's dataset.
struct CustodianKey {
  Recipient recipient;  // its public half
  Id owner{};           // signer id
  std::string dataset;
  std::uint64_t epoch = 0;  // from 1, for each owner and dataset
  std::chrono::sys_seconds created{};
  std::chrono::sys_seconds destroyed{};  // 1970: it lives
};

// Makes the database, the log's key and the witness's. `protection`: the passphrase under which private keys are kept,
// and must be given whenever one is used. Errors: io, malformed, invalid_argument (no passphrase, or there is a
// custodian already).
TRICLAVE_EXPORT Result<void> init_custodian(const std::filesystem::path& config, const Protection& protection);

// A consistent copy of the database, also while the service runs; private keys in it stay under the passphrase. Errors:
// io, invalid_argument (something has the name).
TRICLAVE_EXPORT Result<void> backup_custodian(const std::filesystem::path& config, const std::filesystem::path& backup);

// The database and the mark that the configuration names, from a backup. For up to four minutes from `now` on requests
// are refused, for one of them may have been answered between the backup and the loss; the log begins anew under
// another name, unless `former_mark` tells that nothing was logged since the backup, and the witness's key is another
// one, unless it tells that nothing was cosigned. Errors: io, malformed, unsupported, invalid_argument (one of the
// files exists; another custodian's mark).
TRICLAVE_EXPORT Result<void> restore_custodian(const std::filesystem::path& config, const std::filesystem::path& backup,
                                               std::chrono::sys_seconds now,
                                               const std::filesystem::path& former_mark = {});

// Whether the database is whole: its pages, and its log against the checkpoint that was signed. The log's hashes, from
// which tiles and proofs are made, are computed from its entries again. Gives back how many these are. Errors:
// malformed (restore a backup), forged (entries were changed), io.
TRICLAVE_EXPORT Result<std::uint64_t> check_custodian(const std::filesystem::path& config);

// All keys, destroyed ones too; needs no passphrase.
TRICLAVE_EXPORT Result<std::vector<CustodianKey>> custodian_keys(const std::filesystem::path& config);

// What is logged and signed, and works also while the service runs.
class TRICLAVE_EXPORT CustodianOffice {
 public:
  // Errors: io, malformed, unsupported, forged (wrong passphrase; an older database was put back).
  static Result<CustodianOffice> open(const std::filesystem::path& config, std::string_view passphrase);
  CustodianOffice(CustodianOffice&&) noexcept;
  CustodianOffice& operator=(CustodianOffice&&) noexcept;
  ~CustodianOffice();

  // The log's public key, for the registry: C2SP signed-note's verifier key.
  std::string log_key() const;
  // The one by which this custodian cosigns the logs of others, for those who ask it to. Errors: invalid_argument, io.
  Result<std::string> witness_key() const;
  // The next epoch's key. Errors: invalid_argument (a name), io.
  Result<CustodianKey> create_key(const Verifier& owner, std::string_view dataset, std::string name,
                                  std::chrono::sys_seconds now);
  // Overwrites the private half in the database. What backups hold of it is theirs to destroy. Errors:
  // invalid_argument (no such key), io.
  Result<CustodianKey> destroy_key(const Id& key, std::chrono::sys_seconds now);
  // Approves a permit that needs it. Errors: malformed, unsupported, forged, io.
  Result<void> approve(ByteView permit_record, std::chrono::sys_seconds now);
  // From now on no generation of the capsule below this one is answered. Errors: io.
  Result<void> raise_floor(const Id& capsule, std::uint32_t generation);

 private:
  struct Impl;
  explicit CustodianOffice(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct ServeOptions {
  bool allow_root = false;
  // Called once the service answers, with its port; and each time the configuration was read again, with what came of
  // it.
  std::function<void(int port)> on_ready;
  std::function<void(const Result<void>&)> on_reload;
  // Called, on any thread, with what the operator must see to while the service runs on: a disk that is full, files
  // that cannot be read. Requesters are not told.
  std::function<void(const Error&)> on_trouble;
  // Called from any thread: with a witness's name, when what comes of asking it to cosign the log changes (it did, or
  // why not); with the name of a log that is watched, when it does not go on from what was cosigned of it.
  std::function<void(const std::string& whose, const Result<void>& outcome)> on_witnessing;
};

// Answers until the process is sent SIGTERM or SIGINT, then finishes what is under way; SIGHUP reads the configuration
// again. Blocks these signals in the process, locks its memory where the system allows, and leaves no core dump.
// Errors: those of CustodianOffice::open; invalid_argument (certificates, the address, run as root).
TRICLAVE_EXPORT Result<void> serve_custodian(const std::filesystem::path& config, std::string_view passphrase,
                                             const ServeOptions& options);

// Certificates for trials: a small authority of one's own. PEM; what stands in `folder` is never overwritten.
struct CertificateRequest {
  std::string name;
  bool for_server = false;
  std::vector<std::string> hosts;  // of a server: DNS names or IPv4 addresses
};
// Writes ca.crt and ca.key. Errors: io, invalid_argument.
TRICLAVE_EXPORT Result<void> make_trial_authority(const std::filesystem::path& folder, const std::string& name,
                                                  std::chrono::sys_seconds from, std::chrono::sys_seconds until);
// Writes NAME.crt and NAME.key, by the authority in the folder.
TRICLAVE_EXPORT Result<void> make_trial_certificate(const std::filesystem::path& folder,
                                                    const CertificateRequest& request, std::chrono::sys_seconds from,
                                                    std::chrono::sys_seconds until);

}  // namespace triclave
