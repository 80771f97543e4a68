#include "custodian/service/service.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/try.h"
#include "base/unix_time.h"
#include "custodian/log/entry.h"
#include "custodian/messages/answer.h"
#include "custodian/service/officer.h"

namespace triclave::custodian {
namespace {

// So that a flood of refusals fills no disk: 20 a minute of each requester, after a hundred at once.
constexpr Rate kRefusals{20.0 / 60, 100};

// What is said of them to the operator: once a second, however many ask.
constexpr Rate kTroubles{1, 1};

}  // namespace

Service::Service(State state, State reader, Vault vault, NoteSigner signer, NoteSigner witness_signer,
                 ServiceOptions options)
    : state_(std::move(state)),
      reader_(std::move(reader)),
      vault_(std::move(vault)),
      signer_(std::move(signer)),
      witness_signer_(std::move(witness_signer)),
      options_(std::move(options)),
      judge_(keys_, options_.requests),
      refusals_(kRefusals),
      troubles_(kTroubles) {}

Result<std::unique_ptr<Service>> Service::start(const StateFiles& files, std::string_view passphrase,
                                                ServiceOptions options) {
  TRICLAVE_TRY_ASSIGN(State state, State::open(files));
  TRICLAVE_TRY_ASSIGN(State reader, State::open(files));
  TRICLAVE_TRY_ASSIGN(Vault vault, state.unlock(passphrase));
  TRICLAVE_TRY_ASSIGN(NoteSigner signer, state.log_signer(vault, options.log_name));
  TRICLAVE_TRY_ASSIGN(NoteSigner witness_signer, state.witness_signer(vault, options.log_name));
  std::unique_ptr<Service> out(new Service(std::move(state), std::move(reader), std::move(vault), std::move(signer),
                                           std::move(witness_signer), std::move(options)));
  TRICLAVE_TRY(out->prepare());
  return out;
}

Result<void> Service::prepare() {
  TRICLAVE_TRY(keys_.reload(reader_, vault_));
  TRICLAVE_TRY_ASSIGN(refuse_until_, state_.refuse_until());
  TRICLAVE_TRY_ASSIGN(admission_, Admission::prepare(state_.database()));
  TRICLAVE_TRY_ASSIGN(witness_, Witness::open(state_.database(), witness_signer_));
  TRICLAVE_TRY_ASSIGN(own_log_, LogTable::open(state_.database()));
  TRICLAVE_TRY_ASSIGN(log_, LogTable::open(reader_.database()));
  TRICLAVE_TRY(mend());
  // So that there is a checkpoint from the first second on, and a gap in service shows.
  TRICLAVE_TRY(log_now(state_, signer_,
                       [this]() -> Result<LogEntry> { return new_entry(LogEntryKind::started, options_.clock()); }));
  TRICLAVE_TRY_ASSIGN(committer_, Committer::start(state_, signer_, [this] {
                        const std::lock_guard lock(mutex_);
                        // Where it fails, the keys stay as they were: one that was destroyed is refused by Admission.
                        if (auto read = keys_.reload(reader_, vault_); !read) (void)not_read(read.error());
                      }));
  return {};
}

// After a crash: hashes of the log that the disk has spoilt are computed again, and a key whose destruction was cut
// short goes from the write-ahead log, too.
Result<void> Service::mend() {
  TRICLAVE_TRY_ASSIGN(LogTable log, LogTable::open(state_.database()));
  TRICLAVE_TRY_ASSIGN(Transaction transaction, Transaction::begin(state_.database()));
  TRICLAVE_TRY(log.mend());
  TRICLAVE_TRY(transaction.commit());
  return state_.database().settle();
}

Service::~Service() = default;

Now Service::now() const {
  const std::chrono::duration<double> running = std::chrono::steady_clock::now().time_since_epoch();
  return {options_.clock(), running.count()};
}

// Whoever asks has no business with the names of files here, or with what is wrong with them.
Error Service::own_trouble(const Error& error, const char* shown) {
  if (options_.on_trouble && troubles_.take("", now().running)) options_.on_trouble(error);
  return {ErrorKind::custodian_unavailable, std::string(shown) + "; its operator must see to it", {}};
}

Error Service::not_logged(const Error& error) {
  return own_trouble(error, "the custodian cannot write its log, and nothing leaves it unlogged");
}

Error Service::not_read(const Error& error) {
  if (error.kind == ErrorKind::invalid_argument) return error;  // no such file, which is the asker's business
  return own_trouble(error, "the custodian cannot read its state");
}

std::optional<LogEntry> Service::refusal(LogEntry entry, const Error& error) {
  const std::string_view who = entry.requester.empty() ? std::string_view() : as_text(entry.requester);
  if (!refusals_.take(who, now().running)) {
    ++refusals_left_out_;
    return {};
  }
  entry.kind = LogEntryKind::refusal;
  entry.masks = 0;
  entry.answer_hash.clear();
  entry.error = static_cast<std::uint32_t>(error.kind);
  entry.reason = error.message;
  if (const std::uint64_t before = refusals_left_out_.exchange(0); before != 0)
    entry.reason = fmt::format("({} refusals before this one are not in the log) {}", before, entry.reason);
  entry.reason = log_text(entry.reason);
  return entry;
}

void Service::refuse(LogEntry entry, Error error, Answered answered) {
  auto logged = refusal(std::move(entry), error);
  if (!logged) return answered(tl::unexpected(std::move(error)));
  committer_->submit({[logged = std::move(logged)]() -> Result<std::optional<LogEntry>> { return logged; },
                      [this, error = std::move(error), answered = std::move(answered)](const Result<Logged>& done) {
                        if (!done) (void)not_logged(done.error());  // refused all the same, and the operator knows
                        answered(tl::unexpected(error));
                      }});
}

namespace {

// One request between its judgement and its answer.
struct Pending {
  Judged judged;
  LogEntry entry;
  Answer answer;
  std::optional<Error> refused;
  Service::Answered answered;
};

}  // namespace

//= SPEC REQ-09
void Service::release(const Asked& asked, Answered answered) {
  const Now at = now();
  LogEntry entry = new_entry(LogEntryKind::release, at.time);
  auto judged = judge_.judge(asked, at, entry);
  if (!judged) {
    if (entry.request_hash.empty()) {
      const Id hash = sha256(asked.request);
      entry.request_hash.assign(hash.begin(), hash.end());
    }
    return refuse(std::move(entry), std::move(judged.error()), std::move(answered));
  }
  // Made before it is logged, since the log holds its hash; it leaves this memory afterwards only.
  auto answer = export_masks(judged->key->identity, judged->request).and_then([&](const SecretBytes& masks) {
    return seal_answer(judged->request, masks.view());
  });
  if (!answer) return refuse(std::move(entry), std::move(answer.error()), std::move(answered));
  const Id hash = sha256(*answer);
  entry.answer_hash.assign(hash.begin(), hash.end());

  const auto pending = std::make_shared<Pending>(
      Pending{std::move(*judged), std::move(entry), {std::move(*answer), {}, {}}, {}, std::move(answered)});
  committer_->submit({[this, pending]() -> Result<std::optional<LogEntry>> {
                        auto admitted = admission_->admit(pending->judged, refuse_until_);
                        if (admitted) return pending->entry;
                        const ErrorKind kind = admitted.error().kind;
                        if (kind != ErrorKind::permit_refused && kind != ErrorKind::policy_refused)
                          return tl::unexpected(admitted.error());  // the database's own
                        pending->refused = admitted.error();
                        return refusal(std::move(pending->entry), *pending->refused);
                      },
                      [this, pending](Result<Logged> logged) {
                        if (pending->refused) return pending->answered(tl::unexpected(*pending->refused));
                        if (!logged) return pending->answered(tl::unexpected(not_logged(logged.error())));
                        pending->answer.entry = std::move(logged->entry);
                        pending->answer.proof = std::move(logged->proof);
                        pending->answered(std::move(pending->answer));
                      }});
}

void Service::revoke(ByteView record, std::string_view client, Done done) {
  const Now at = now();
  auto revocation = judge_.admit_client(client, at.running).and_then([&] { return read_revocation(record); });
  if (!revocation) return done(tl::unexpected(std::move(revocation.error())));
  LogEntry entry = new_entry(LogEntryKind::permit_revoked, at.time);
  entry.permit_id.assign(revocation->permit.begin(), revocation->permit.end());
  committer_->submit({[this, revocation = *revocation, entry]() -> Result<std::optional<LogEntry>> {
                        auto is_new =
                            state_.revoke(revocation.authority, revocation.permit, unix_seconds(revocation.time));
                        if (!is_new) return tl::unexpected(is_new.error());
                        return *is_new ? std::optional(entry) : std::nullopt;
                      },
                      [this, done = std::move(done)](const Result<Logged>& logged) {
                        if (!logged) return done(tl::unexpected(not_logged(logged.error())));
                        done({});
                      }});
}

Result<ServiceStatus> Service::status() {
  return read_status().map_error([this](const Error& error) { return not_read(error); });
}

Result<ServiceStatus> Service::read_status() {
  const std::lock_guard lock(mutex_);
  TRICLAVE_TRY_ASSIGN(std::vector<HeldKey> keys, reader_.keys());  // one just made by an officer, too
  ServiceStatus out{
      options_.name, signer_.key().name(), signer_.key().text(), witness_signer_.key().text(), std::move(keys), {}};
  TRICLAVE_TRY_ASSIGN(out.checkpoint, log_->checkpoint());
  return out;
}

Result<Bytes> Service::log_file(std::string_view path) {
  const std::lock_guard lock(mutex_);
  return log_->file(path).map_error([this](const Error& error) { return not_read(error); });
}

}  // namespace triclave::custodian
