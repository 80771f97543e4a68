#include "custodian/service/admission.h"

#include "base/try.h"
#include "base/unix_time.h"

namespace triclave::custodian {
namespace {

tl::unexpected<Error> refuse(std::string message) { return fail(ErrorKind::permit_refused, std::move(message)); }

}  // namespace

Result<Admission> Admission::prepare(const Database& database) {
  Admission out;
  TRICLAVE_TRY_ASSIGN(out.nonce_, database.prepare("INSERT INTO nonces VALUES (?) ON CONFLICT DO NOTHING RETURNING 1"));
  TRICLAVE_TRY_ASSIGN(out.key_, database.prepare("SELECT 1 FROM keys WHERE number = ? AND sealed IS NOT NULL"));
  TRICLAVE_TRY_ASSIGN(
      out.permit_, database.prepare("SELECT releases, approved, revoked FROM permits WHERE authority = ? AND id = ?"));
  TRICLAVE_TRY_ASSIGN(out.count_, database.prepare("INSERT INTO permits (authority, id, releases) VALUES (?, ?, 1)"
                                                   " ON CONFLICT DO UPDATE SET releases = releases + 1"));
  TRICLAVE_TRY_ASSIGN(out.floor_, database.prepare("SELECT generation FROM floors WHERE capsule = ?"));
  return out;
}

//= SPEC REQ-04, REQ-05, REQ-07, PER-06
Result<void> Admission::admit(const Judged& judged, std::uint64_t refuse_until) {
  if (unix_seconds(judged.request.time) <= refuse_until)
    return refuse(
        "this custodian was restored from a backup, and may have answered this request before: send a new one "
        "in some minutes");
  TRICLAVE_TRY(check_key(judged.key->held));
  TRICLAVE_TRY(check_floors(judged.request));
  TRICLAVE_TRY(check_permit(*judged.permit));
  TRICLAVE_TRY(note_nonce(judged.request));
  // Counted only where nothing is refused any more: the transaction is not this request's alone.
  const Permit& permit = judged.permit->permit;
  return count_.bind(1, ByteView(permit.authority)).bind(2, ByteView(permit.id)).run();
}

Result<void> Admission::check_key(const HeldKey& key) {
  TRICLAVE_TRY_ASSIGN(const bool lives, key_.bind(1, key.number).step());
  key_.reset();
  if (!lives) return refuse("the key was destroyed");
  return {};
}

Result<void> Admission::check_floors(const Request& request) {
  const RequestItem* before = nullptr;
  for (const RequestItem& item : request.items) {
    if (before != nullptr && before->capsule_id == item.capsule_id && before->generation == item.generation) continue;
    before = &item;
    TRICLAVE_TRY_ASSIGN(const bool found, floor_.bind(1, ByteView(item.capsule_id)).step());
    const std::uint64_t floor = found ? floor_.number(0) : 0;
    floor_.reset();
    if (item.generation < floor)
      return fail(ErrorKind::policy_refused, "the capsule was rewrapped, and its generation " +
                                                 std::to_string(item.generation) +
                                                 " is answered no more: fetch the newest capsule, of generation " +
                                                 std::to_string(floor) + " or later");
  }
  return {};
}

Result<void> Admission::check_permit(const SignedPermit& signed_permit) {
  const Permit& permit = signed_permit.permit;
  const PermitTerms& terms = permit.terms;
  permit_.bind(1, ByteView(permit.authority)).bind(2, ByteView(permit.id));
  TRICLAVE_TRY_ASSIGN(const bool found, permit_.step());
  const std::uint64_t releases = found ? permit_.number(0) : 0;
  const bool is_approved = found && as_text(permit_.bytes(1)) == as_text(signed_permit.hash);
  const bool is_revoked = found && !permit_.is_null(2);
  permit_.reset();
  if (is_revoked) return refuse("the permit was revoked by its authority");
  if (terms.needs_approval && !is_approved)
    return refuse(
        "the permit needs the approval of this custodian's officer, who gives it with "
        "`triclave custodian approve`");
  if (terms.most_releases != 0 && releases >= terms.most_releases)
    return refuse("the permit's " + std::to_string(terms.most_releases) +
                  " releases by this custodian are used up: ask its authority for a new one");
  return {};
}

Result<void> Admission::note_nonce(const Request& request) {
  TRICLAVE_TRY_ASSIGN(const bool is_new, nonce_.bind(1, ByteView(request.nonce)).step());
  nonce_.reset();
  if (!is_new) return refuse("the request was answered before: each request is made anew");
  return {};
}

}  // namespace triclave::custodian
