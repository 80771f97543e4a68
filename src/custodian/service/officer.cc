#include "custodian/service/officer.h"

#include "base/try.h"
#include "base/unix_time.h"
#include "custodian/log/entry.h"
#include "custodian/log/log_table.h"
#include "custodian/messages/permit.h"

namespace triclave::custodian {
namespace {

LogEntry about_key(LogEntryKind kind, const HeldKey& key, std::chrono::sys_seconds now) {
  LogEntry out = new_entry(kind, now);
  out.key_id.assign(key.id.begin(), key.id.end());
  out.dataset = key.dataset;
  out.owner.assign(key.owner.begin(), key.owner.end());
  out.epoch = key.epoch;
  return out;
}

}  // namespace

LogEntry new_entry(LogEntryKind kind, std::chrono::sys_seconds now) {
  LogEntry out;
  out.kind = kind;
  out.time = unix_seconds(now);
  return out;
}

Result<void> log_now(State& state, const NoteSigner& signer, const std::function<Result<LogEntry>()>& change) {
  TRICLAVE_TRY_ASSIGN(LogTable log, LogTable::open(state.database()));
  TRICLAVE_TRY_ASSIGN(Transaction transaction, Transaction::begin(state.database()));
  TRICLAVE_TRY_ASSIGN(const LogEntry entry, change());
  TRICLAVE_TRY_ASSIGN(const Bytes bytes, serialize_log_entry(entry));
  TRICLAVE_TRY_ASSIGN(const std::uint64_t index, log.append(bytes));
  TRICLAVE_TRY(log.sign(signer));
  TRICLAVE_TRY(transaction.commit());
  return state.mark().raise(index + 1);
}

Result<Officer> Officer::with(const StateFiles& files, std::string_view passphrase, const std::string& log_name) {
  TRICLAVE_TRY_ASSIGN(State state, State::open(files));
  TRICLAVE_TRY_ASSIGN(Vault vault, state.unlock(passphrase));
  TRICLAVE_TRY_ASSIGN(NoteSigner signer, state.log_signer(vault, log_name));
  return Officer(std::move(state), std::move(vault), std::move(signer), log_name);
}

Result<LogKey> Officer::witness_key() const {
  return state_.witness_signer(vault_, log_name_).map([](const NoteSigner& signer) { return signer.key(); });
}

Result<HeldKey> Officer::create_key(const Id& owner, std::string_view dataset, std::string name,
                                    std::chrono::sys_seconds now) {
  HeldKey key;
  TRICLAVE_TRY(log_now(state_, signer_, [&]() -> Result<LogEntry> {
    TRICLAVE_TRY_ASSIGN(key, state_.add_key(vault_, owner, dataset, std::move(name), unix_seconds(now)));
    return about_key(LogEntryKind::key_created, key, now);
  }));
  return key;
}

Result<HeldKey> Officer::destroy_key(const Id& id, std::chrono::sys_seconds now) {
  HeldKey key;
  TRICLAVE_TRY(log_now(state_, signer_, [&]() -> Result<LogEntry> {
    TRICLAVE_TRY_ASSIGN(key, state_.destroy_key(id, unix_seconds(now)));
    return about_key(LogEntryKind::key_destroyed, key, now);
  }));
  TRICLAVE_TRY(state_.database().settle());
  return key;
}

Result<void> Officer::approve(ByteView permit_record, std::chrono::sys_seconds now) {
  TRICLAVE_TRY_ASSIGN(const SignedPermit permit, parse_permit(permit_record));
  TRICLAVE_TRY(verify_permit(permit));
  const PermitTerms& terms = permit.permit.terms;
  return log_now(state_, signer_, [&]() -> Result<LogEntry> {
    TRICLAVE_TRY(state_.approve(permit.permit.authority, permit.permit.id, permit.hash));
    LogEntry entry = new_entry(LogEntryKind::permit_approved, now);
    entry.permit_id.assign(permit.permit.id.begin(), permit.permit.id.end());
    entry.requester.assign(terms.requester.begin(), terms.requester.end());
    entry.dataset = terms.dataset;
    entry.compartments = terms.compartments;
    entry.purpose = terms.purpose;
    return entry;
  });
}

Result<void> Officer::raise_floor(const Id& capsule, std::uint32_t generation) {
  TRICLAVE_TRY_ASSIGN(Transaction transaction, Transaction::begin(state_.database()));
  TRICLAVE_TRY(state_.raise_floor(capsule, generation));
  return transaction.commit();
}

}  // namespace triclave::custodian
