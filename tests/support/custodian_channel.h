// A way of one's own to a custodian's service, without the library's client.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "format/custodian.grpc.pb.h"
#include "support/custodian.h"

namespace triclave::testing {

// A connection that nobody shares. `pair`: the path of the client's certificate and key, less .crt and .key; none:
// empty.
inline std::shared_ptr<grpc::Channel> channel_to(int port, const std::filesystem::path& ca,
                                                 const std::filesystem::path& pair) {
  const auto read = [](const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = read(ca);
  if (!pair.empty()) {
    tls.pem_private_key = read(pair.native() + ".key");
    tls.pem_cert_chain = read(pair.native() + ".crt");
  }
  static std::atomic<int> made = 0;
  grpc::ChannelArguments arguments;
  arguments.SetInt("triclave.number", ++made);  // differing arguments: not shared
  return grpc::CreateCustomChannel("localhost:" + std::to_string(port), grpc::SslCredentials(tls), arguments);
}

inline v1::ReleaseRequest message_of(const SentRequest& sent) {
  v1::ReleaseRequest out;
  out.set_permit_record(std::string(as_text(sent.permit)));
  out.set_requester_key(std::string(as_text(sent.requester_key)));
  out.set_request(std::string(as_text(sent.pending.bytes)));
  out.set_signature(std::string(as_text(sent.pending.signature)));
  return out;
}

}  // namespace triclave::testing
