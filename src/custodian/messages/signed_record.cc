#include "custodian/messages/signed_record.h"

namespace triclave::custodian {

Bytes write_record(format::RecordKind kind, const google::protobuf::Message& message) {
  Bytes out;
  format::put_preamble(out, kind);
  const Bytes body = format::serialize(message);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Result<void> check_signer(const Verifier& key, const Id& claimed, std::string_view what) {
  if (key.id() == claimed) return {};
  return fail(ErrorKind::forged, std::string(what) + " carries another signer's key than the one that it names");
}

}  // namespace triclave::custodian
