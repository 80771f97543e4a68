#include <fmt/format.h>

#include "base/integers.h"
#include "base/labels.h"
#include "base/message.h"
#include "base/try.h"
#include "base/unix_time.h"
#include "capsule/fields.h"
#include "custodian/messages/permit.h"
#include "custodian/messages/signed_record.h"
#include "format/permit.pb.h"
#include "triclave/permit.h"

namespace triclave {
namespace {

using capsule::to_field;

constexpr std::size_t kMaxRecord = 8 * 1024;

}  // namespace

Result<Bytes> revoke_permit(const Permit& permit, const Signer& authority, std::chrono::sys_seconds now) {
  if (permit.authority != authority.verifier().id())
    return fail(ErrorKind::invalid_argument,
                fmt::format("{} did not issue this permit, and only its own authority can revoke it",
                            authority.verifier().name()));
  const Bytes bytes = M({permit.authority, permit.id, unix_seconds(now)});
  v1::SignedRevocation message;
  message.set_revocation(to_field(bytes));
  message.set_authority_key(to_field(authority.verifier().public_key()));
  message.set_signature(to_field(authority.sign(role::kRevocation, bytes)));
  return custodian::write_record(format::RecordKind::revocation, message);
}

//= SPEC PER-05
Result<Revocation> read_revocation(ByteView record) {
  TRICLAVE_TRY_ASSIGN(const auto message, custodian::parse_record<v1::SignedRevocation>(
                                              record, format::RecordKind::revocation, kMaxRecord, "the revocation"));
  const auto fields = fields_of(as_bytes(message.revocation()), 3);
  if (!fields || fields->size() != 3 || (*fields)[2].size() != 8)
    return fail(ErrorKind::malformed, "the revocation is damaged: it is not an authority, a permit and a time");
  Revocation out;
  TRICLAVE_TRY_ASSIGN(out.authority, custodian::fixed_bytes<32>((*fields)[0], "the revocation's authority"));
  TRICLAVE_TRY_ASSIGN(out.permit, custodian::fixed_bytes<16>((*fields)[1], "the revocation's permit id"));
  const auto time = from_big_endian<std::uint64_t>((*fields)[2]);
  if (time > custodian::kLatestSecond)
    return fail(ErrorKind::malformed, "the revocation has a date after the year 9999");
  out.time = std::chrono::sys_seconds{std::chrono::seconds{time}};
  TRICLAVE_TRY_ASSIGN(const Verifier authority,
                      Verifier::from_public_key(as_bytes(message.authority_key()), "the revocation's authority"));
  TRICLAVE_TRY(custodian::check_signer(authority, out.authority, "the revocation"));
  TRICLAVE_TRY(authority.verify(role::kRevocation, as_bytes(message.revocation()), as_bytes(message.signature())));
  return out;
}

}  // namespace triclave
