// Custodians that commands ask over the network, as options name what that takes.
#pragma once

#include <string>

#include "cli/command.h"
#include "triclave/custodian.h"

namespace triclave::cli {

// Who calls, at the level of the connection.
struct ClientFiles {
  std::string tls_certificate;
  std::string tls_key;
  double deadline = 10;  // seconds
};
void declare_client(CLI::App& command, ClientFiles& options);
// Errors: invalid_argument (one of the two files without the other, or none).
Result<ClientOptions> client_options(const ClientFiles& files);

// Under what they are asked to open.
struct PermitOptions {
  std::string permit;
  std::string requester;
  std::string receipts;
  bool ask_everyone = false;
  ClientFiles client;
};
void declare_permit(CLI::App& command, PermitOptions& options);

inline constexpr std::size_t kMaxPermitFile = 64 * 1024;

}  // namespace triclave::cli
