// How often somebody may ask: a bucket of tokens for each name, refilled with time. Bounded in memory, whoever comes.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace triclave::custodian {

struct Rate {
  double per_second = 0;  // 0: no limit
  double burst = 0;
};

// Called from several threads.
class Limiter {
 public:
  explicit Limiter(Rate rate) : rate_(rate) {}
  void set(Rate rate);
  // Whether `name` may go ahead at `now`, any monotonic number of seconds; if so, that costs it a token.
  bool take(std::string_view name, double now);

 private:
  struct Bucket {
    double tokens;
    double at;
  };
  void forget_full(double now);

  std::mutex mutex_;
  Rate rate_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace triclave::custodian
