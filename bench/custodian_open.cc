// How long opening through custodians takes, once the connections stand: seals N capsules, then opens each.
//
//   bench_custodian_open POLICY PRODUCER.key COMPARTMENT OWNER.key PERMIT REQUESTER.key CLIENT.crt CLIENT.key N
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "support/must.h"
#include "triclave/triclave.h"

using triclave::must;

int main(int argc, char** argv) {
  const int count = argc == 10 ? std::atoi(argv[9]) : 0;
  if (count < 1) {
    std::cerr
        << "usage: bench_custodian_open POLICY PRODUCER.key COMPARTMENT OWNER.key PERMIT REQUESTER.key CLIENT.crt "
           "CLIENT.key N\n";
    return 2;
  }
  const auto policy = must(triclave::Policy::load(argv[1]));
  const auto producer = must(triclave::Signer::load(argv[2]));
  const std::string compartment = argv[3];
  triclave::Requester requester{triclave::must_read(argv[5]), must(triclave::Signer::load(argv[6])), {}};
  auto providers = must(triclave::custodian_providers(policy, std::move(requester), {argv[7], argv[8]}));
  providers.push_back(triclave::key_provider(must(triclave::Identity::load(argv[4]))));
  auto opener = triclave::Opener::make(policy, std::move(providers));

  std::vector<double> taken;  // ms
  for (int i = 0; i <= count; ++i) {
    const auto sealer = must(triclave::Sealer::make(policy, producer));
    must(opener.add_capsule(sealer.capsule()));
    const auto begin = std::chrono::steady_clock::now();
    must(opener.unlock(sealer.capsule_id(), std::span(&compartment, 1)));
    const std::chrono::duration<double, std::milli> each = std::chrono::steady_clock::now() - begin;
    if (i > 0) taken.push_back(each.count());  // the first one connects
  }
  std::sort(taken.begin(), taken.end());
  const auto at = [&](double share) { return taken[static_cast<std::size_t>(share * static_cast<double>(count - 1))]; };
  std::cout << "opened " << count << " capsules on warm connections: least " << at(0) << " ms, median " << at(0.5)
            << " ms, 99 of 100 below " << at(0.99) << " ms\n";
}
