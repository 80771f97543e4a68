// The connection to one custodian's service. May be used by several threads at once.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace triclave::custodian {

class Connection {
 public:
  Connection(std::string endpoint, std::shared_ptr<grpc::ChannelCredentials> credentials);

  // A channel that is connected, before anything is sent. Where connecting fails it is tried once more, at once, by a
  // new channel, whose first call then tells what is wrong. Ends at `until`, and when `stop` is requested.
  //
  // Twice, because gRPC before 1.61 takes some connections for failed that are not: it reads connect()'s errno after
  // other calls (its pull request 35064). A new channel, because one that failed waits before it tries again, up to two
  // minutes, while the custodian may be back.
  std::shared_ptr<grpc::Channel> channel(std::chrono::system_clock::time_point until, const std::stop_token& stop);

 private:
  std::string endpoint_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::mutex mutex_;  // of what follows
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace triclave::custodian
