#include "custodian/messages/permit.h"

#include <fmt/chrono.h>

#include <algorithm>

#include "base/copy.h"
#include "base/hash.h"
#include "base/labels.h"
#include "base/names.h"
#include "base/random.h"
#include "base/try.h"
#include "base/unix_time.h"
#include "capsule/fields.h"
#include "custodian/messages/signed_record.h"
#include "format/permit.pb.h"

namespace triclave::custodian {
namespace {

using capsule::to_field;
using std::chrono::seconds;
using std::chrono::sys_seconds;

//= SPEC PER-02
Result<void> check_terms(const PermitTerms& terms, ErrorKind kind) {
  const auto refuse = [&](std::string why) { return fail(kind, "the permit " + std::move(why)); };
  if (!is_name(terms.dataset)) return refuse("is for a dataset whose name is not 1 to 64 bytes of [a-z0-9._-]");
  const auto& compartments = terms.compartments;
  if (compartments.empty() || compartments.size() > std::size_t{kMaxPermitCompartments})
    return refuse(
        fmt::format("names {} compartments; 1 to {} are allowed", compartments.size(), kMaxPermitCompartments));
  if (!std::all_of(compartments.begin(), compartments.end(), is_name))
    return refuse("names a compartment that is not 1 to 64 bytes of [a-z0-9._-]");
  if (std::adjacent_find(compartments.begin(), compartments.end(), std::greater_equal<>()) != compartments.end())
    return refuse("names its compartments not in ascending order, or one twice");
  if (!is_text(terms.purpose, kMaxPurpose))
    return refuse(fmt::format("has a purpose that is not 1 to {} bytes of plain text", kMaxPurpose));
  if (terms.not_before < sys_seconds{} || terms.not_after < terms.not_before ||
      terms.not_after > sys_seconds{seconds{kLatestSecond}})
    return refuse("ends before it begins, or its dates are not between 1970 and 9999");
  return {};
}

Bytes serialize(const Permit& permit) {
  v1::Permit message;
  message.set_id(to_field(permit.id));
  message.set_authority(to_field(permit.authority));
  message.set_requester(to_field(permit.terms.requester));
  message.set_dataset(permit.terms.dataset);
  for (const std::string& each : permit.terms.compartments) message.add_compartments(each);
  message.set_purpose(permit.terms.purpose);
  message.set_not_before(unix_seconds(permit.terms.not_before));
  message.set_not_after(unix_seconds(permit.terms.not_after));
  message.set_most_releases(permit.terms.most_releases);
  message.set_needs_approval(permit.terms.needs_approval);
  return format::serialize(message);
}

Result<Permit> parse(ByteView bytes) {
  TRICLAVE_TRY_ASSIGN(const auto message, format::parse_strict<v1::Permit>(bytes, kMaxPermitRecord, "the permit"));
  Permit out;
  //= SPEC PER-02
  TRICLAVE_TRY_ASSIGN(out.id, fixed_field<16>(message.id(), "the permit's id"));
  TRICLAVE_TRY_ASSIGN(out.authority, fixed_field<32>(message.authority(), "the permit's authority"));
  TRICLAVE_TRY_ASSIGN(out.terms.requester, fixed_field<32>(message.requester(), "the permit's requester"));
  out.terms.dataset = message.dataset();
  out.terms.compartments.assign(message.compartments().begin(), message.compartments().end());
  out.terms.purpose = message.purpose();
  // Judged before they are turned into times, which are signed.
  if (message.not_before() > kLatestSecond || message.not_after() > kLatestSecond)
    return fail(ErrorKind::malformed, "the permit has a date after the year 9999");
  out.terms.not_before = sys_seconds{seconds{message.not_before()}};
  out.terms.not_after = sys_seconds{seconds{message.not_after()}};
  out.terms.most_releases = message.most_releases();
  out.terms.needs_approval = message.needs_approval();
  TRICLAVE_TRY(check_terms(out.terms, ErrorKind::malformed));
  return out;
}

}  // namespace

//= SPEC PER-01
Result<SignedPermit> parse_permit(ByteView record) {
  TRICLAVE_TRY_ASSIGN(const auto message, parse_record<v1::SignedPermit>(record, format::RecordKind::permit,
                                                                         kMaxPermitRecord, "the permit"));
  Bytes bytes = to_bytes(message.permit());
  TRICLAVE_TRY_ASSIGN(Permit permit, parse(bytes));
  TRICLAVE_TRY_ASSIGN(Verifier authority,
                      Verifier::from_public_key(as_bytes(message.authority_key()), "the permit's authority"));
  TRICLAVE_TRY(check_signer(authority, permit.authority, "the permit"));
  const Id hash = sha256(bytes);
  return SignedPermit{std::move(permit), hash, std::move(authority), std::move(bytes), to_bytes(message.signature())};
}

//= SPEC PER-03
Result<void> verify_permit(const SignedPermit& permit) {
  return permit.authority.verify(role::kPermit, permit.bytes, permit.signature);
}

}  // namespace triclave::custodian

namespace triclave {

using custodian::SignedPermit;

Result<Bytes> issue_permit(const PermitTerms& terms, const Signer& authority) {
  Permit permit{random_array<16>(), authority.verifier().id(), terms};
  std::sort(permit.terms.compartments.begin(), permit.terms.compartments.end());
  TRICLAVE_TRY(custodian::check_terms(permit.terms, ErrorKind::invalid_argument));
  const Bytes bytes = custodian::serialize(permit);
  v1::SignedPermit message;
  message.set_permit(capsule::to_field(bytes));
  message.set_authority_key(capsule::to_field(authority.verifier().public_key()));
  message.set_signature(capsule::to_field(authority.sign(role::kPermit, bytes)));
  return custodian::write_record(format::RecordKind::permit, message);
}

Result<Permit> read_permit(ByteView record) {
  TRICLAVE_TRY_ASSIGN(SignedPermit permit, custodian::parse_permit(record));
  TRICLAVE_TRY(custodian::verify_permit(permit));
  return std::move(permit.permit);
}

//= SPEC PER-04
Result<void> check_covers(const Permit& permit, std::string_view dataset, const std::vector<std::string>& compartments,
                          std::chrono::sys_seconds now) {
  const PermitTerms& terms = permit.terms;
  const auto refuse = [](std::string why) { return fail(ErrorKind::permit_refused, std::move(why)); };
  if (now < terms.not_before)
    return refuse(fmt::format("the permit holds from {:%Y-%m-%d %H:%M:%S} UTC only", terms.not_before));
  if (now > terms.not_after)
    return refuse(
        fmt::format("the permit ended at {:%Y-%m-%d %H:%M:%S} UTC: ask its authority for a new one", terms.not_after));
  if (dataset != terms.dataset)
    return refuse(fmt::format("the permit is for dataset {}, not for {}", terms.dataset, dataset));
  for (const std::string& each : compartments)
    if (!std::binary_search(terms.compartments.begin(), terms.compartments.end(), each))
      return refuse(
          fmt::format("the permit does not cover compartment {}, only {}", each, fmt::join(terms.compartments, ", ")));
  return {};
}

}  // namespace triclave
