// A sealed object, changed: opening all of it gives an error or exactly what was sealed.
#include "edits.h"
#include "harness.h"
#include "sealed_objects.h"
#include "sources.h"

using namespace triclave;

// The first byte chooses the object, the second the kind of source; edits follow.
FUZZ_TARGET(input) {
  static const fuzz::SealedObjects all;
  if (input.size() < 2) return;
  const auto& object = all.objects[input[0] % all.objects.size()];
  const Bytes changed = fuzz::edited(object.sealed, input.subspan(2), cipher::kSealedChunkSize);
  const auto kind = fuzz::source_kind(input[1]);

  const auto opened = all.open(fuzz::source_of(changed, kind));
  Bytes plain;
  const auto copied = opened ? (*opened)->copy_to(*memory_sink(plain)) : tl::unexpected(opened.error());
  if (copied) {
    REQUIRE(changed == object.sealed);
    REQUIRE(*copied == object.plain.size() && plain == object.plain);
    return;
  }
  REQUIRE(plain.empty());
  const bool signed_pipe = opened && kind == fuzz::SourceKind::pipe && (*opened)->info().content_signed;
  REQUIRE(changed != object.sealed || signed_pipe);
  REQUIRE(fuzz::is_one_of(copied.error(), {ErrorKind::malformed, ErrorKind::unsupported, ErrorKind::forged}) ||
          (signed_pipe && copied.error().kind == ErrorKind::invalid_argument));
}
