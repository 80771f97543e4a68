#include "capsule/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/guarded.h"
#include "capsule/derive.h"
#include "capsule/share_tree.h"

namespace triclave::capsule {
namespace {

// Where the answer to one item of a request goes.
struct Target {
  std::size_t compartment;
  std::size_t leaf;
};

struct Question {
  MaskRequest request;
  std::vector<Target> targets;  // one an item
};

Question question_for(const WrapRecipient& recipient, const Capsule& capsule, const Wrap& wrap,
                      const std::vector<CompartmentShares>& wanted) {
  Question out;
  out.request = {capsule.id, wrap.generation, recipient.kem, recipient.enc, capsule.core.dataset, {}};
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    const WrapCompartment& compartment = *wanted[c].compartment;
    for (std::size_t l = 0; l < compartment.places.size(); ++l) {
      if (compartment.places[l].key_id != recipient.key_id) continue;
      out.request.items.push_back({compartment.name, compartment.places[l].path, compartment.policy_bytes});
      out.targets.push_back({c, l});
    }
  }
  return out;
}

// What an answer unmasks to, or nothing where one item of it is a lie: then the whole answer is put aside.
std::vector<std::unique_ptr<keys::Scalar>> unmask(const Question& question, ByteView masks,
                                                  const std::vector<CompartmentShares>& wanted) {
  std::vector<std::unique_ptr<keys::Scalar>> out;
  for (std::size_t i = 0; i < question.targets.size(); ++i) {
    const auto [c, l] = question.targets[i];
    const WrapCompartment& compartment = *wanted[c].compartment;
    const ByteView mask = masks.subspan(i * kMaskSize, 32);
    const ByteView rho = masks.subspan(i * kMaskSize + 32, 32);
    auto share = std::make_unique<keys::Scalar>();
    std::transform(mask.begin(), mask.end(), compartment.leaves[l].masked_share.begin(), share->data(),
                   std::bit_xor<>());
    const MaskRequest& request = question.request;
    //= SPEC CAP-11
    const Id commitment = share_commitment(
        {request.capsule_id, request.generation, request.dataset, compartment.name, compartment.places[l].path}, rho,
        share->view());
    if (!equal_constant_time(commitment, compartment.leaves[l].commitment)) return {};
    out.push_back(std::move(share));
  }
  return out;
}

}  // namespace

std::vector<const keys::Scalar*> CompartmentShares::known() const {
  std::vector<const keys::Scalar*> out;
  for (const auto& share : shares) out.push_back(share.get());
  return out;
}

Gathered gather(const Capsule& capsule, const Wrap& wrap, std::span<const std::string> compartments,
                Providers providers, const std::function<std::string(const Id&)>& name_of, Until until) {
  Gathered out;
  for (const std::string& name : compartments) {
    const WrapCompartment* compartment = wrap.find(name);
    out.compartments.push_back({compartment, {}});
    out.compartments.back().shares.resize(compartment->places.size());
  }

  std::mutex mutex;  // guards `out` and `running`
  std::condition_variable_any changed;
  std::size_t running = 0;
  const auto met = [&] {
    return std::all_of(out.compartments.begin(), out.compartments.end(), [](const CompartmentShares& each) {
      return is_satisfied(each.known(), each.compartment->policy.tree);
    });
  };
  const auto answer = [&](std::stop_token stop, MaskProvider& provider, const Question& question) {
    SecretBytes masks(question.targets.size() * kMaskSize);
    const Result<void> asked = provider.masks(question.request, stop, masks.mutable_view());
    auto shares =
        asked ? unmask(question, masks.view(), out.compartments) : std::vector<std::unique_ptr<keys::Scalar>>();
    const std::lock_guard lock(mutex);
    if (!asked) {
      if (!stop.stop_requested())
        out.report.failed.push_back({provider.name(), asked.error().message, asked.error().kind});
    } else if (shares.empty()) {
      out.report.failed.push_back(
          {provider.name(),
           "its answer does not fit the capsule's commitment: either it lied or the capsule's producer dealt "
           "a wrong share",
           ErrorKind::forged});
    } else {
      out.report.used.push_back(provider.name());
      for (std::size_t i = 0; i < shares.size(); ++i)
        out.compartments[question.targets[i].compartment].shares[question.targets[i].leaf] = std::move(shares[i]);
    }
    --running;
    changed.notify_all();
  };

  std::vector<std::jthread> threads;
  for (const WrapRecipient& recipient : wrap.recipients) {
    const Question question = question_for(recipient, capsule, wrap, out.compartments);
    if (question.targets.empty()) continue;
    bool asked = false;
    for (const auto& provider : providers) {
      if (provider->key_id() != recipient.key_id) continue;
      asked = true;
      const std::lock_guard lock(mutex);
      ++running;
      threads.emplace_back(
          [&answer, provider = provider.get(), question](std::stop_token stop) { answer(stop, *provider, question); });
    }
    const std::lock_guard lock(mutex);
    if (!asked)
      out.report.failed.push_back({name_of(recipient.key_id),
                                   "not asked: neither its key nor a connection to it is at hand",
                                   ErrorKind::custodian_unavailable});
  }
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return running == 0 || (until == Until::policy_is_met && met()); });
  }
  for (std::jthread& thread : threads) thread.request_stop();
  threads.clear();  // joins
  return out;
}

}  // namespace triclave::capsule
