// Opens a sealed object while one custodian lies: a mask provider of one's own in a few lines, as a network client
// would be.
//
//   lying_custodian POLICY CAPSULE SEALED OUT LIAR.key HONEST.key...
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "triclave/triclave.h"

namespace {

// A custodian that answers at once with masks that are off by one bit, or honestly after a moment.
class Custodian final : public triclave::MaskProvider {
 public:
  Custodian(triclave::Identity key, bool lies) : honest_(triclave::key_provider(std::move(key))), lies_(lies) {}
  const triclave::Id& key_id() const override { return honest_->key_id(); }
  std::string name() const override { return honest_->name(); }
  triclave::Result<void> masks(const triclave::MaskRequest& request, std::stop_token stop,
                               triclave::MutableBytes out) override {
    if (!lies_) std::this_thread::sleep_for(std::chrono::milliseconds(100));  // so that the lie comes first
    auto answered = honest_->masks(request, stop, out);
    if (answered && lies_) out[0] ^= 1;
    return answered;
  }

 private:
  std::unique_ptr<triclave::MaskProvider> honest_;
  bool lies_;
};

// The value, or an end with the error's words.
template <class T>
T must(triclave::Result<T> result) {
  if (result) return std::move(*result);
  std::cerr << result.error().text() << '\n';
  std::exit(static_cast<int>(result.error().kind) + 1);
}

triclave::Bytes read_all(const char* path) {
  auto source = must(triclave::file_source(path));
  triclave::Bytes bytes(*source->size());
  must(source->read_at(0, bytes));
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::cerr << "usage: lying_custodian POLICY CAPSULE SEALED OUT LIAR.key HONEST.key...\n";
    return 2;
  }
  const auto policy = must(triclave::Policy::load(argv[1]));
  std::vector<std::unique_ptr<triclave::MaskProvider>> providers;
  for (int i = 5; i < argc; ++i)
    providers.push_back(std::make_unique<Custodian>(must(triclave::Identity::load(argv[i])), i == 5));
  auto opener = triclave::Opener::make(policy, std::move(providers));
  const auto capsule = must(opener.add_capsule(read_all(argv[2])));
  // One round for all compartments, so that everybody is asked and the report is whole.
  const auto report = must(opener.unlock(capsule.id));
  for (const auto& culprit : report.failed) std::cout << culprit.who << ": " << culprit.why << '\n';
  auto object = must(opener.object(must(triclave::file_source(argv[3]))));
  auto out = must(triclave::file_sink(argv[4]));
  std::cout << must(object->copy_to(*out)) << " bytes opened all the same\n";
}
