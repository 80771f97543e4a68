// Records taken apart, changed and put together again, with the signatures of insiders where a test gives their keys.
#pragma once

#include <functional>

#include "format/capsule.pb.h"
#include "format/object.pb.h"
#include "format/policy.pb.h"
#include "triclave/bytes.h"
#include "triclave/keys.h"

namespace triclave::testing {

v1::Capsule unpack(ByteView record);
Bytes pack(const v1::Capsule& capsule);
v1::Core core_of(ByteView record);
v1::Wrap wrap_of(ByteView record, int index = 0);
Id id_of(ByteView record);

// Each edits a copy. A null signer leaves the old signature, as an outsider must.
Bytes edit_capsule(ByteView record, const std::function<void(v1::Capsule&)>& edit);
Bytes edit_core(ByteView record, const std::function<void(v1::Core&)>& edit, const Signer* signer);
// The same, and gives the wraps the new capsule id, as the producer could.
Bytes edit_core_and_follow(ByteView record, const std::function<void(v1::Core&)>& edit, const Signer& signer);
Bytes edit_wrap(ByteView record, const std::function<void(v1::Wrap&)>& edit, const Signer* signer, int index = 0);

// Edits the policy of the wrap's compartment `index`.
void edit_policy(v1::Wrap& wrap, int index, const std::function<void(v1::CompartmentPolicy&)>& edit);

// A sealed object's parts.
struct ObjectParts {
  v1::ObjectHeader header;
  Bytes header_bytes;
  Bytes capsule;
  Bytes rest;  // stream and content signature
};
ObjectParts take_apart(ByteView object);
Bytes put_together(ByteView header_bytes, ByteView capsule, ByteView rest);
Bytes edit_header(ByteView object, const std::function<void(v1::ObjectHeader&)>& edit);

}  // namespace triclave::testing
