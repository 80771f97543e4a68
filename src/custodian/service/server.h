// The service on the network: gRPC over mutual TLS 1.3, a thin layer on Service.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "custodian/service/config.h"
#include "custodian/service/service.h"

namespace triclave::custodian {

class Server {
 public:
  // `service` must outlive it. `on_trouble` is told of new certificates that do not pass; the former ones go on then.
  // Errors: invalid_argument (no certificates there, or the address is taken), io.
  static Result<std::unique_ptr<Server>> start(Service& service, const std::string& listen, const TlsFiles& tls,
                                               std::function<void(const Error&)> on_trouble = {});
  // Refuses what is new at once, and ends what is under way when `grace` is over.
  void stop(std::chrono::milliseconds grace);
  ~Server();

  // The one that the system chose where the configuration says 0.
  int port() const noexcept;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace triclave::custodian
