#include "custodian/client/client.h"

#include <fmt/format.h>
#include <grpcpp/security/credentials.h>

#include "base/copy.h"
#include "base/names.h"
#include "base/try.h"
#include "capsule/fields.h"
#include "custodian/client/status.h"
#include "custodian/messages/permit.h"
#include "custodian/messages/signed_record.h"
#include "custodian/tls.h"
#include "keys/key_storage.h"

namespace triclave {
namespace {

constexpr std::size_t kMaxPem = 256 * 1024;
constexpr int kMaxKeys = 100'000;

Result<std::string> read_pem(const std::filesystem::path& file) {
  TRICLAVE_TRY_ASSIGN(const SecretBytes content, keys::read_secret_file(file, kMaxPem));
  return std::string(as_text(content.view()));
}

// The key goes into gRPC's own memory, which is neither locked nor wiped: it opens connections, and nothing else.
Result<std::shared_ptr<grpc::ChannelCredentials>> credentials_of(const CustodianAddress& address,
                                                                 const ClientOptions& options) {
  custodian::only_tls_1_3();
  grpc::SslCredentialsOptions out;
  if (!address.tls_ca.empty()) {
    TRICLAVE_TRY_ASSIGN(out.pem_root_certs, read_pem(address.tls_ca));
  }
  TRICLAVE_TRY_ASSIGN(out.pem_cert_chain, read_pem(options.tls_certificate));
  TRICLAVE_TRY_ASSIGN(const SecretBytes key, keys::read_private_file(options.tls_key, kMaxPem));
  out.pem_private_key = as_text(key.view());
  return grpc::SslCredentials(out);
}

Result<CustodianStatus::Key> parse_key(const v1::KeyStatus& message) {
  CustodianStatus::Key out;
  TRICLAVE_TRY_ASSIGN(out.key_id, custodian::fixed_field<32>(message.key_id(), "a key's id in the status"));
  if (!is_text(message.owner(), kMaxName) || !is_name(message.dataset()))
    return fail(ErrorKind::malformed, "the status lists a key whose owner or dataset is no name");
  if (message.created() > custodian::kLatestSecond || message.destroyed() > custodian::kLatestSecond)
    return fail(ErrorKind::malformed, "the status lists a key of a date after the year 9999");
  out.owner = message.owner();
  out.dataset = message.dataset();
  out.epoch = message.epoch();
  out.created = std::chrono::sys_seconds{std::chrono::seconds{message.created()}};
  out.destroyed = std::chrono::sys_seconds{std::chrono::seconds{message.destroyed()}};
  return out;
}

// One call by a method of the stub. Sent once, whatever becomes of it: an answer that was lost stands in the log.
template <class Request, class Answer>
Result<Answer> call(auto& client,
                    grpc::Status (v1::Custodian::Stub::*method)(grpc::ClientContext*, const Request&, Answer*),
                    const Request& request, const std::stop_token& stop) {
  const auto until = std::chrono::system_clock::now() + client.deadline;
  v1::Custodian::Stub stub(client.connection.channel(until, stop));
  grpc::ClientContext context;
  context.set_deadline(until);
  Answer answer;
  // Ends the call as soon as nobody waits for it.
  const std::stop_callback cancel(stop, [&] { context.TryCancel(); });
  const grpc::Status status = (stub.*method)(&context, request, &answer);
  if (!status.ok())
    return tl::unexpected(custodian::from_status(status, context, client.address.name, stop.stop_requested()));
  return answer;
}

}  // namespace

Result<v1::ReleaseAnswer> CustodianClient::Impl::release(const v1::ReleaseRequest& request,
                                                         const std::stop_token& stop) {
  return call(*this, &v1::Custodian::Stub::Release, request, stop);
}

CustodianClient::CustodianClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CustodianClient::CustodianClient(CustodianClient&&) noexcept = default;
CustodianClient& CustodianClient::operator=(CustodianClient&&) noexcept = default;
CustodianClient::~CustodianClient() = default;

const CustodianAddress& CustodianClient::address() const noexcept { return impl_->address; }

Result<CustodianClient> CustodianClient::make(CustodianAddress address, const ClientOptions& options) {
  TRICLAVE_TRY_ASSIGN(auto credentials, credentials_of(address, options));
  std::string endpoint = address.endpoint;
  return CustodianClient(std::unique_ptr<Impl>(
      new Impl{std::move(address), options.deadline, {std::move(endpoint), std::move(credentials)}}));
}

Result<CustodianStatus> CustodianClient::status(std::stop_token stop) {
  TRICLAVE_TRY_ASSIGN(const auto answer, call(*impl_, &v1::Custodian::Stub::Status, v1::StatusRequest(), stop));
  if (!is_text(answer.name(), kMaxObjectName) || !is_text(answer.log_name(), kMaxObjectName) ||
      answer.keys_size() > kMaxKeys)
    return fail(ErrorKind::malformed, fmt::format("{} answers with a status that is none", impl_->address.name));
  CustodianStatus out{answer.name(), answer.log_name(), {}, answer.checkpoint()};
  for (const v1::KeyStatus& each : answer.keys()) {
    TRICLAVE_TRY_ASSIGN(CustodianStatus::Key key, parse_key(each));
    out.keys.push_back(std::move(key));
  }
  return out;
}

Result<void> CustodianClient::revoke(ByteView record, std::stop_token stop) {
  v1::RevokeRequest request;
  request.set_record(capsule::to_field(record));
  TRICLAVE_TRY(call(*impl_, &v1::Custodian::Stub::Revoke, request, stop));
  return {};
}

Result<Bytes> CustodianClient::log_file(std::string_view path, std::stop_token stop) {
  v1::LogFileRequest request;
  request.set_path(std::string(path));
  TRICLAVE_TRY_ASSIGN(const auto answer, call(*impl_, &v1::Custodian::Stub::LogFile, request, stop));
  return to_bytes(answer.content());
}

Result<std::string> CustodianClient::cosign(std::string_view text, std::stop_token stop) {
  v1::CosignRequest request;
  request.set_request(std::string(text));
  TRICLAVE_TRY_ASSIGN(auto answer, call(*impl_, &v1::Custodian::Stub::Cosign, request, stop));
  return std::move(*answer.mutable_cosignatures());
}

}  // namespace triclave
