#include "capsule/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/guarded.h"
#include "base/random.h"
#include "capsule/ask_plan.h"
#include "capsule/derive.h"
#include "capsule/share_tree.h"

namespace triclave::capsule {
namespace {

using Clock = std::chrono::steady_clock;
using Shares = std::vector<std::unique_ptr<keys::Scalar>>;

constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);  // what a clock can be added to
constexpr std::chrono::milliseconds kCallerIsAskedEvery{100};

constexpr const char* kTooFew = "not asked: with its answer, too, there would be too few";

// Where the answer to one item of a request goes.
struct Target {
  std::size_t compartment;
  std::size_t leaf;
};

// One provider, and all that it is asked for: one round.
struct Question {
  MaskProvider* provider;
  MaskRequest request;
  std::vector<Target> targets;  // one an item
};

// Whether `provider` could answer for this leaf.
bool stands_at(const MaskProvider& provider, const WrapCompartment& compartment, const policy::LeafAt& at) {
  return provider.key_id() == at.key_id && provider.may_release(compartment.name);
}

// Whether all providers together could open the compartment.
bool is_in_reach(const WrapCompartment& compartment, Providers providers) {
  return policy::satisfied(compartment.policy.tree, [&](const policy::LeafAt& at) {
    return std::any_of(providers.begin(), providers.end(),
                       [&](const auto& each) { return stands_at(*each, compartment, at); });
  });
}

// All that `provider` can answer of the compartments in `asked`, by their places in `wanted`.
Question question_for(MaskProvider& provider, const WrapRecipient& recipient, const Capsule& capsule, const Wrap& wrap,
                      const std::vector<CompartmentShares>& wanted, const std::vector<std::size_t>& asked) {
  Question out{
      &provider, {capsule.id, wrap.generation, recipient.kem, recipient.enc, capsule.core.dataset, {}, {}}, {}};
  for (const std::size_t c : asked) {
    const WrapCompartment& compartment = *wanted[c].compartment;
    for (std::size_t l = 0; l < compartment.places.size(); ++l) {
      if (!stands_at(provider, compartment, compartment.places[l])) continue;
      out.request.items.push_back({compartment.name, compartment.places[l].path, compartment.policy_bytes});
      out.targets.push_back({c, l});
    }
  }
  return out;
}

// Why nobody can be asked for a recipient's masks, or that they would be of no use; nothing where it can be asked or is
// not needed.
std::optional<Culprit> why_not_asked(const WrapRecipient& recipient, const std::vector<CompartmentShares>& wanted,
                                     Providers providers, Until until) {
  bool needed = false, useful = false, covered = false;
  for (const CompartmentShares& each : wanted)
    for (const policy::LeafAt& at : each.compartment->places) {
      if (at.key_id != recipient.key_id) continue;
      needed = true;
      for (const auto& provider : providers) {
        if (!stands_at(*provider, *each.compartment, at)) continue;
        covered = true;
        useful = useful || until == Until::everyone_answered || provider->is_local() ||
                 is_in_reach(*each.compartment, providers);
      }
    }
  if (!needed || useful) return {};
  if (covered) return Culprit{{}, kTooFew, ErrorKind::custodian_unavailable};
  const bool at_hand = std::any_of(providers.begin(), providers.end(),
                                   [&](const auto& each) { return each->key_id() == recipient.key_id; });
  if (at_hand) return Culprit{{}, "not asked: the permit does not cover the compartment", ErrorKind::permit_refused};
  return Culprit{{}, "not asked: neither its key nor a connection to it is at hand", ErrorKind::custodian_unavailable};
}

// What an answer unmasks to, or nothing where one item of it is a lie: then the whole answer is put aside.
Shares unmask(const Question& question, ByteView masks, const std::vector<CompartmentShares>& wanted) {
  Shares out;
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

// All that is going on; its threads end with it.
class Round {
 public:
  Round(Gathered& out, std::vector<Question> questions, const GatherOptions& options)
      : out_(out),
        questions_(std::move(questions)),
        options_(options),
        states_(questions_.size(), AskState::unasked),
        asked_at_(questions_.size()),
        threads_(questions_.size()) {
    for (const CompartmentShares& each : out_.compartments)
      goals_.push_back(
          {&each.compartment->policy.tree, std::vector<std::vector<std::size_t>>(each.compartment->places.size())});
    for (std::size_t q = 0; q < questions_.size(); ++q)
      for (const auto [compartment, leaf] : questions_[q].targets) goals_[compartment].questions[leaf].push_back(q);
  }

  void run(Until until) {
    std::unique_lock lock(mutex_);
    for (std::size_t q = 0; q < questions_.size(); ++q)
      if (until == Until::everyone_answered || options_.ask_everyone || questions_[q].provider->is_local()) ask(q);
    while (until == Until::everyone_answered || !met()) {
      pass_time();
      for (const std::size_t q : ask_next(goals_, states_)) ask(q);
      const auto next = next_change();
      if (!next) break;  // nobody is awaited
      changed_.wait_until(lock, std::min(*next, ask_caller_at_));
      if (!caller_goes_on(lock)) break;
    }
    if (until == Until::policy_is_met && !met()) name_the_rest();
    is_over_ = true;
    lock.unlock();
    for (std::jthread& thread : threads_) thread.request_stop();
    threads_.clear();  // joins
  }

 private:
  static bool is_awaited(AskState state) { return state == AskState::waiting || state == AskState::overdue; }

  bool met() const {
    return std::all_of(out_.compartments.begin(), out_.compartments.end(), [](const CompartmentShares& each) {
      return is_satisfied(each.known(), each.compartment->policy.tree);
    });
  }

  void ask(std::size_t q) {
    states_[q] = AskState::waiting;
    asked_at_[q] = Clock::now();
    threads_[q] = std::jthread([this, q](std::stop_token stop) { answer(stop, q); });
  }

  void fail(std::size_t q, std::string why, ErrorKind kind) {
    states_[q] = AskState::failed;
    out_.report.failed.push_back({questions_[q].provider->name(), std::move(why), kind});
  }

  // In the question's own thread.
  void answer(const std::stop_token& stop, std::size_t q) {
    const Question& question = questions_[q];
    SecretBytes masks(question.targets.size() * kMaskSize);
    const Result<void> asked = question.provider->masks(question.request, stop, masks.mutable_view());
    Shares shares = asked ? unmask(question, masks.view(), out_.compartments) : Shares();
    const std::lock_guard lock(mutex_);
    if (is_over_ || states_[q] == AskState::failed) return;  // too late
    if (!asked) {
      fail(q, asked.error().message, asked.error().kind);
    } else if (shares.empty()) {
      fail(q,
           "its answer does not fit the capsule's commitment: either it lied or the capsule's producer dealt a wrong "
           "share",
           ErrorKind::forged);
    } else {
      states_[q] = AskState::answered;
      out_.report.used.push_back(question.provider->name());
      for (std::size_t i = 0; i < shares.size(); ++i)
        out_.compartments[question.targets[i].compartment].shares[question.targets[i].leaf] = std::move(shares[i]);
    }
    changed_.notify_all();
  }

  // A key in this process takes the time that it takes: no spare would be faster.
  std::chrono::milliseconds patience(std::size_t q, std::chrono::milliseconds wanted) const {
    return questions_[q].provider->is_local() ? kLongest : std::clamp(wanted, std::chrono::milliseconds(0), kLongest);
  }
  Clock::time_point spare_time(std::size_t q) const { return asked_at_[q] + patience(q, options_.spare_after); }
  Clock::time_point deadline(std::size_t q) const { return asked_at_[q] + patience(q, options_.deadline); }

  void pass_time() {
    const auto now = Clock::now();
    for (std::size_t q = 0; q < questions_.size(); ++q) {
      if (!is_awaited(states_[q])) continue;
      if (now >= spare_time(q)) states_[q] = AskState::overdue;
      if (now < deadline(q)) continue;
      fail(q, fmt::format("cut off: it did not answer within {} ms", options_.deadline.count()),
           ErrorKind::custodian_unavailable);
      threads_[q].request_stop();
    }
  }

  // When somebody's silence means more than it does now; empty where nobody is awaited.
  std::optional<Clock::time_point> next_change() const {
    std::optional<Clock::time_point> next;
    for (std::size_t q = 0; q < questions_.size(); ++q) {
      if (!is_awaited(states_[q])) continue;
      const auto change = states_[q] == AskState::overdue ? deadline(q) : std::min(spare_time(q), deadline(q));
      if (!next || change < *next) next = change;
    }
    return next;
  }

  // The caller may do what takes time: answers come in meanwhile.
  bool caller_goes_on(std::unique_lock<std::mutex>& lock) {
    if (Clock::now() < ask_caller_at_) return true;
    lock.unlock();
    const bool goes_on = options_.go_on();
    lock.lock();
    ask_caller_at_ = Clock::now() + kCallerIsAskedEvery;
    return goes_on;
  }

  void name_the_rest() {
    for (std::size_t q = 0; q < questions_.size(); ++q)
      if (states_[q] == AskState::unasked)
        fail(q, kTooFew, ErrorKind::custodian_unavailable);
      else if (is_awaited(states_[q]))
        fail(q, "not waited for: the caller gave up", ErrorKind::custodian_unavailable);
  }

  Gathered& out_;
  const std::vector<Question> questions_;  // preferred ones first
  const GatherOptions options_;
  std::vector<Goal> goals_;
  Clock::time_point ask_caller_at_ = options_.go_on ? Clock::now() + kCallerIsAskedEvery : Clock::time_point::max();

  std::mutex mutex_;  // guards all below, and out_
  std::condition_variable changed_;
  std::vector<AskState> states_;
  std::vector<Clock::time_point> asked_at_;
  bool is_over_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace

std::vector<const keys::Scalar*> CompartmentShares::known() const {
  std::vector<const keys::Scalar*> out;
  for (const auto& share : shares) out.push_back(share.get());
  return out;
}

Gathered gather(const Capsule& capsule, const Wrap& wrap, std::span<const std::string> compartments,
                Providers providers, const std::function<std::string(const Id&)>& name_of, Until until,
                const GatherOptions& options) {
  Gathered out;
  for (const std::string& name : compartments) {
    const WrapCompartment* compartment = wrap.find(name);
    out.compartments.push_back({compartment, {}});
    out.compartments.back().shares.resize(compartment->places.size());
  }
  std::vector<std::size_t> all, in_reach;
  for (std::size_t c = 0; c < out.compartments.size(); ++c) {
    all.push_back(c);
    if (is_in_reach(*out.compartments[c].compartment, providers)) in_reach.push_back(c);
  }
  const Id session = random_array<32>();
  std::vector<Question> questions;
  for (const WrapRecipient& recipient : wrap.recipients)
    if (const auto why = why_not_asked(recipient, out.compartments, providers, until))
      out.report.failed.push_back({name_of(recipient.key_id), why->why, why->kind});
  for (const auto& provider : providers) {
    const WrapRecipient* recipient = wrap.find(provider->key_id());
    if (recipient == nullptr) continue;
    // What cannot be opened anyway is not asked of others.
    const bool asks_all = until == Until::everyone_answered || provider->is_local();
    Question question = question_for(*provider, *recipient, capsule, wrap, out.compartments, asks_all ? all : in_reach);
    question.request.session = session;
    if (!question.targets.empty()) questions.push_back(std::move(question));
  }
  Round(out, std::move(questions), options).run(until);
  return out;
}

}  // namespace triclave::capsule
