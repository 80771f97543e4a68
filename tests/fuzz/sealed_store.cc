// A store that changes, swaps and loses what it keeps: a reader gets what was sealed under the name, or an error.
#include "cipher/cobblestone.h"
#include "edits.h"
#include "harness.h"
#include "session.h"
#include "support/memory_store.h"
#include "triclave/store.h"

using namespace triclave;

namespace {

struct Kept : fuzz::Session {
  const std::string capsule = capsule_key(sealer.capsule_id());
  std::map<std::string, Bytes> bytes = {{"a", seal("a", {})}, {"b", seal("b", {})}, {capsule, sealer.capsule()}};
};

}  // namespace

// Two bytes choose which of the objects takes whose bytes; edits to it follow.
FUZZ_TARGET(input) {
  static const Kept kept;
  if (input.size() < 2) return;
  const std::array<std::string, 3> names = {"a", "b", kept.capsule};
  const std::string& name = names[input[0] % names.size()];
  const Bytes changed =
      fuzz::edited(kept.bytes.at(names[input[1] % names.size()]), input.subspan(2), cipher::kSealedChunkSize);

  triclave::testing::MemoryStore inner;
  inner.objects = {kept.bytes.begin(), kept.bytes.end()};
  inner.objects[name] = changed;
  Opener opener = kept.opener();
  const auto store = sealed_store(inner, nullptr, "clinical", &opener);
  for (const char* key : {"a", "b"}) {
    const bool touched = key == name || name == kept.capsule;
    const bool same = !touched || changed == kept.bytes.at(name);
    auto source = store->get(key);
    Bytes plain(kept.plain.size() + 1);
    const auto got = source ? (*source)->read_at(0, plain) : tl::unexpected(source.error());
    // A capsule changed after it was read matters to nobody; one that "a" could not be read with fails "b", too.
    REQUIRE(got.has_value() == same);
    if (got) {
      plain.resize(*got);
      REQUIRE(plain == kept.plain);
    } else {
      // A changed header may name a capsule that the store does not have: io, as the store says it.
      const bool names_no_capsule = got.error().kind == ErrorKind::io && name != kept.capsule;
      REQUIRE(fuzz::refuses(got.error()) || got.error().kind == ErrorKind::invalid_argument || names_no_capsule);
    }
  }
  (void)store->list("", [](const StoreEntry& entry) -> Result<void> {
    REQUIRE(entry.key == "a" || entry.key == "b");
    return {};
  });
}
