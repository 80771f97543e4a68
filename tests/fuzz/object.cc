// A sealed object, changed: opening all of it gives an error or exactly what was sealed.
#include "edits.h"
#include "envelope/object_batch.h"
#include "harness.h"
#include "sealed_objects.h"
#include "sources.h"

using namespace triclave;

namespace {

// In a batch, beside two that are as they were, the same answer as alone.
void open_in_batch(const fuzz::SealedObjects& all, ByteView changed, bool opens, ByteView plain) {
  const auto frame = envelope::read_frame(*memory_source(changed));
  if (!frame || frame->header.content_signed) return;
  static const cipher::InputKey key = all.key;
  const auto whole = envelope::whole_object(key, *frame, changed);
  if (!whole) return REQUIRE(!opens);
  const fuzz::SealedObjects::Object& good = all.objects[2];
  const auto frame_beside = envelope::read_frame(*memory_source(good.sealed));
  const auto beside = envelope::whole_object(key, frame_beside.value(), good.sealed);
  const std::vector<envelope::WholeObject> objects = {beside.value(), *whole, beside.value()};
  std::vector<Result<Bytes>> opened(3);
  envelope::open_objects(objects, std::vector<std::size_t>{0, 1, 2}, opened);
  REQUIRE(opened[0] && *opened[0] == good.plain && opened[2] && *opened[2] == good.plain);
  REQUIRE(opened[1].has_value() == opens);
  REQUIRE(opens ? std::ranges::equal(*opened[1], plain) : opened[1].error().kind == ErrorKind::forged);
}

}  // namespace

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
  if (kind == fuzz::SourceKind::memory) open_in_batch(all, changed, copied.has_value(), object.plain);
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
