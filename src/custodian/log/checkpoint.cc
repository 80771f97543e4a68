#include "custodian/log/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/hash.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "custodian/log/tree_proof.h"

namespace triclave {
namespace custodian {

Result<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || (text.size() > 1 && text.front() == '0'))
    return fail(ErrorKind::malformed, "not a decimal number below 2^64 without leading zeroes");
  return value;
}

Result<Id> parse_hash(std::string_view text) {
  TRICLAVE_TRY_ASSIGN(const Bytes bytes, from_base64(text));
  Id out{};
  if (bytes.size() != out.size()) return fail(ErrorKind::malformed, "a hash has 32 bytes");
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

std::string_view take_line(std::string_view& text, bool& ended) {
  const std::size_t end = text.find('\n');
  ended = end == text.npos;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(ended ? text.size() : end + 1);
  return line;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, to_base64(checkpoint.root));
}

//= SPEC LOG-09
Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto refused = [](std::string_view why) {
    return fail(ErrorKind::malformed, fmt::format("this is no checkpoint (C2SP tlog-checkpoint): {}", why));
  };
  bool ended[3] = {};
  Checkpoint out;
  out.origin = take_line(text, ended[0]);
  const auto size = parse_decimal(take_line(text, ended[1]));
  const auto root = parse_hash(take_line(text, ended[2]));
  if (out.origin.empty() || ended[2]) return refused("it has no three lines");
  if (!size || *size > kMaxTreeSize) return refused("its second line is no size");
  if (!root) return refused("its third line is no hash");
  out.size = *size;
  out.root = *root;
  if (out.size == 0 && out.root != sha256({})) return refused("an empty log has another root");
  while (!text.empty()) {
    bool end = false;
    if (take_line(text, end).empty() || end) return refused("it has an empty line");
  }
  return out;
}

std::string sign_checkpoint(const NoteSigner& signer, std::uint64_t size, const Id& root) {
  const std::string text = checkpoint_text({signer.key().name(), size, root});
  return text + "\n" + signer.sign(text);
}

}  // namespace custodian

Result<Checkpoint> open_checkpoint(std::string_view text, const LogKey& log_key) {
  TRICLAVE_TRY_ASSIGN(const custodian::Note note, custodian::parse_note(text));
  TRICLAVE_TRY(custodian::verify_note(note, log_key));
  TRICLAVE_TRY_ASSIGN(Checkpoint out, custodian::parse_checkpoint(note.text));
  //= SPEC LOG-10
  if (out.origin != log_key.name())
    return fail(ErrorKind::forged,
                fmt::format("{} signed a checkpoint of another log, {}", log_key.name(), out.origin));
  return out;
}

Result<std::size_t> count_cosignatures(std::string_view text, const std::vector<LogKey>& witnesses) {
  TRICLAVE_TRY_ASSIGN(const custodian::Note note, custodian::parse_note(text));
  std::set<LogKey::PublicKey> counted;
  for (const LogKey& witness : witnesses) {
    const bool claims = std::any_of(note.signatures.begin(), note.signatures.end(), [&](const auto& each) {
      return each.key_id == witness.id() && each.name == witness.name();
    });
    if (!claims) continue;
    TRICLAVE_TRY(custodian::verify_cosignature(note, witness));
    counted.insert(witness.public_key());
  }
  return counted.size();
}

}  // namespace triclave
