#include "custodian/service/limiter.h"

#include <algorithm>

namespace triclave::custodian {
namespace {

constexpr std::size_t kMaxBuckets = 16384;

}  // namespace

void Limiter::set(Rate rate) {
  const std::lock_guard lock(mutex_);
  rate_ = rate;
  buckets_.clear();
}

bool Limiter::take(std::string_view name, double now) {
  const std::lock_guard lock(mutex_);
  if (rate_.per_second <= 0) return true;
  if (buckets_.size() >= kMaxBuckets) forget_full(now);
  const auto [found, is_new] = buckets_.try_emplace(std::string(name), Bucket{rate_.burst, now});
  Bucket& bucket = found->second;
  bucket.tokens = std::min(rate_.burst, bucket.tokens + (now - bucket.at) * rate_.per_second);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

// A full bucket says nothing that a new one would not. Where all are in use the service is being flooded under many
// names, and everybody starts anew.
void Limiter::forget_full(double now) {
  std::erase_if(buckets_, [&](const auto& each) {
    return each.second.tokens + (now - each.second.at) * rate_.per_second >= rate_.burst;
  });
  if (buckets_.size() >= kMaxBuckets) buckets_.clear();
}

}  // namespace triclave::custodian
