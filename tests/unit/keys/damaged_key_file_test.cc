// Key files that are not in order, by accident or by attack, and the kind of error that each gets.
#include <gmock/gmock.h>

#include "keys/key_file.h"
#include "unit/keys/key_files.h"

namespace triclave {
namespace {

using testing::edited;
using ::testing::HasSubstr;
using testing::key_file_cases;
using testing::KeyFileCase;
using testing::load_as;
using testing::with_checksum;
using testing::without_checksum;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line;
  return out;
}

std::string value_of(const std::string& text, const std::string& field) {
  const std::size_t at = text.find("\n" + field + ": ") + field.size() + 3;
  return text.substr(at, text.find('\n', at) - at);
}

void expect_edit(const KeyFileCase& each, const std::string& from, const std::string& to, ErrorKind kind) {
  EXPECT_FAILS(load_as(each, edited(each.text, from, to)), kind) << each.name << ": " << from << " -> " << to;
}

// What the parser alone says, for the tests that try thousands of texts.
Result<void> parse_as(const KeyFileCase& like, std::string_view text) {
  using keys::KeyKind;
  const KeyKind kind = like.is_signer() ? (like.is_private() ? KeyKind::signer_private : KeyKind::signer_public)
                                        : (like.is_private() ? KeyKind::recipient_private : KeyKind::recipient_public);
  return keys::parse_key_file(text, like.name, kind).map([](const auto&) {});
}

TEST(DamagedKeyFile, CutAnywhereIsMalformed) {
  for (const auto& each : key_file_cases()) {
    EXPECT_OK(parse_as(each, each.text));
    for (std::size_t size = 0; size < each.text.size(); ++size)
      EXPECT_FAILS(parse_as(each, each.text.substr(0, size)), ErrorKind::malformed) << each.name << " cut to " << size;
  }
}

TEST(DamagedKeyFile, WithAnyByteChangedIsRefused) {
  for (const auto& each : key_file_cases()) {
    for (std::size_t at = 0; at < each.text.size(); ++at) {
      std::string text = each.text;
      text[at] = static_cast<char>(text[at] ^ 2);
      // "triclave-key 3" is a newer version; everything else is caught by the checksum.
      EXPECT_FAILS(parse_as(each, text), at == 13 ? ErrorKind::unsupported : ErrorKind::malformed)
          << each.name << " at " << at;
    }
  }
}

TEST(DamagedKeyFile, SaysThatItIsDamaged) {
  auto each = key_file_cases()[0];
  each.text[each.text.size() / 2] ^= 1;
  EXPECT_THAT(testing::text_of(load_as(each, each.text)), HasSubstr("damaged"));
}

TEST(DamagedKeyFile, WithALineMissingTwiceOrOutOfOrderIsMalformed) {
  for (const auto& each : key_file_cases()) {
    const auto lines = lines_of(without_checksum(each.text));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      auto missing = lines;
      missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_FAILS(load_as(each, with_checksum(joined(missing))), ErrorKind::malformed) << each.name << " line " << i;
      auto twice = lines;
      twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
      EXPECT_FAILS(load_as(each, with_checksum(joined(twice))), ErrorKind::malformed) << each.name << " line " << i;
      if (i + 1 == lines.size()) continue;
      auto swapped = lines;
      std::swap(swapped[i], swapped[i + 1]);
      EXPECT_FAILS(load_as(each, with_checksum(joined(swapped))), ErrorKind::malformed) << each.name << " line " << i;
    }
  }
}

TEST(DamagedKeyFile, WithBytesBeforeBetweenOrBehindIsMalformed) {
  for (const auto& each : key_file_cases()) {
    const std::string lines = without_checksum(each.text);
    for (const std::string& extra :
         {std::string("\n"), std::string(" "), std::string("x"), std::string("note: hello\n"),
          std::string("\xEF\xBB\xBF"), std::string("\r"), std::string("\0", 1)}) {
      EXPECT_FAILS(load_as(each, with_checksum(extra + lines)), ErrorKind::malformed) << each.name;
      EXPECT_FAILS(load_as(each, with_checksum(lines + extra)), ErrorKind::malformed) << each.name;
      EXPECT_FAILS(load_as(each, each.text + extra), ErrorKind::malformed) << each.name;
    }
    std::string crlf;
    for (const char c : lines) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_FAILS(load_as(each, with_checksum(crlf)), ErrorKind::malformed) << each.name;
  }
}

TEST(DamagedKeyFile, OfANewerVersionIsUnsupported) {
  for (const auto& each : key_file_cases()) {
    for (const char* version : {"2", "10", "4294967296", "99999999999999999999"}) {
      const auto loaded = load_as(each, "triclave-key " + std::string(version) + "\nwhatever comes then");
      EXPECT_FAILS(loaded, ErrorKind::unsupported);
      EXPECT_THAT(testing::text_of(loaded), HasSubstr("use a newer one"));
    }
    for (const char* version : {"0", "01", "-1", "+1", "", "1.0", " 1", "1 ", "x"})
      expect_edit(each, "triclave-key 1\n", "triclave-key " + std::string(version) + "\n", ErrorKind::malformed);
  }
}

TEST(DamagedKeyFile, LargerThanItMayBeIsMalformed) {
  for (const auto& each : key_file_cases())
    EXPECT_FAILS(load_as(each, with_checksum(without_checksum(each.text) + std::string(16 * 1024, 'a') + "\n")),
                 ErrorKind::malformed);
}

TEST(DamagedKeyFile, OfAnotherKindIsMalformed) {
  for (const auto& each : key_file_cases()) {
    for (const auto& other : key_file_cases()) {
      if (each.is_private() == other.is_private() && each.is_signer() == other.is_signer()) continue;
      const auto loaded = load_as(each, other.text);
      EXPECT_FAILS(loaded, ErrorKind::malformed);
      EXPECT_THAT(testing::text_of(loaded), HasSubstr("is needed here"));
    }
    expect_edit(each, "kind: ", "kind: x", ErrorKind::malformed);
  }
}

TEST(DamagedKeyFile, WithABadNameIsMalformed) {
  for (const auto& each : key_file_cases()) {
    const std::string line = "name: " + value_of(each.text, "name") + "\n";
    for (const std::string& name : {std::string(), std::string(65, 'a'), std::string("a\tb"), std::string("\xC3\x28"),
                                    std::string("a\0b", 3), std::string("\xED\xA0\x80")})
      expect_edit(each, line, "name: " + name + "\n", ErrorKind::malformed);
  }
}

TEST(DamagedKeyFile, OfAnotherAlgorithmIsRefused) {
  for (const auto& each : key_file_cases()) {
    const std::string line = "algorithm: " + value_of(each.text, "algorithm") + "\n";
    expect_edit(each, line, each.is_signer() ? "algorithm: x-wing\n" : "algorithm: ed25519+ml-dsa-65\n",
                ErrorKind::malformed);
    expect_edit(each, line, "algorithm: dhkem-p384\n", ErrorKind::unsupported);
    expect_edit(each, line, "algorithm: \n", ErrorKind::unsupported);
  }
}

TEST(DamagedKeyFile, WithABadDateIsMalformed) {
  for (const auto& each : key_file_cases())
    for (const char* date : {"", "2025-11-31", "2025-02-29", "2025-13-01", "2025-00-10", "2025-01-00", "2025-1-10",
                             "25-11-30", "2025/11/30", "2025-11-30 ", "2025-11-3x", "+025-11-30"})
      expect_edit(each, "created: 2025-11-30\n", "created: " + std::string(date) + "\n", ErrorKind::malformed);
}

TEST(DamagedKeyFile, WithABadFingerprintIsMalformed) {
  for (const auto& each : key_file_cases()) {
    const std::string good = value_of(each.text, "fingerprint");
    std::string upper = good;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (const std::string& bad :
         {std::string(), good.substr(2), good + "00", good.substr(1), upper, "g" + good.substr(1)})
      expect_edit(each, good, bad, ErrorKind::malformed);
  }
}

TEST(DamagedKeyFile, WithAnotherFingerprintIsForged) {
  for (const auto& each : key_file_cases())
    expect_edit(each, value_of(each.text, "fingerprint"), std::string(64, 'a'), ErrorKind::forged);
}

TEST(DamagedKeyFile, WithABadPublicKeyIsRefused) {
  for (const auto& each : key_file_cases()) {
    if (each.is_private()) continue;
    const std::string good = value_of(each.text, "public");
    const auto field = [](const std::string& value) { return "public: " + value; };
    for (const std::string& bad :
         {std::string(), good.substr(4), "AAAA" + good, good + "AAAA", good + "=", "!" + good.substr(1)})
      expect_edit(each, field(good), field(bad), ErrorKind::malformed);
    std::string changed = good;
    changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
    expect_edit(each, field(good), field(changed), ErrorKind::forged);
  }
}

TEST(DamagedKeyFile, WithABadProofIsRefused) {
  const auto each = key_file_cases()[3];
  const std::string good = value_of(each.text, "proof");
  expect_edit(each, good, good.substr(4), ErrorKind::malformed);
  expect_edit(each, good, "", ErrorKind::malformed);
  expect_edit(each, good, (good[0] == 'A' ? "B" : "A") + good.substr(1), ErrorKind::forged);
  // The proof is over the name: nobody can give another's key a name of their own.
  expect_edit(each, "name: Test producer", "name: Test impostor", ErrorKind::forged);
  // A signature of another role is no proof.
  const Signer signer = Signer::generate("signer");
  const std::string text = signer.public_text();
  expect_edit({each.name, "", text}, value_of(text, "proof"), to_base64(signer.sign("core", as_bytes("signer"))),
              ErrorKind::forged);
}

TEST(DamagedKeyFile, WithABadSecretIsRefused) {
  for (const auto& each : key_file_cases()) {
    if (!each.is_private()) continue;
    const std::string good = value_of(each.text, "secret");
    for (const std::string& bad :
         {std::string(), good.substr(4), "AAAA" + good, good + "=", "!" + good.substr(1), " " + good})
      expect_edit(each, "secret: " + good, "secret: " + bad, ErrorKind::malformed);
    expect_edit(each, good, (good[0] == 'A' ? "B" : "A") + good.substr(1), ErrorKind::forged);
  }
}

// Under a passphrase every line before the secret is bound into its encryption.
TEST(DamagedKeyFile, WithAPassphraseAndAChangedLineIsForged) {
  for (const auto& each : key_file_cases()) {
    if (each.passphrase.empty()) continue;
    expect_edit(each, "name: ", "name: x", ErrorKind::forged);
    expect_edit(each, "created: 2025", "created: 2024", ErrorKind::forged);
    expect_edit(each, " t=2 ", " t=3 ", ErrorKind::forged);
    expect_edit(each, " m=64 ", " m=65 ", ErrorKind::forged);
    const std::string salt = each.text.substr(each.text.find("salt=") + 5, 24);
    expect_edit(each, salt, to_base64(Bytes(16, 1)), ErrorKind::forged);
  }
}

TEST(DamagedKeyFile, WithABadProtectionIsRefused) {
  for (const auto& each : key_file_cases()) {
    if (!each.is_private()) continue;
    const std::string good = "protection: " + value_of(each.text, "protection") + "\n";
    const std::string salt = to_base64(Bytes(16, 1));
    const auto argon2 = [&](const std::string& rest) { return "protection: argon2id " + rest + "\n"; };
    for (const char* bad : {"t=2 m=64 p=4", "m=64  t=2 p=4", "m=064 t=2 p=4", "m= t=2 p=4", "m=-64 t=2 p=4",
                            "m=0x40 t=2 p=4", "m=64 t=00 p=4", "m=64,t=2,p=4", "v=19 m=64 t=2 p=4", ""})
      expect_edit(each, good, argon2(std::string(bad) + " salt=" + salt), ErrorKind::malformed);
    expect_edit(each, good, argon2("m=64 t=2 p=4"), ErrorKind::malformed);
    expect_edit(each, good, argon2("m=64 t=2 p=4 salt="), ErrorKind::malformed);
    expect_edit(each, good, argon2("m=64 t=2 p=4 salt=" + to_base64(Bytes(15, 1))), ErrorKind::malformed);
    expect_edit(each, good, argon2("m=64 t=2 p=4 salt=" + to_base64(Bytes(17, 1))), ErrorKind::malformed);
    expect_edit(each, good, argon2("m=64 t=2 p=4 salt=" + salt + " "), ErrorKind::malformed);
    for (const char* unknown : {"scrypt n=1", "argon2i m=64 t=2 p=4", "", "None", "none "})
      expect_edit(each, good, "protection: " + std::string(unknown) + "\n", ErrorKind::unsupported);
    // Refused before anything is allocated: these would take up to 4 TiB or for ever.
    for (const char* huge :
         {"m=2097153 t=2 p=4", "m=4294967295 t=2 p=4", "m=4294967296 t=2 p=4", "m=99999999999999999999 t=2 p=4",
          "m=64 t=17 p=4", "m=64 t=0 p=4", "m=64 t=2 p=0", "m=0 t=2 p=4", "m=64 t=4294967295 p=4", "m=2097152 t=2 p=65",
          "m=31 t=2 p=4", "m=64 t=2 p=4294967297"})
      expect_edit(each, good, argon2(std::string(huge) + " salt=" + salt), ErrorKind::unsupported);
    expect_edit(each, good, each.passphrase.empty() ? argon2("m=64 t=2 p=4 salt=" + salt) : "protection: none\n",
                ErrorKind::malformed);
  }
}

}  // namespace
}  // namespace triclave
