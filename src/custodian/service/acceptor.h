// Where clients knock. gRPC 1.51 stops listening for good once the process is out of file descriptors; so connections
// are accepted here and handed on, and those above a limit are closed at once, which leaves descriptors for everything
// else. Once half of the room is taken nobody gets more than a quarter of it, so that a flood from one address keeps no
// other one out.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "triclave/error.h"

namespace triclave::custodian {

class Acceptor {
 public:
  // Takes the connection.
  using Take = std::function<void(int connection, int listener)>;

  // HOST:PORT, as Config has it. Errors: invalid_argument (the address is not this machine's, or is taken).
  static Result<std::unique_ptr<Acceptor>> listen(const std::string& address);
  ~Acceptor() { stop(); }

  // To be called once.
  void start(Take take);
  // Accepts no more when it returns.
  void stop();
  // The one that the system chose where the address says 0.
  int port() const noexcept { return port_; }

 private:
  Acceptor() = default;
  void run(const Take& take);
  void accept_all(int listener, const Take& take);
  bool has_room(int connection, const std::string& who);
  void count_again();

  std::vector<Descriptor> listeners_;
  Descriptor end_;  // an event
  int port_ = 0;
  int most_ = 0;                     // descriptors' numbers are below it, and the system gives the least that is free
  std::map<std::string, int> held_;  // connections by address, as they were when they were counted
  std::chrono::steady_clock::time_point counted_;
  std::thread thread_;
};

}  // namespace triclave::custodian
