#include "custodian/service/committer.h"

#include <chrono>
#include <utility>

#include "base/try.h"
#include "custodian/log/entry.h"

namespace triclave::custodian {
namespace {

constexpr std::chrono::seconds kLook{1};  // for what an officer's command has changed

}  // namespace

Committer::Committer(State& state, const NoteSigner& signer, LogTable log, Statement version,
                     std::function<void()> on_foreign_change)
    : state_(state),
      signer_(signer),
      log_(std::move(log)),
      version_(std::move(version)),
      on_foreign_change_(std::move(on_foreign_change)) {}

Result<std::unique_ptr<Committer>> Committer::start(State& state, const NoteSigner& signer,
                                                    std::function<void()> on_foreign_change) {
  TRICLAVE_TRY_ASSIGN(LogTable log, LogTable::open(state.database()));
  TRICLAVE_TRY_ASSIGN(Statement version, state.database().prepare("PRAGMA data_version"));
  std::unique_ptr<Committer> out(
      new Committer(state, signer, std::move(log), std::move(version), std::move(on_foreign_change)));
  TRICLAVE_TRY_ASSIGN(out->seen_version_, state.database().number("PRAGMA data_version"));
  out->thread_ = std::jthread([self = out.get()](std::stop_token stop) { self->run(std::move(stop)); });
  return out;
}

Committer::~Committer() = default;

void Committer::submit(Change change) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(change));
  wake_.notify_one();
}

void Committer::run(std::stop_token stop) {
  for (;;) {
    std::vector<Change> changes;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kLook, [this] { return !waiting_.empty(); });
      changes.swap(waiting_);
    }
    if (changes.empty() && stop.stop_requested()) return;
    look_for_foreign_changes();
    if (!changes.empty()) commit(changes);
  }
}

void Committer::commit(std::vector<Change>& changes) {
  auto written = write(changes);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (written)
      changes[i].done(std::move((*written)[i]));
    else
      changes[i].done(tl::unexpected(written.error()));
  }
}

Result<std::vector<Logged>> Committer::write(std::vector<Change>& changes) {
  TRICLAVE_TRY_ASSIGN(Transaction transaction, Transaction::begin(state_.database()));
  std::vector<Logged> out(changes.size());
  std::vector<std::size_t> logged;     // which changes stand in the log
  std::vector<std::uint64_t> indices;  // and where
  for (std::size_t i = 0; i < changes.size(); ++i) {
    TRICLAVE_TRY_ASSIGN(const std::optional<LogEntry> entry, changes[i].apply());
    if (!entry) continue;
    TRICLAVE_TRY_ASSIGN(out[i].entry, serialize_log_entry(*entry));
    TRICLAVE_TRY_ASSIGN(const std::uint64_t index, log_.append(out[i].entry));
    logged.push_back(i);
    indices.push_back(index);
  }
  if (!indices.empty()) {
    TRICLAVE_TRY(log_.sign(signer_));
    // Here, where the transaction holds the database's locks already. They leave once it has committed.
    TRICLAVE_TRY_ASSIGN(auto proofs, log_.proofs(indices));
    for (std::size_t i = 0; i < logged.size(); ++i) out[logged[i]].proof = std::move(proofs[i]);
  }
  TRICLAVE_TRY(transaction.commit());
  if (!indices.empty()) TRICLAVE_TRY(state_.mark().raise(indices.back() + 1));
  return out;
}

void Committer::look_for_foreign_changes() {
  const auto found = version_.step();
  if (!found || !*found) return;
  const std::uint64_t version = version_.number(0);
  version_.reset();
  if (std::exchange(seen_version_, version) != version) on_foreign_change_();
}

}  // namespace triclave::custodian
