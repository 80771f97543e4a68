// AES-256-GCM known answers for each engine: the cases of the GCM specification, and NIST's CAVS files where the
// package that carries them is there.
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "every_engine.h"
#include "whole.h"

namespace triclave::cipher {
namespace {

// McGrew and Viega, The Galois/Counter Mode of Operation, test cases 13, 14 and 15, written as CAVS writes them.
constexpr const char* kSpecification = R"(
[IVlen = 96]
[AADlen = 0]
[Taglen = 128]

Count = 13
Key = 0000000000000000000000000000000000000000000000000000000000000000
IV = 000000000000000000000000
PT =
CT =
Tag = 530f8afbc74536b9a963b4f1c4cb738b

Count = 14
Key = 0000000000000000000000000000000000000000000000000000000000000000
IV = 000000000000000000000000
PT = 00000000000000000000000000000000
CT = cea7403d4d606b6e074ec5d3baf39d18
Tag = d0d1c8a799996bf0265b98b5d48ab919

Count = 15
Key = feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308
IV = cafebabefacedbaddecaf888
PT = d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255
CT = 522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad
Tag = b094dac5d93471bdec1a502270e3cc6c

Count = 16
Key = feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308
IV = cafebabefacedbaddecaf888
CT = 522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad
Tag = b094dac5d93471bdec1a502270e3cc6d
FAIL
)";

struct Answer {
  Bytes key, nonce, plain, sealed, tag;
  bool fails = false;
};

// The answers of a CAVS file that fit our engines: 96-bit nonce, no associated data, 128-bit tag.
std::vector<Answer> read_answers(std::istream& in) {
  std::vector<Answer> out;
  std::map<std::string, std::string> section, fields;
  bool fails = false;
  const auto close = [&] {
    const bool fits = section["IVlen"] == "96" && section["AADlen"] == "0" && section["Taglen"] == "128";
    if (fits && fields.contains("Key"))
      out.push_back({unhex(fields["Key"]), unhex(fields["IV"]), unhex(fields["PT"]), unhex(fields["CT"]),
                     unhex(fields["Tag"]), fails});
    fields.clear();
    fails = false;
  };
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name, equals, value;
    words >> name >> equals >> value;
    const bool heading = name.starts_with("[");
    if (heading || name == "Count") close();
    if (name == "FAIL") fails = true;
    if (heading && !value.empty()) section[name.substr(1)] = value.substr(0, value.size() - 1);
    if (!heading && equals == "=") fields[name] = value;
  }
  close();
  return out;
}

std::vector<Answer> known_answers() {
  std::istringstream specification(kSpecification);
  auto out = read_answers(specification);
  EXPECT_EQ(out.size(), 4u);
  const char* package = std::getenv("TRICLAVE_PACKAGE_VECTORS");
  if (package == nullptr) return out;
  for (const char* name : {"gcmEncryptExtIV256.rsp", "gcmDecrypt256.rsp"}) {
    const auto path = std::string(package) + "/ciphers/AES/GCM/" + name;
    std::ifstream file(path);
    const auto more = read_answers(file);
    EXPECT_GE(more.size(), 75u) << path;
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

class EngineKnown : public EveryEngine {
 protected:
  // A key state as Message keeps it: guarded and aligned.
  SecretBytes expand(ByteView key) {
    SecretBytes state(engine().state_size);
    engine().expand(state.mutable_view().data(), key.data());
    return state;
  }
};
TRICLAVE_ON_EVERY_ENGINE(EngineKnown);

TEST_P(EngineKnown, Seals) {
  for (const Answer& answer : known_answers()) {
    if (answer.fails) continue;
    const auto state = expand(answer.key);
    Bytes out(answer.plain.size());
    Bytes tag(16);
    engine().seal(state.view().data(), answer.nonce.data(), answer.plain.data(), out.size(), out.data(), tag.data());
    EXPECT_EQ(to_hex(out), to_hex(answer.sealed));
    EXPECT_EQ(to_hex(tag), to_hex(answer.tag));
    out = answer.plain;
    engine().seal(state.view().data(), answer.nonce.data(), out.data(), out.size(), out.data(), tag.data());
    EXPECT_EQ(to_hex(out), to_hex(answer.sealed)) << "in place";
    EXPECT_EQ(to_hex(tag), to_hex(answer.tag)) << "in place";
  }
}

TEST_P(EngineKnown, Opens) {
  for (const Answer& answer : known_answers()) {
    const auto state = expand(answer.key);
    Bytes out(answer.sealed.size(), 0xAA);
    EXPECT_EQ(engine().open(state.view().data(), answer.nonce.data(), answer.sealed.data(), out.size(),
                            answer.tag.data(), out.data()),
              !answer.fails);
    EXPECT_EQ(to_hex(out), to_hex(answer.fails ? Bytes(out.size()) : answer.plain));
    out = answer.sealed;
    EXPECT_EQ(
        engine().open(state.view().data(), answer.nonce.data(), out.data(), out.size(), answer.tag.data(), out.data()),
        !answer.fails);
    EXPECT_EQ(to_hex(out), to_hex(answer.fails ? Bytes(out.size()) : answer.plain)) << "in place";
  }
}

TEST_P(EngineKnown, RefusesEveryTagButOne) {
  const auto state = expand(test_key().view());
  const Bytes nonce = pattern(12);
  const Bytes plain = pattern(100);
  Bytes sealed(100), tag(16);
  engine().seal(state.view().data(), nonce.data(), plain.data(), 100, sealed.data(), tag.data());
  for (std::size_t bit = 0; bit < 128; ++bit) {
    Bytes other = tag;
    other[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    Bytes out(100, 0xAA);
    EXPECT_FALSE(engine().open(state.view().data(), nonce.data(), sealed.data(), 100, other.data(), out.data())) << bit;
    EXPECT_TRUE(all_zero(out)) << bit;
  }
  Bytes out(100);
  EXPECT_TRUE(engine().open(state.view().data(), nonce.data(), sealed.data(), 100, tag.data(), out.data()));
  EXPECT_EQ(out, plain);
}

}  // namespace
}  // namespace triclave::cipher
