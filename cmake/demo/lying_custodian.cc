// Opens a sealed object through its custodians' services while one of them lies: a mask provider of one's own in a few
// lines, which turns a bit of what an honest service answered.
//
//   lying_custodian POLICY SEALED OUT PERMIT REQUESTER.key CLIENT.crt CLIENT.key OWNER.key
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "support/must.h"
#include "triclave/triclave.h"

namespace {

using triclave::must;

// Passes an honest custodian's answer on; of all custodians the one that is asked first passes on one that is off by
// one bit, and the others come a moment later.
class Custodian final : public triclave::MaskProvider {
 public:
  explicit Custodian(std::unique_ptr<triclave::MaskProvider> honest) : honest_(std::move(honest)) {}
  const triclave::Id& key_id() const override { return honest_->key_id(); }
  std::string name() const override { return honest_->name(); }
  triclave::Result<void> masks(const triclave::MaskRequest& request, std::stop_token stop,
                               triclave::MutableBytes out) override {
    static std::atomic_flag somebody_lies;
    const bool lies = !somebody_lies.test_and_set();
    if (!lies) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    auto answered = honest_->masks(request, stop, out);
    if (answered && lies) out[0] ^= 1;
    return answered;
  }

 private:
  std::unique_ptr<triclave::MaskProvider> honest_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    std::cerr << "usage: lying_custodian POLICY SEALED OUT PERMIT REQUESTER.key CLIENT.crt CLIENT.key OWNER.key\n";
    return 2;
  }
  const auto policy = must(triclave::Policy::load(argv[1]));
  triclave::Requester requester{triclave::must_read(argv[4]), must(triclave::Signer::load(argv[5])), {}};
  auto honest = must(triclave::custodian_providers(policy, std::move(requester), {argv[6], argv[7]}));
  std::vector<std::unique_ptr<triclave::MaskProvider>> providers;
  providers.push_back(triclave::key_provider(must(triclave::Identity::load(argv[8]))));
  for (auto& each : honest) providers.push_back(std::make_unique<Custodian>(std::move(each)));
  auto opener = triclave::Opener::make(policy, std::move(providers));
  triclave::Bytes record;
  auto sealed = must(triclave::file_source(argv[2]));
  must(triclave::inspect_object(*sealed, &record));
  const auto capsule = must(opener.add_capsule(record));
  const auto report = must(opener.unlock(capsule.id));
  for (const auto& culprit : report.failed) std::cout << culprit.who << ": " << culprit.why << '\n';
  auto object = must(opener.object(std::move(sealed)));
  auto out = must(triclave::file_sink(argv[3]));
  std::cout << must(object->copy_to(*out)) << " bytes opened all the same\n";
}
