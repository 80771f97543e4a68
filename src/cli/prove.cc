// triclave prove: a registry makes sure that somebody holds a recipient's private key before it lists the public one.
#include <algorithm>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/private_keys.h"
#include "cli/text.h"
#include "triclave/possession.h"

namespace triclave::cli {
namespace {

struct ChallengeOptions : CommonOptions {
  std::string recipient;
  std::string out;
};
struct AnswerOptions : CommonOptions {
  std::string challenge;
  std::string key;
  KeyOptions keys;
};
struct CheckOptions : CommonOptions {
  std::string kept;
  std::string answer;
};

constexpr std::size_t kMaxFile = 64 * 1024;

// The hex value of a field in one of our two small JSON files.
Result<Bytes> field(const std::string& file, const std::string& name) {
  TRICLAVE_TRY_ASSIGN(const Bytes text, read_whole(file, kMaxFile));
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_object() && json.contains(name) && json[name].is_string())
    if (auto bytes = from_hex(json[name].get<std::string>())) return std::move(*bytes);
  return fail(ErrorKind::malformed, file + " has no field \"" + name + "\" of `triclave prove`");
}

Result<Outcome> challenge(const ChallengeOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Recipient recipient, Recipient::load(options.recipient));
  TRICLAVE_TRY_ASSIGN(const PossessionChallenge made, challenge_possession(recipient));
  const std::string kept = options.out + ".check";
  const Json check = {{"fingerprint", hex(recipient.id())}, {"answer_sha256", hex(made.answer_hash)}};
  const Json sent = {{"fingerprint", hex(recipient.id())}, {"enc", hex(made.enc)}};
  TRICLAVE_TRY(write_whole(kept, as_bytes(check.dump() + "\n"), false));
  TRICLAVE_TRY(write_whole(options.out, as_bytes(sent.dump() + "\n"), false));
  return Outcome{"challenge for " + recipient.name() + "\n" + line("send", options.out) +
                     line("keep", kept + "  (tells whether the answer is right)"),
                 {{"fingerprint", hex(recipient.id())}, {"challenge", options.out}, {"check", kept}}};
}

Result<Outcome> answer(const AnswerOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Bytes enc, field(options.challenge, "enc"));
  TRICLAVE_TRY_ASSIGN(const Bytes wanted, field(options.challenge, "fingerprint"));
  TRICLAVE_TRY_ASSIGN(const Identity identity, load_identity(options.key, options.keys));
  const Id& id = identity.recipient().id();
  if (!std::equal(wanted.begin(), wanted.end(), id.begin(), id.end()))
    return fail(ErrorKind::invalid_argument,
                "the challenge is for the key " + hex(wanted) + ", and " + options.key + " is " + hex(id));
  TRICLAVE_TRY_ASSIGN(const Id answered, answer_possession(identity, enc));
  return Outcome{hex(answered) + "\n", {{"fingerprint", hex(id)}, {"answer", hex(answered)}}};
}

Result<Outcome> check_answer(const CheckOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Bytes hash, field(options.kept, "answer_sha256"));
  TRICLAVE_TRY_ASSIGN(const Bytes fingerprint, field(options.kept, "fingerprint"));
  TRICLAVE_TRY_ASSIGN(const Bytes given, from_hex(options.answer));
  PossessionChallenge made;
  if (hash.size() != made.answer_hash.size()) return fail(ErrorKind::malformed, options.kept + " was changed");
  std::copy(hash.begin(), hash.end(), made.answer_hash.begin());
  if (!proves_possession(made, given))
    return fail(ErrorKind::forged,
                "the answer is wrong: whoever gave it does not hold the private key of " + hex(fingerprint));
  return Outcome{"proven: whoever answered holds the private key of " + hex(fingerprint) + "\n",
                 {{"fingerprint", hex(fingerprint)}, {"proven", true}}};
}

}  // namespace

void add_prove(CLI::App& app, Program& program) {
  CLI::App* group = app.add_subcommand("prove", "Prove that somebody holds a recipient's private key");
  group->require_subcommand(1);
  add_command<ChallengeOptions>(
      *group, program, "challenge", "The registry's question to whoever claims a recipient key",
      [](CLI::App& command, ChallengeOptions& options) {
        command.add_option("PUB", options.recipient, "The recipient's public key file")->required();
        command.add_option("-o,--output", options.out, "Challenge to send; FILE.check stays with you")
            ->required()
            ->type_name("FILE");
      },
      challenge);
  add_command<AnswerOptions>(
      *group, program, "answer", "The holder's answer, in hex",
      [](CLI::App& command, AnswerOptions& options) {
        command.add_option("KEY", options.key, "Private key file")->required();
        command.add_option("CHALLENGE", options.challenge, "Challenge, as it was sent")->required();
        declare_passphrases(command, options.keys);
      },
      answer);
  add_command<CheckOptions>(
      *group, program, "check", "Whether an answer is right",
      [](CLI::App& command, CheckOptions& options) {
        command.add_option("CHECK", options.kept, "FILE.check, as it was kept")->required();
        command.add_option("ANSWER", options.answer, "The answer")->required();
      },
      check_answer);
}

}  // namespace triclave::cli
