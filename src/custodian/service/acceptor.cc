#include "custodian/service/acceptor.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/try.h"

namespace triclave::custodian {
namespace {

constexpr int kMostConnections = 8192;
constexpr int kSpare = 64;         // descriptors for the database, certificates, and what gRPC has for itself
constexpr int kAtOnce = 64;        // then it looks whether it is to end
constexpr int kWaitForRoom = 100;  // ms, where the whole system has no descriptor left
// gRPC does not tell when it closes one; counting thousands takes 2 ms.
constexpr std::chrono::milliseconds kCountAgain{100};

tl::unexpected<Error> cannot_listen(const std::string& address, std::string_view why) {
  return fail(ErrorKind::invalid_argument,
              "cannot listen at " + address + ": is the address this machine's, and free? (" + std::string(why) + ")");
}

struct Free {
  void operator()(addrinfo* found) const noexcept { ::freeaddrinfo(found); }
};

// A host's addresses; its name may be in brackets.
Result<std::unique_ptr<addrinfo, Free>> resolve(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  if (const int code = ::getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found); code != 0)
    return cannot_listen(address, ::gai_strerror(code));
  return std::unique_ptr<addrinfo, Free>(found);
}

void set_port(sockaddr* at, int port) {
  auto& written = at->sa_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(at)->sin6_port
                                            : reinterpret_cast<sockaddr_in*>(at)->sin_port;
  if (written == 0) written = htons(static_cast<std::uint16_t>(port));
}

int port_of(int socket) {
  sockaddr_storage at{};
  socklen_t size = sizeof(at);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) != 0) return 0;
  return ntohs(at.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&at)->sin6_port
                                        : reinterpret_cast<sockaddr_in*>(&at)->sin_port);
}

// Empty where the system cannot, and errno says why.
Descriptor listen_at(const addrinfo& where) {
  Descriptor out(::socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(out.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  ::setsockopt(out.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // each connection inherits it
  if (::bind(out.get(), where.ai_addr, where.ai_addrlen) != 0 || ::listen(out.get(), SOMAXCONN) != 0) return {};
  return out;
}

// As many as the process may have, if that is no more than it can use.
int most_descriptors() {
  constexpr rlim_t kWanted = kMostConnections + kSpare;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMostConnections;
  const rlimit raised{std::max(limit.rlim_cur, std::min(limit.rlim_max, kWanted)), limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<int>(std::min(limit.rlim_cur, kWanted)) - kSpare;
}

std::string bytes_of(const void* address, std::size_t size) { return {static_cast<const char*>(address), size}; }

// Who has an IPv6 address has 2^64 of them. Empty: no peer's address.
std::string who_is(const sockaddr_storage& at) {
  constexpr std::size_t kNetwork = 8, kMapped = 12;
  if (at.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(at).sin_addr;
    return bytes_of(&four, sizeof(four));
  }
  if (at.ss_family != AF_INET6) return {};
  const in6_addr& six = reinterpret_cast<const sockaddr_in6&>(at).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&six)) return bytes_of(six.s6_addr + kMapped, sizeof(in_addr));
  return bytes_of(six.s6_addr, kNetwork);
}

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::listen(const std::string& address) {
  TRICLAVE_TRY_ASSIGN(const auto found, resolve(address));
  std::unique_ptr<Acceptor> out(new Acceptor);
  int why = 0;
  for (addrinfo* each = found.get(); each != nullptr; each = each->ai_next) {
    set_port(each->ai_addr, out->port_);
    Descriptor listener = listen_at(*each);
    if (!listener) {
      why = errno;
      if (why == EADDRINUSE) break;
      continue;  // a host's IPv6 address, say, on a system without
    }
    out->port_ = port_of(listener.get());
    out->listeners_.push_back(std::move(listener));
  }
  out->end_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
  if (why == EADDRINUSE || out->listeners_.empty() || !out->end_)
    return cannot_listen(address, std::generic_category().message(why));
  out->most_ = most_descriptors();
  return out;
}

void Acceptor::stop() {
  if (!thread_.joinable()) return;
  ::eventfd_write(end_.get(), 1);
  thread_.join();
}

void Acceptor::start(Take take) {
  thread_ = std::thread([this, take = std::move(take)] { run(take); });
}

void Acceptor::run(const Take& take) {
  std::vector<pollfd> watched{{end_.get(), POLLIN, 0}};
  for (const Descriptor& each : listeners_) watched.push_back({each.get(), POLLIN, 0});
  for (;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[0].revents != 0) return;
    for (const pollfd& each : watched)
      if (each.revents != 0) accept_all(each.fd, take);
  }
}

void Acceptor::accept_all(int listener, const Take& take) {
  for (int i = 0; i < kAtOnce; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof(from);
    Descriptor connection(::accept4(listener, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection) {
      if (has_room(connection.get(), who_is(from))) take(connection.release(), listener);
      continue;
    }
    if (errno == EAGAIN) return;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    pollfd end{end_.get(), POLLIN, 0};
    ::poll(&end, 1, kWaitForRoom);
    return;
  }
}

bool Acceptor::has_room(int connection, const std::string& who) {
  if (connection >= most_) return false;
  if (connection < most_ / 2) return true;
  // With this one, in either way.
  if (std::chrono::steady_clock::now() - counted_ >= kCountAgain)
    count_again();
  else
    ++held_[who];
  return held_[who] <= most_ / 4;
}

void Acceptor::count_again() {
  counted_ = std::chrono::steady_clock::now();
  held_.clear();
  for (int each = 0; each < most_; ++each) {
    sockaddr_storage at{};
    socklen_t size = sizeof(at);
    if (::getpeername(each, reinterpret_cast<sockaddr*>(&at), &size) != 0) continue;
    if (const std::string who = who_is(at); !who.empty()) ++held_[who];
  }
}

}  // namespace triclave::custodian
