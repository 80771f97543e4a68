// A custodian's service in this process: answers rightly over gRPC and TLS, but for what a test wants otherwise.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <future>
#include <mutex>
#include <vector>

#include "base/hash.h"
#include "base/merkle.h"
#include "base/unix_time.h"
#include "capsule/fields.h"
#include "custodian/log/checkpoint.h"
#include "custodian/log/entry.h"
#include "custodian/log/proof_text.h"
#include "custodian/messages/answer.h"
#include "custodian/messages/permit.h"
#include "custodian/service/authority.h"
#include "custodian/tls.h"
#include "format/custodian.grpc.pb.h"
#include "support/result.h"

namespace triclave::custodian {

inline NoteSigner log_signer(const std::string& name) {
  return NoteSigner::make(name, LogKey::Type::log, Secret<NoteSigner::kSeedSize>()).value();
}

class FakeCustodian final : public v1::Custodian::Service {
 public:
  FakeCustodian(Identity identity, const std::string& log_name)
      : identity_(std::move(identity)), log_(log_signer(log_name)) {}
  ~FakeCustodian() override {
    released_.set_value();
    stop();
  }
  void stop() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  // Listens on a free port, the same after stop(), with a certificate for localhost.
  void start(const Certified& server, const std::string& client_ca) {
    only_tls_1_3();
    grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = client_ca;
    tls.pem_key_cert_pairs.push_back({std::string(as_text(server.key.view())), server.certificate});
    grpc::ServerBuilder builder;
    builder.AddListeningPort(endpoint(), grpc::SslServerCredentials(tls), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  std::string endpoint() const { return "localhost:" + std::to_string(port_); }
  std::string log_key() const { return log_.key().text(); }

  // What a test wants otherwise: before the call is answered, and of what is logged and answered.
  std::optional<Error> refuses;
  bool hangs = false;
  std::function<void(LogEntry&)> logs;
  std::function<void(v1::ReleaseAnswer&)> answers;
  std::vector<Request> asked;

  grpc::Status Release(grpc::ServerContext* context, const v1::ReleaseRequest* message,
                       v1::ReleaseAnswer* answer) override {
    if (hangs) released_future_.wait();
    if (refuses) {
      v1::ErrorDetail detail;
      detail.set_kind(static_cast<std::uint32_t>(refuses->kind));
      detail.set_message(refuses->message);
      context->AddTrailingMetadata("triclave-error-bin", detail.SerializeAsString());
      return {grpc::StatusCode::PERMISSION_DENIED, "what others see"};
    }
    const auto permit = parse_permit(as_bytes(message->permit_record()));
    const auto request = parse_request(as_bytes(message->request()));
    if (!permit || !request) return {grpc::StatusCode::INVALID_ARGUMENT, "no request"};
    const auto requester = Verifier::from_public_key(as_bytes(message->requester_key()), "requester");
    if (!requester || requester->id() != permit->permit.terms.requester ||
        !verify_request(as_bytes(message->request()), as_bytes(message->signature()), *requester))
      return {grpc::StatusCode::INVALID_ARGUMENT, "the signature is not the requester's"};
    const auto masks = export_masks(identity_, *request);
    const Bytes sealed = seal_answer(*request, masks->view()).value();
    answer->set_answer(capsule::to_field(sealed));
    log(*permit, *request, sealed, *answer);
    const std::lock_guard lock(mutex_);
    asked.push_back(*request);
    if (answers) answers(*answer);
    return grpc::Status::OK;
  }

  grpc::Status Revoke(grpc::ServerContext*, const v1::RevokeRequest* message, v1::RevokeAnswer*) override {
    const auto revocation = read_revocation(as_bytes(message->record()));
    return revocation ? grpc::Status::OK : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no revocation");
  }

  grpc::Status Status(grpc::ServerContext*, const v1::StatusRequest*, v1::StatusAnswer* answer) override {
    answer->set_name("ovh");
    answer->set_log_name(log_.key().name());
    v1::KeyStatus* key = answer->add_keys();
    key->set_key_id(capsule::to_field(identity_.recipient().id()));
    key->set_owner("hospital");
    key->set_dataset("cohort");
    key->set_epoch(3);
    key->set_created(1'800'000'000);
    return grpc::Status::OK;
  }

  grpc::Status LogFile(grpc::ServerContext*, const v1::LogFileRequest* message, v1::LogFileAnswer* answer) override {
    answer->set_content("content of " + message->path());
    return grpc::Status::OK;
  }

  grpc::Status Cosign(grpc::ServerContext*, const v1::CosignRequest* message, v1::CosignAnswer* answer) override {
    answer->set_cosignatures("lines for " + message->request());
    return grpc::Status::OK;
  }

 private:
  // A log of this one entry.
  void log(const SignedPermit& permit, const Request& request, const Bytes& sealed, v1::ReleaseAnswer& answer) {
    const Id answer_hash = sha256(sealed);
    const PermitTerms& terms = permit.permit.terms;
    LogEntry entry;
    entry.kind = LogEntryKind::release;
    entry.time = unix_seconds(request.time);
    entry.key_id.assign(request.key_id.begin(), request.key_id.end());
    entry.request_hash.assign(request.hash.begin(), request.hash.end());
    entry.answer_hash.assign(answer_hash.begin(), answer_hash.end());
    const Id session = session_of(request.permit_hash, request.nonce);
    entry.session.assign(session.begin(), session.end());
    entry.permit_id.assign(permit.permit.id.begin(), permit.permit.id.end());
    entry.requester.assign(terms.requester.begin(), terms.requester.end());
    entry.dataset = terms.dataset;
    entry.compartments = terms.compartments;
    entry.purpose = terms.purpose;
    entry.masks = static_cast<std::uint32_t>(request.items.size());
    if (logs) logs(entry);
    const Bytes bytes = serialize_log_entry(entry).value();
    answer.set_entry(capsule::to_field(bytes));
    answer.set_proof(format_proof({{}, 0, {}, sign_checkpoint(log_, 1, merkle_leaf(bytes))}));
  }

  Identity identity_;
  NoteSigner log_;
  int port_ = 0;
  std::mutex mutex_;
  std::promise<void> released_;
  std::shared_future<void> released_future_ = released_.get_future().share();
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace triclave::custodian
