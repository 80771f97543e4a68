#include "base/try.h"
#include "envelope/object_source.h"
#include "triclave/opener.h"

namespace triclave {

Result<ObjectInfo> inspect_object(Source& sealed, Bytes* embedded) {
  TRICLAVE_TRY_ASSIGN(envelope::Frame frame, envelope::read_frame(sealed));
  TRICLAVE_TRY_ASSIGN(ObjectInfo info, envelope::object_info(frame, sealed.size()));
  if (embedded != nullptr) *embedded = std::move(frame.capsule);
  return info;
}

}  // namespace triclave
