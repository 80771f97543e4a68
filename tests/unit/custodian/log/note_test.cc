// Signed notes, checkpoints and cosignatures of C2SP, against the published examples.
#include "custodian/log/note.h"

#include <gtest/gtest.h>

#include "base/text_codec.h"
#include "custodian/log/checkpoint.h"
#include "support/result.h"

namespace triclave::custodian {
namespace {

using Type = LogKey::Type;

// The example of C2SP signed-note.
constexpr const char* kKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr const char* kNote =
    "This is an example message.\n\n"
    "\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// The example of Go's golang.org/x/mod/sumdb/note, with its private key.
constexpr const char* kGoKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* kGoSeed = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
constexpr const char* kGoText =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
constexpr const char* kGoLine =
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

// The example of C2SP tlog-cosignature.
constexpr const char* kCosigned =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\xE2\x80\x94 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\xE2\x80\x94 witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

Secret<32> seed_of(std::string_view base64) {
  const Bytes bytes = from_base64(base64).value();
  return Secret<32>::copy_of(std::span<const std::uint8_t, 32>(bytes.data(), 32));
}

Secret<32> seed_of(std::uint8_t all) { return seed_of(to_base64(Bytes(32, all))); }

TEST(SignedNote, PublishedExampleVerifies) {
  const auto key = LogKey::parse(kKey);
  ASSERT_OK(key);
  EXPECT_EQ(key->name(), "example.com/foo");
  EXPECT_EQ(key->id(), 0x530d903au);
  EXPECT_EQ(key->text(), kKey);
  const auto note = parse_note(kNote);
  ASSERT_OK(note);
  EXPECT_EQ(note->text, "This is an example message.\n");
  EXPECT_OK(verify_note(*note, *key));
}

TEST(SignedNote, SignsLikeGo) {
  const auto signer = NoteSigner::make("PeterNeumann", Type::log, seed_of(kGoSeed));
  ASSERT_OK(signer);
  EXPECT_EQ(signer->key().text(), kGoKey);
  EXPECT_EQ(signer->sign(kGoText), kGoLine);
}

TEST(SignedNote, EveryMangledKeyIsRefused) {
  const std::string key = kGoKey;
  for (std::size_t i = 0; i < key.size(); ++i) {
    EXPECT_FALSE(LogKey::parse(key.substr(0, i))) << i;
    std::string changed = key;
    ++changed[i];
    EXPECT_FALSE(LogKey::parse(changed)) << changed;
  }
  EXPECT_FAILS(LogKey::parse("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ErrorKind::forged);
  EXPECT_FAILS(LogKey::parse("a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ErrorKind::malformed);
  EXPECT_FAILS(LogKey::parse("a+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ErrorKind::unsupported);
}

TEST(SignedNote, AnyChangedByteIsRefused) {
  const auto key = LogKey::parse(kKey).value();
  const std::string note = kNote;
  for (std::size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto parsed = parse_note(changed);
    if (parsed) {
      EXPECT_FAILS(verify_note(*parsed, key), ErrorKind::forged) << i;
    } else {
      EXPECT_FAILS(parsed, ErrorKind::malformed) << i;
    }
  }
}

TEST(SignedNote, UnknownSignaturesAreIgnoredAndOwnOnesAreNot) {
  const auto key = LogKey::parse(kGoKey).value();
  const std::string head = std::string(kGoText) + "\n";
  EXPECT_OK(verify_note(parse_note(head + "\xE2\x80\x94 somebody AAAAAAAA\n" + kGoLine).value(), key));
  EXPECT_OK(verify_note(parse_note(head + "\xE2\x80\x94 PeterNeumann AAAAAAAA\n" + kGoLine).value(), key));
  // One that has the key's name and id, and does not verify.
  EXPECT_FAILS(verify_note(parse_note(head + kGoLine + "\xE2\x80\x94 PeterNeumann x08gowAA\n").value(), key),
               ErrorKind::forged);
  EXPECT_FAILS(verify_note(parse_note(head + "\xE2\x80\x94 somebody AAAAAAAA\n").value(), key), ErrorKind::forged);
}

TEST(SignedNote, NotANote) {
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string(kGoText), std::string(kGoText) + "\n",
        std::string(kGoText) + kGoLine, std::string(kGoText) + "\n" + kGoLine + "x",
        std::string(kGoText) + "\r\n\n" + kGoLine, std::string("\xFF\n\n") + kGoLine,
        std::string(kGoText) + "\n\xE2\x80\x94 a+b AAAAAAAA\n", std::string(kGoText) + "\n\xE2\x80\x94 a AAAA\n",
        std::string(kGoText) + "\n\xE2\x80\x94 a\xE2\x80\x83" + "b AAAAAAAA\n", std::string(kMaxNote + 1, 'a')})
    EXPECT_FAILS(parse_note(text), ErrorKind::malformed) << text.substr(0, 200);
  std::string many = std::string(kGoText) + "\n";
  for (std::size_t i = 0; i <= kMaxNoteSignatures; ++i) many += "\xE2\x80\x94 a AAAAAAAA\n";
  EXPECT_FAILS(parse_note(many), ErrorKind::malformed);
}

TEST(Checkpoint, PublishedExample) {
  const auto note = parse_note(kCosigned);
  ASSERT_OK(note);
  ASSERT_EQ(note->signatures.size(), 2u);
  EXPECT_EQ(note->signatures[1].name, "witness.example.com/w1");
  const auto checkpoint = parse_checkpoint(note->text);
  ASSERT_OK(checkpoint);
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20852163u);
  EXPECT_EQ(checkpoint_text(*checkpoint), note->text);
  EXPECT_EQ(note->text + "\n" + signature_line(note->signatures[0]) + signature_line(note->signatures[1]), kCosigned);
}

TEST(Checkpoint, NotACheckpoint) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  EXPECT_OK(parse_checkpoint("a\n1\n" + root));
  EXPECT_OK(parse_checkpoint("a\n1\n" + root + "extension\n"));
  for (const std::string& text :
       {"a\n01\n" + root, "a\n+1\n" + root, "a\n-1\n" + root, "a\n1 \n" + root, "a\n\n" + root, "\n1\n" + root,
        std::string("a\n1\nAAAA\n"), std::string("a\n1\n"), "a\n1\n" + root + "\n", "a\n1\n" + root + "extension",
        "a\n0\n" + root, "a\n18446744073709551616\n" + root, "a\n9223372036854775808\n" + root})
    EXPECT_FAILS(parse_checkpoint(text), ErrorKind::malformed) << text;
}

TEST(Checkpoint, IsOfTheLogWhoseKeySignedIt) {
  const auto signer = NoteSigner::make("ovh.example/triclave", Type::log, seed_of(1)).value();
  const std::string good = sign_checkpoint(signer, 3, Id{7});
  const auto opened = open_checkpoint(good, signer.key());
  ASSERT_OK(opened);
  EXPECT_EQ(*opened, (Checkpoint{"ovh.example/triclave", 3, Id{7}}));
  const auto other = NoteSigner::make("ovh.example/triclave", Type::log, seed_of(2)).value();
  EXPECT_FAILS(open_checkpoint(good, other.key()), ErrorKind::forged);
  const std::string foreign = checkpoint_text({"orange.example/triclave", 3, Id{7}});
  EXPECT_FAILS(open_checkpoint(foreign + "\n" + signer.sign(foreign), signer.key()), ErrorKind::forged);
}

// Computed with pyca's Ed25519 and hashlib from seed 32 times 0x05, as C2SP tlog-cosignature says.
TEST(Cosignature, AgreesWithPython) {
  const auto witness = NoteSigner::make("witness.example/w", Type::witness, seed_of(5)).value();
  EXPECT_EQ(witness.key().text(), "witness.example/w+1093b504+BG56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx");
  const std::string text = checkpoint_text({"ovh.example/triclave", 3, Id{}});
  EXPECT_EQ(
      witness.cosign(text, 1679315147),
      "\xE2\x80\x94 witness.example/w "
      "EJO1BAAAAABkGFDL8rkUGJtcjHqoEbGYXYzPE4ueb3D67CeJ/wT6Z46EHnW70nLcnO3yld9PfefeZd5BtTOB22Qm2UZx7qY4Y3+ZCg==\n");
}

TEST(Cosignature, CountsEachWitnessOnceAndRefusesForgedOnes) {
  const auto log = NoteSigner::make("ovh.example/triclave", Type::log, seed_of(1)).value();
  const auto first = NoteSigner::make("a.example/w", Type::witness, seed_of(2)).value();
  const auto second = NoteSigner::make("b.example/w", Type::witness, seed_of(3)).value();
  const std::string text = checkpoint_text({"ovh.example/triclave", 3, Id{7}});
  const std::string note = sign_checkpoint(log, 3, Id{7}) + first.cosign(text, 9) + first.cosign(text, 8);
  const std::vector<LogKey> both = {first.key(), second.key(), first.key()};
  EXPECT_EQ(count_cosignatures(note, both), 1u);
  EXPECT_EQ(verify_cosignature(parse_note(note).value(), first.key()), 9u);
  EXPECT_EQ(count_cosignatures(note + second.cosign(text, 7), both), 2u);
  EXPECT_FAILS(count_cosignatures(note + second.cosign(text + "x\n", 7), both), ErrorKind::forged);
  EXPECT_FAILS(verify_cosignature(parse_note(note).value(), second.key()), ErrorKind::forged);
  // A log's signature is no cosignature, and the other way round.
  EXPECT_FAILS(verify_cosignature(parse_note(note).value(), log.key()), ErrorKind::invalid_argument);
  EXPECT_FAILS(verify_note(parse_note(note).value(), first.key()), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace triclave::custodian
