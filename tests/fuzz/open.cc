// The whole way of an opening, from an object that carries its capsule or from a capsule that lies beside it: nothing
// changed opens, for every byte is under a signature or a tag.
#include "cipher/cobblestone.h"
#include "edits.h"
#include "harness.h"
#include "session.h"

using namespace triclave;

namespace {

struct Sealed : fuzz::Session {
  Bytes carrying = seal("visit.csv", {.embed_capsule = true});
  Bytes carrying_signed = seal("", {.embed_capsule = true, .sign_content = true});
  Bytes detached = seal("visit.csv", {});
};

Result<Bytes> open(Opener& opener, const Bytes& object) {
  Bytes out;
  auto opened = opener.object(memory_source(object));
  if (!opened) return tl::unexpected(opened.error());
  return (*opened)->copy_to(*memory_sink(out)).map([&](std::uint64_t) { return out; });
}

}  // namespace

// The first byte chooses what the edits that follow change.
FUZZ_TARGET(input) {
  static const Sealed sealed;
  if (input.empty()) return;
  const std::array<const Bytes*, 4> choices = {&sealed.carrying, &sealed.carrying_signed, &sealed.detached,
                                               &sealed.sealer.capsule()};
  const std::size_t choice = input[0] % choices.size();
  const Bytes changed = fuzz::edited(*choices[choice], input.subspan(1), cipher::kSealedChunkSize);
  const bool same = changed == *choices[choice];

  Opener opener = sealed.opener();
  Result<Bytes> plain;
  if (choice == 3) {
    const auto added = opener.add_capsule(changed);
    REQUIRE(added.has_value() == same);
    if (!added) return REQUIRE(fuzz::refuses(added.error()));
    plain = open(opener, sealed.detached);
  } else {
    if (choice == 2) REQUIRE(opener.add_capsule(sealed.sealer.capsule()));
    plain = open(opener, changed);
  }
  REQUIRE(plain.has_value() == same);
  if (plain)
    REQUIRE(*plain == sealed.plain);
  else
    // invalid_argument: the header names a capsule that is not at hand.
    REQUIRE(fuzz::refuses(plain.error()) || plain.error().kind == ErrorKind::invalid_argument);
}
