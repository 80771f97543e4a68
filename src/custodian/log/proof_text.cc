#include "custodian/log/proof_text.h"

#include <fmt/format.h>

#include "base/merkle.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "custodian/log/checkpoint.h"
#include "custodian/log/tree_proof.h"

namespace triclave {
namespace custodian {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

tl::unexpected<Error> no_proof(std::string_view why) {
  return fail(ErrorKind::malformed,
              fmt::format("this is no proof of a log's entry (C2SP tlog-proof): {}; ask the custodian again", why));
}

bool take(std::string_view& line, std::string_view word) {
  if (line.substr(0, word.size()) != word) return false;
  line.remove_prefix(word.size());
  return true;
}

Result<LoggedAt> verify(const LogKey& log_key, ByteView entry, const ProofText& proof) {
  TRICLAVE_TRY_ASSIGN(Checkpoint checkpoint, open_checkpoint(proof.checkpoint, log_key));
  //= SPEC LOG-11
  TRICLAVE_TRY(verify_inclusion(merkle_leaf(entry), proof.index, checkpoint.size, proof.path, checkpoint.root));
  return LoggedAt{proof.index, std::move(checkpoint)};
}

}  // namespace

std::string format_proof(const ProofText& proof) {
  std::string out = fmt::format("{}\n", kFirstLine);
  if (!proof.extra.empty()) out += fmt::format("{}{}\n", kExtra, to_base64(proof.extra));
  out += fmt::format("{}{}\n", kIndex, proof.index);
  for (const Id& each : proof.path) out += to_base64(each) + "\n";
  return out + "\n" + proof.checkpoint;
}

Result<ProofText> parse_proof(std::string_view text) {
  if (text.size() > kMaxProofText) return no_proof("it is too large");
  bool ended = false;
  if (take_line(text, ended) != kFirstLine) return no_proof("its first line is another");
  ProofText out;
  std::string_view line = take_line(text, ended);
  if (take(line, kExtra)) {
    auto extra = from_base64(line);
    if (!extra || extra->empty()) return no_proof("its extra data is no base64");
    out.extra = std::move(*extra);
    line = take_line(text, ended);
  }
  const auto index = take(line, kIndex) ? parse_decimal(line) : no_proof("it has no index");
  if (!index) return no_proof("it has no index");
  out.index = *index;
  for (;;) {
    line = take_line(text, ended);
    if (ended) return no_proof("no checkpoint follows");
    if (line.empty()) break;
    if (out.path.size() == kMaxProof) return no_proof("it has more hashes than any tree");
    const auto hash = parse_hash(line);
    if (!hash) return no_proof("a line is no hash");
    out.path.push_back(*hash);
  }
  out.checkpoint = text;
  return out;
}

}  // namespace custodian

Result<LoggedAt> verify_log_proof(const LogKey& log_key, ByteView entry, std::string_view text) {
  TRICLAVE_TRY_ASSIGN(const auto proof, custodian::parse_proof(text));
  return custodian::verify(log_key, entry, proof);
}

Result<std::string> make_receipt(ByteView entry, std::string_view text) {
  TRICLAVE_TRY_ASSIGN(auto proof, custodian::parse_proof(text));
  proof.extra.assign(entry.begin(), entry.end());
  return custodian::format_proof(proof);
}

Result<Receipt> verify_receipt(const LogKey& log_key, std::string_view text) {
  TRICLAVE_TRY_ASSIGN(auto proof, custodian::parse_proof(text));
  if (proof.extra.empty()) return fail(ErrorKind::malformed, "this proof does not hold its entry: it is no receipt");
  TRICLAVE_TRY_ASSIGN(LoggedAt at, custodian::verify(log_key, proof.extra, proof));
  return Receipt{std::move(proof.extra), std::move(at)};
}

}  // namespace triclave
