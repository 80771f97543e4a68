// A program of somebody else's, built against the library in each way that we promise: two custodians, one sealed
// object, opened again with both and refused with one.
#include <triclave/triclave.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace triclave;

namespace {

// clang-format off
constexpr std::string_view kPolicy = R"policy(
version: 1
dataset: "stays"
compartments { name: "clinical" access: "all(ovh, orange)" }
recipients { name: "ovh" role: CUSTODIAN operator: "ovh" key_file: "ovh.pub"
  country { value: "FR" illustrative: true } owner_country { value: "FR" illustrative: true } }
recipients { name: "orange" role: CUSTODIAN operator: "orange" key_file: "orange.pub"
  country { value: "FR" illustrative: true } owner_country { value: "FR" illustrative: true } }
signers { name: "hospital" key_file: "hospital.pub" roles: OWNER roles: PRODUCER }
)policy";
// clang-format on

Result<Bytes> open(const Policy& policy, ByteView sealed, std::vector<std::unique_ptr<MaskProvider>> providers) {
  Opener opener = Opener::make(policy, std::move(providers));
  auto object = opener.object(memory_source(sealed));
  if (!object) return tl::unexpected(object.error());
  Bytes plain;
  const auto out = memory_sink(plain);
  if (auto copied = (*object)->copy_to(*out); !copied) return tl::unexpected(copied.error());
  return plain;
}

Result<void> seal_and_open(const std::filesystem::path& folder) {
  auto ovh = Identity::generate("ovh");
  auto orange = Identity::generate("orange");
  const auto hospital = Signer::generate("hospital");
  std::ofstream(folder / "ovh.pub") << ovh.recipient().to_text();
  std::ofstream(folder / "orange.pub") << orange.recipient().to_text();
  std::ofstream(folder / "hospital.pub") << hospital.public_text();
  const auto policy = Policy::parse(kPolicy, "stays.policy", folder);
  if (!policy) return tl::unexpected(policy.error());

  const auto sealer = Sealer::make(*policy, hospital);
  if (!sealer) return tl::unexpected(sealer.error());
  const std::string_view stays = "patient,days\n1,4\n";
  Bytes sealed;
  auto out = sealer->object("clinical", "stays.csv", memory_sink(sealed), {.embed_capsule = true});
  if (!out) return tl::unexpected(out.error());
  if (auto written = (*out)->write(as_bytes(stays)); !written) return written;
  if (auto finished = (*out)->finish(); !finished) return finished;

  std::vector<std::unique_ptr<MaskProvider>> one, both;
  both.push_back(key_provider(std::move(ovh)));
  both.push_back(key_provider(std::move(orange)));
  const auto plain = open(*policy, sealed, std::move(both));
  if (!plain) return tl::unexpected(plain.error());
  if (as_text(*plain) != stays) return fail(ErrorKind::forged, "what came out is not what went in");

  one.push_back(key_provider(Identity::generate("stranger")));
  const auto refused = open(*policy, sealed, std::move(one));
  if (refused || refused.error().kind != ErrorKind::quorum_short)
    return fail(ErrorKind::forged, "a stranger's key must be too little");
  return {};
}

}  // namespace

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "triclave-consumer-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 2;
  const auto done = seal_and_open(folder);
  std::filesystem::remove_all(folder);
  if (!done) {
    std::fprintf(stderr, "%s\n", done.error().text().c_str());
    return 1;
  }
  std::printf("triclave %.*s: sealed, opened, refused\n", static_cast<int>(kVersion.size()), kVersion.data());
  return 0;
}
