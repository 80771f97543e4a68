#include "custodian/client/connection.h"

#include <grpcpp/create_channel.h>

#include <algorithm>

namespace triclave::custodian {
namespace {

constexpr int kMaxAnswer = 4 * 1024 * 1024;  // bytes of any answer; a bundle of a log has at most 2 MiB

std::shared_ptr<grpc::Channel> new_channel(const std::string& endpoint,
                                           const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswer);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // or a new channel would wait as the one that failed does
  return grpc::CreateCustomChannel(endpoint, credentials, arguments);
}

// False where connecting failed; true where it did not, or where nobody waits for it any more.
bool connects(grpc::Channel& channel, std::chrono::system_clock::time_point until, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kLook{20};  // how often it is looked whether somebody still waits
  for (;;) {
    const grpc_connectivity_state state = channel.GetState(true);
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    const auto now = std::chrono::system_clock::now();
    if (state == GRPC_CHANNEL_READY || now >= until || stop.stop_requested()) return true;
    channel.WaitForStateChange(state, std::min(until, now + kLook));
  }
}

}  // namespace

Connection::Connection(std::string endpoint, std::shared_ptr<grpc::ChannelCredentials> credentials)
    : endpoint_(std::move(endpoint)),
      credentials_(std::move(credentials)),
      channel_(new_channel(endpoint_, credentials_)) {}

std::shared_ptr<grpc::Channel> Connection::channel(std::chrono::system_clock::time_point until,
                                                   const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto first = channel_;
  lock.unlock();
  if (connects(*first, until, stop)) return first;
  lock.lock();
  if (channel_ == first) channel_ = new_channel(endpoint_, credentials_);  // unless another thread was faster
  return channel_;
}

}  // namespace triclave::custodian
