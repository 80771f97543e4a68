#include "cli/network.h"

namespace triclave::cli {

void declare_client(CLI::App& command, ClientFiles& options) {
  command.add_option("--tls-cert", options.tls_certificate, "PEM certificate by which custodians' services know you")
      ->type_name("FILE");
  command.add_option("--tls-key", options.tls_key, "Its private key, PEM")->type_name("FILE");
  command.add_option("--deadline", options.deadline, "Seconds that a custodian has to answer (default: 10)")
      ->check(CLI::Range(0.001, 3600.0))
      ->type_name("S");
}

Result<ClientOptions> client_options(const ClientFiles& files) {
  if (files.tls_certificate.empty() || files.tls_key.empty())
    return fail(ErrorKind::invalid_argument,
                "custodians' services want to know who calls: give a certificate and its key with --tls-cert and "
                "--tls-key");
  ClientOptions out{files.tls_certificate, files.tls_key};
  out.deadline = std::chrono::milliseconds(static_cast<std::int64_t>(files.deadline * 1000));
  return out;
}

void declare_permit(CLI::App& command, PermitOptions& options) {
  command
      .add_option("--permit", options.permit,
                  "Ask the policy's custodians over the network, under this permit; keys given work beside them")
      ->type_name("FILE");
  command.add_option("--requester", options.requester, "Private signer key of whom the permit names")->type_name("KEY");
  declare_client(command, options.client);
  command.add_flag("--ask-everyone", options.ask_everyone,
                   "Ask all custodians at once, not only as many as are needed: the shortest wait, and the most releases");
  command
      .add_option("--receipts", options.receipts, "Folder (made if need be) for the proofs of what custodians released")
      ->type_name("DIR");
}

}  // namespace triclave::cli
