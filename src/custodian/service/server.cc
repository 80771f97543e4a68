#include "custodian/service/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>

#include "base/text_codec.h"
#include "base/try.h"
#include "custodian/log/entry.h"
#include "custodian/log/witness.h"
#include "custodian/service/acceptor.h"
#include "custodian/service/certificates.h"
#include "custodian/tls.h"
#include "format/custodian.grpc.pb.h"

namespace triclave::custodian {
namespace {

constexpr int kMaxMessage = 600 * 1024;  // a request of 512 KiB, its permit, key and signature
static_assert(kMaxCosignRequest + 1024 <= kMaxMessage);
constexpr int kMaxMetadata = 8 * 1024;
constexpr unsigned kReadCertificatesEvery = 1;  // seconds
constexpr int kHandshake = 10'000;              // ms, then a connection without one is closed
constexpr int kIdle = 300'000;                  // ms without a call
constexpr int kKeepalive = 30'000;              // ms, then whoever is silent is asked whether it is there
constexpr std::size_t kMemory = 256u << 20;     // bytes for all connections' messages

grpc::StatusCode code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument:
    case ErrorKind::malformed:
    case ErrorKind::unsupported:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorKind::forged:
    case ErrorKind::policy_refused:
    case ErrorKind::permit_refused:
      return grpc::StatusCode::PERMISSION_DENIED;
    default:
      return grpc::StatusCode::UNAVAILABLE;
  }
}

grpc::Status status_of(const Error& error, grpc::CallbackServerContext& context) {
  v1::ErrorDetail detail;
  detail.set_kind(static_cast<std::uint32_t>(error.kind));
  detail.set_message(log_text(error.message));
  context.AddTrailingMetadata("triclave-error-bin", detail.SerializeAsString());
  return {code_of(error.kind), error.message};
}

// Whom the certificate names; without its name, where the connection comes from.
std::string client_of(const grpc::CallbackServerContext& context) {
  const auto names = context.auth_context()->FindPropertyValues("x509_common_name");
  return names.empty() ? context.peer() : std::string(names.front().data(), names.front().size());
}

std::string text_of(ByteView bytes) { return std::string(as_text(bytes)); }

class Calls final : public v1::Custodian::CallbackService {
 public:
  explicit Calls(custodian::Service& service) : service_(service) {}

  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context, const v1::ReleaseRequest* request,
                                    v1::ReleaseAnswer* answer) override {
    auto* const reactor = context->DefaultReactor();
    const std::string client = client_of(*context);
    const Asked asked{as_bytes(request->permit_record()), as_bytes(request->requester_key()),
                      as_bytes(request->request()), as_bytes(request->signature()), client};
    service_.release(asked, [=](Result<Answer> made) {
      if (!made) return reactor->Finish(status_of(made.error(), *context));
      answer->set_answer(text_of(made->answer));
      answer->set_entry(text_of(made->entry));
      answer->set_proof(std::move(made->proof));
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* Revoke(grpc::CallbackServerContext* context, const v1::RevokeRequest* request,
                                   v1::RevokeAnswer*) override {
    auto* const reactor = context->DefaultReactor();
    service_.revoke(as_bytes(request->record()), client_of(*context), [=](const Result<void>& done) {
      reactor->Finish(done ? grpc::Status::OK : status_of(done.error(), *context));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context, const v1::StatusRequest*,
                                   v1::StatusAnswer* answer) override {
    auto* const reactor = context->DefaultReactor();
    const auto status = service_.status();
    if (status) fill(*status, *answer);
    reactor->Finish(status ? grpc::Status::OK : status_of(status.error(), *context));
    return reactor;
  }

  grpc::ServerUnaryReactor* LogFile(grpc::CallbackServerContext* context, const v1::LogFileRequest* request,
                                    v1::LogFileAnswer* answer) override {
    auto* const reactor = context->DefaultReactor();
    const auto content = service_.log_file(request->path());
    if (content) answer->set_content(text_of(*content));
    reactor->Finish(content ? grpc::Status::OK : status_of(content.error(), *context));
    return reactor;
  }

  grpc::ServerUnaryReactor* Cosign(grpc::CallbackServerContext* context, const v1::CosignRequest* request,
                                   v1::CosignAnswer* answer) override {
    auto* const reactor = context->DefaultReactor();
    service_.cosign(request->request(), client_of(*context), [=](Result<std::string> made) {
      if (made) answer->set_cosignatures(std::move(*made));
      reactor->Finish(made ? grpc::Status::OK : status_of(made.error(), *context));
    });
    return reactor;
  }

 private:
  static void fill(const ServiceStatus& status, v1::StatusAnswer& answer) {
    answer.set_name(status.name);
    answer.set_log_name(status.log_name);
    answer.set_checkpoint(status.checkpoint);
    for (const HeldKey& key : status.keys) {
      v1::KeyStatus& out = *answer.add_keys();
      out.set_key_id(text_of(key.id));
      out.set_owner(to_hex(key.owner));
      out.set_dataset(key.dataset);
      out.set_epoch(static_cast<std::uint32_t>(key.epoch));
      out.set_created(key.created);
      out.set_destroyed(key.destroyed);
    }
  }

  custodian::Service& service_;
};

std::shared_ptr<grpc::ServerCredentials> credentials(const TlsFiles& files) {
  only_tls_1_3();
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          files.private_key.native(), files.certificate.native(), files.client_ca.native(), kReadCertificatesEvery));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace

struct Server::Impl {
  explicit Impl(Service& service) : calls(service) {}
  Calls calls;
  std::unique_ptr<Certificates> certificates;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections;
  std::unique_ptr<Acceptor> acceptor;  // last: ends before what it hands connections to
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

int Server::port() const noexcept { return impl_->acceptor->port(); }

Result<std::unique_ptr<Server>> Server::start(Service& service, const std::string& listen, const TlsFiles& tls,
                                              std::function<void(const Error&)> on_trouble) {
  auto impl = std::make_unique<Impl>(service);
  TRICLAVE_TRY_ASSIGN(impl->certificates, Certificates::watch(tls, std::move(on_trouble)));
  TRICLAVE_TRY_ASSIGN(impl->acceptor, Acceptor::listen(listen));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ResourceQuota quota("custodian");
  quota.Resize(kMemory);
  grpc::ServerBuilder builder;
  impl->connections = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      credentials(impl->certificates->accepted()));
  builder.RegisterService(&impl->calls);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadata);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 64);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshake);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdle);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepalive);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kHandshake);
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr) return fail(ErrorKind::io, "gRPC does not start its server");
  impl->acceptor->start([&connections = *impl->connections](int connection, int listener) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
    parameters.listener_fd = listener;
    parameters.fd = connection;
    connections.HandleNewConnection(&parameters);
  });
  impl->server->GetHealthCheckService()->SetServingStatus(v1::Custodian::service_full_name(), true);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::stop(std::chrono::milliseconds grace) {
  impl_->acceptor->stop();
  impl_->server->GetHealthCheckService()->SetServingStatus(false);
  impl_->server->Shutdown(std::chrono::system_clock::now() + grace);
  impl_->server->Wait();
}

}  // namespace triclave::custodian
