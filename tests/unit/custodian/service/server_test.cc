// The service over real connections, on loopback.
#include "custodian/service/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "scene.h"
#include "support/custodian_channel.h"
#include "triclave/custodian_office.h"

namespace triclave::custodian {
namespace {

using grpc::StatusCode;

const std::chrono::sys_seconds kToday = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
constexpr std::chrono::days kDay{1};

class ServerTest : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    authority("good");
    certificate("good", "server", true);
    certificate("good", "client", false);
    const auto good = folder / "good";
    auto started = Server::start(*service, "localhost:0", {good / "server.crt", good / "server.key", good / "ca.crt"});
    ASSERT_OK(started);
    server = std::move(*started);
  }
  void TearDown() override {
    if (server != nullptr) server->stop(std::chrono::seconds(1));
  }

  void authority(const std::string& name) {
    std::filesystem::create_directory(folder / name);
    ASSERT_OK(make_trial_authority(folder / name, name, kToday - 2 * kDay, kToday + kDay));
  }
  void certificate(const std::string& of, const std::string& name, bool for_server,
                   std::chrono::sys_seconds until = kToday + kDay) {
    ASSERT_OK(make_trial_certificate(folder / of, {name, for_server, {"localhost"}}, kToday - 2 * kDay, until));
  }

  // Trusts `trusted`'s authority, shows `client` of `of`; nothing where that is empty.
  std::shared_ptr<grpc::Channel> connect(const std::string& trusted, const std::string& of, const std::string& client) {
    return testing::channel_to(server->port(), folder / trusted / "ca.crt", client.empty() ? "" : folder / of / client);
  }
  grpc::Status status_over(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::StatusAnswer answer;
    return v1::Custodian::NewStub(channel)->Status(&context, {}, &answer);
  }

  // The status, and in `kind` what the answer's metadata tell.
  grpc::Status release(const v1::ReleaseRequest& request, v1::ReleaseAnswer& answer, std::uint32_t& kind) {
    grpc::ClientContext context;
    const auto status = v1::Custodian::NewStub(connect("good", "good", "client"))->Release(&context, request, &answer);
    const auto& metadata = context.GetServerTrailingMetadata();
    v1::ErrorDetail detail;
    if (const auto found = metadata.find("triclave-error-bin"); found != metadata.end())
      detail.ParseFromArray(found->second.data(), static_cast<int>(found->second.size()));
    kind = detail.kind();
    return status;
  }
  // A unary call of any method with any bytes.
  grpc::Status call(const std::string& method, const std::string& bytes, std::string& answer) {
    grpc::GenericStub stub(connect("good", "good", "client"));
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const auto reader = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
    reader->StartCall();
    grpc::ByteBuffer received;
    grpc::Status status;
    reader->Finish(&received, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    grpc::Slice joined;
    if (status.ok() && received.DumpToSingleSlice(&joined).ok())
      answer.assign(reinterpret_cast<const char*>(joined.begin()), joined.size());
    return status;
  }

  std::unique_ptr<Server> server;
};

TEST_F(ServerTest, AnswersARequest) {
  const auto sent = scene.request();
  v1::ReleaseAnswer answer;
  std::uint32_t kind = 0;
  const auto status = release(message_of(sent), answer, kind);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const LogKey key = LogKey::parse(service->status()->log_key).value();
  EXPECT_OK(verify_log_proof(key, as_bytes(answer.entry()), answer.proof()));
}

TEST_F(ServerTest, ARefusalSaysItsKind) {
  auto sent = scene.request();
  sent.pending.signature.back() ^= 1;
  v1::ReleaseAnswer answer;
  std::uint32_t kind = 0;
  EXPECT_EQ(release(message_of(sent), answer, kind).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(kind, static_cast<std::uint32_t>(ErrorKind::forged));
  EXPECT_EQ(release({}, answer, kind).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(kind, static_cast<std::uint32_t>(ErrorKind::malformed));
}

TEST_F(ServerTest, WhatIsTooLargeOrNoMessageIsRefused) {
  v1::ReleaseRequest request;
  request.set_request(std::string(700 * 1024, 'x'));
  v1::ReleaseAnswer answer;
  std::uint32_t kind = 0;
  EXPECT_EQ(release(request, answer, kind).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  std::string bytes;
  EXPECT_FALSE(call("/triclave.v1.Custodian/Release", std::string(100, '\xFF'), bytes).ok());
  EXPECT_EQ(call("/triclave.v1.Custodian/Nothing", "", bytes).error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_TRUE(status_over(connect("good", "good", "client")).ok());
}

TEST_F(ServerTest, OnlyClientsOfItsAuthority) {
  authority("bad");
  certificate("bad", "client", false);
  certificate("good", "late", false, kToday - kDay);
  EXPECT_TRUE(status_over(connect("good", "good", "client")).ok());
  EXPECT_EQ(status_over(connect("good", "good", "")).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(status_over(connect("good", "bad", "client")).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(status_over(connect("good", "good", "late")).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(status_over(connect("bad", "good", "client")).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(ServerTest, TellsThatItIsHealthy) {
  std::string answer;
  EXPECT_TRUE(call("/grpc.health.v1.Health/Check", "\x0A\x15triclave.v1.Custodian", answer).ok());
  EXPECT_EQ(answer, "\x08\x01");  // status: SERVING
}

TEST_F(ServerTest, ServesItsLog) {
  const auto stub = v1::Custodian::NewStub(connect("good", "good", "client"));
  v1::LogFileRequest request;
  v1::LogFileAnswer answer;
  for (const auto& [path, expected] :
       {std::pair("checkpoint", StatusCode::OK), {"../state.db", StatusCode::INVALID_ARGUMENT}}) {
    grpc::ClientContext context;
    request.set_path(path);
    EXPECT_EQ(stub->LogFile(&context, request, &answer).error_code(), expected) << path;
  }
  EXPECT_EQ(answer.content(), service->status()->checkpoint);
}

TEST_F(ServerTest, Cosigns) {
  TestLog log(folder / "log.db", "orange.example/triclave");
  log.grow_to(5);
  const std::string asked = ask_to_cosign(log.table, 0).value().request;
  const auto stub = v1::Custodian::NewStub(connect("good", "good", "client"));
  const auto cosign = [&](const std::string& text, v1::CosignAnswer& answer) {
    grpc::ClientContext context;
    v1::CosignRequest request;
    request.set_request(text);
    return stub->Cosign(&context, request, &answer).error_code();
  };
  v1::CosignAnswer answer;
  EXPECT_EQ(cosign(asked, answer), StatusCode::PERMISSION_DENIED);
  service->set_watched({log.signer.key()});
  ASSERT_EQ(cosign(asked, answer), StatusCode::OK);
  const LogKey key = LogKey::parse(service->status()->witness_key).value();
  EXPECT_EQ(count_cosignatures(log.table.checkpoint().value() + answer.cosignatures(), {key}), 1U);
  EXPECT_EQ(cosign(std::string(kMaxCosignRequest, 'x'), answer), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(cosign(std::string(700 * 1024, 'x'), answer), StatusCode::RESOURCE_EXHAUSTED);
}

// The files are read every second; a connection that is tried meanwhile fails, and the next one is made.
TEST_F(ServerTest, NewCertificatesAreTakenWhileItRuns) {
  authority("new");
  certificate("new", "server", true);
  certificate("new", "client", false);
  EXPECT_FALSE(status_over(connect("new", "new", "client")).ok());
  for (const char* name : {"server.crt", "server.key", "ca.crt"})
    std::filesystem::rename(folder / "new" / name, folder / "good" / name);
  std::filesystem::copy(folder / "good" / "ca.crt", folder / "new" / "ca.crt");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  bool taken = false;
  while (!taken && std::chrono::steady_clock::now() < until) taken = status_over(connect("new", "new", "client")).ok();
  EXPECT_TRUE(taken);
}

TEST_F(ServerTest, CertificatesThatDoNotPassAreNotTaken) {
  certificate("good", "late", true, kToday - kDay);
  std::promise<Error> told;
  const auto good = folder / "good";
  server->stop(std::chrono::seconds(1));
  auto started = Server::start(*service, "localhost:0", {good / "server.crt", good / "server.key", good / "ca.crt"},
                               [&](const Error& error) { told.set_value(error); });
  ASSERT_OK(started);
  server = std::move(*started);
  for (const char* end : {".crt", ".key"})
    std::filesystem::rename(good / (std::string("late") + end), good / (std::string("server") + end));
  const Error error = told.get_future().get();
  EXPECT_EQ(error.kind, ErrorKind::invalid_argument);
  EXPECT_THAT(error.message, ::testing::HasSubstr("server.crt"));
  EXPECT_TRUE(status_over(connect("good", "good", "client")).ok());
}

TEST_F(ServerTest, CertificatesAreLookedAtFirst) {
  const auto good = folder / "good";
  const TlsFiles right{good / "server.crt", good / "server.key", good / "ca.crt"};
  const auto start = [&](const TlsFiles& files) { return Server::start(*service, "localhost:0", files); };
  TlsFiles wrong = right;
  wrong.private_key = good / "client.key";
  EXPECT_FAILS(start(wrong), ErrorKind::invalid_argument);
  wrong = right;
  wrong.certificate = folder / "none.crt";
  EXPECT_FAILS(start(wrong), ErrorKind::invalid_argument);
  wrong = right;
  wrong.client_ca = good / "server.key";
  EXPECT_FAILS(start(wrong), ErrorKind::invalid_argument);
  EXPECT_FAILS(Server::start(*service, "nowhere.invalid:0", right), ErrorKind::invalid_argument);
  EXPECT_FAILS(Server::start(*service, "localhost:" + std::to_string(server->port()), right), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace triclave::custodian
