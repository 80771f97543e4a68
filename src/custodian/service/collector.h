// Collects the cosignatures of witnesses on the newest checkpoint, in the background: nobody waits for them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "custodian/service/service.h"

namespace triclave::custodian {

struct AskedWitness {
  LogKey key;
  // Sends it a request and gives back what it answers (C2SP tlog-witness, add-checkpoint).
  std::function<Result<std::string>(const std::string& request, std::stop_token stop)> ask;
};

class Collector {
 public:
  // `service` must outlive it. `changed` is called when what comes of asking a witness changes, from any thread, one at
  // a time: it cosigned, or why it did not; forged where it holds that the log was forked or rolled back. Each witness
  // is asked at most once in `every`, and while it fails more and more rarely.
  Collector(Service& service, std::vector<AskedWitness> witnesses, WitnessingChanged changed,
            std::chrono::milliseconds every = std::chrono::seconds(1));
  // Breaks off what is under way.
  ~Collector();

 private:
  // What is known of one witness.
  struct Known {
    std::uint64_t size = 0;      // that it cosigned last
    std::uint64_t cosigned = 0;  // whose cosignature is stored
  };
  void run(const std::stop_token& stop, const AskedWitness& witness);
  Result<void> collect(const std::stop_token& stop, const AskedWitness& witness, Known& known);

  Service& service_;
  const std::vector<AskedWitness> witnesses_;
  const WitnessingChanged changed_;
  const std::chrono::milliseconds every_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<std::jthread> threads_;  // last: end before what they use
};

}  // namespace triclave::custodian
