// Custodians over the network: gRPC with mutually authenticated TLS 1.3. What counts is not the connection: requests
// are signed, answers sealed for one use, and each stands in the custodian's log.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/keys.h"
#include "triclave/mask_provider.h"
#include "triclave/policy.h"

namespace triclave {

// By what a custodian's service knows who is calling.
struct ClientOptions {
  std::filesystem::path tls_certificate;                          // PEM: one's own, then its chain
  std::filesystem::path tls_key;                                  // PEM, unreadable to others
  std::chrono::milliseconds deadline = std::chrono::seconds(10);  // of each call
};

// What a custodian says of itself.
struct CustodianStatus {
  struct Key {
    Id key_id{};
    std::string owner;  // signer id, in hex
    std::string dataset;
    std::uint32_t epoch = 0;
    std::chrono::sys_seconds created{};
    std::chrono::sys_seconds destroyed{};  // 1970: it lives
  };
  std::string name;
  std::string log_name;
  std::vector<Key> keys;
  std::string checkpoint;  // of its log, as it signs it; not verified here
};

// One custodian's service. Connects with the first call, and again where it has to; a connection that fails is tried
// once more, a request is sent once. May be used by several threads at once.
class TRICLAVE_EXPORT CustodianClient {
 public:
  // Errors: io, invalid_argument (files that are not there, or that others may read).
  static Result<CustodianClient> make(CustodianAddress address, const ClientOptions& options);

  CustodianClient(CustodianClient&&) noexcept;
  CustodianClient& operator=(CustodianClient&&) noexcept;
  ~CustodianClient();

  const CustodianAddress& address() const noexcept;

  // All calls end when `stop` is requested. Errors: custodian_unavailable (no connection, no answer in time), and
  // whatever the custodian answers; malformed (an answer that is none).
  Result<CustodianStatus> status(std::stop_token stop = {});
  // Gives it a revocation record.
  Result<void> revoke(ByteView record, std::stop_token stop = {});
  // A file of its log, by its path in C2SP tlog-tiles: "checkpoint", "tile/0/000".
  Result<Bytes> log_file(std::string_view path, std::stop_token stop = {});
  // C2SP tlog-witness's add-checkpoint: what a witness is sent, and the cosignature lines that it answers.
  Result<std::string> cosign(std::string_view request, std::stop_token stop = {});

  struct Impl;
  Impl& impl() noexcept { return *impl_; }

 private:
  explicit CustodianClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Under what custodians are asked for masks.
struct Requester {
  Bytes permit;                    // its record
  Signer signer;                   // whom the permit names
  std::filesystem::path receipts;  // folder for the proofs of what was released; empty: none are kept
};

// A provider for each of the policy's custodians that has an endpoint. An answer counts only if the custodian's log
// proves it. Errors: invalid_argument (no such custodian; another requester's permit), malformed, unsupported, forged
// (the permit), io.
TRICLAVE_EXPORT Result<std::vector<std::unique_ptr<MaskProvider>>> custodian_providers(const Policy& policy,
                                                                                       Requester requester,
                                                                                       const ClientOptions& options);

}  // namespace triclave
