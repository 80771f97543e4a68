#include "custodian/log/witness.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "custodian/log/checkpoint.h"

namespace triclave::custodian {
namespace {

constexpr std::string_view kOld = "old ";

tl::unexpected<Error> no_request(std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("this asks for no cosignature (C2SP tlog-witness): {}", why));
}

}  // namespace

const char* const kWitnessSchema =
    "CREATE TABLE witness (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL) WITHOUT ROWID;";

Result<CosignRequest> parse_cosign_request(std::string_view text) {
  if (text.size() > kMaxCosignRequest) return no_request("it is too large");
  bool ended = false;
  const std::string_view first = take_line(text, ended);
  const auto old_size = first.substr(0, kOld.size()) == kOld ? parse_decimal(first.substr(kOld.size()))
                                                             : no_request("its first line is no old size");
  if (!old_size) return no_request("its first line is no old size");
  CosignRequest out;
  out.old_size = *old_size;
  for (;;) {
    const std::string_view line = take_line(text, ended);
    if (ended) return no_request("no checkpoint follows");
    if (line.empty()) break;
    const auto hash = parse_hash(line);
    if (!hash || out.proof.size() == kMaxProof) return no_request("its proof is not at most 63 hashes");
    out.proof.push_back(*hash);
  }
  TRICLAVE_TRY_ASSIGN(out.note, parse_note(text));
  TRICLAVE_TRY_ASSIGN(out.checkpoint, parse_checkpoint(out.note.text));
  if (out.old_size > out.checkpoint.size) return no_request("the old size is above the checkpoint's");
  return out;
}

Result<void> check_watched(const CosignRequest& request, const std::vector<LogKey>& logs) {
  const std::string& origin = request.checkpoint.origin;
  const auto log = std::find_if(logs.begin(), logs.end(), [&](const LogKey& key) { return key.name() == origin; });
  if (log != logs.end()) return verify_note(request.note, *log);
  return fail(
      ErrorKind::permit_refused,
      fmt::format("the log {} is not witnessed here; this custodian's operator has to `watch` its key", origin));
}

Result<CosignAsk> ask_to_cosign(LogTable& log, std::uint64_t old_size) {
  // Both of one head: it may be signed anew meanwhile.
  TRICLAVE_TRY_ASSIGN(const LogTable::Head head, log.head());
  TRICLAVE_TRY_ASSIGN(const auto proof, log.consistency(old_size, head.size));
  TRICLAVE_TRY_ASSIGN(Note note, parse_note(head.note));
  CosignAsk out{head.size, std::move(note.text), fmt::format("{}{}\n", kOld, old_size)};
  for (const Id& each : proof) out.request += to_base64(each) + "\n";
  out.request += "\n" + head.note;
  return out;
}

std::string to_text(const CosignAnswer& answer) {
  return answer.other_size ? fmt::format("{}\n", *answer.other_size) : answer.lines;
}

Result<CosignAnswer> parse_cosign_answer(std::string_view text) {
  std::string_view rest = text;
  bool ended = false;
  const auto size = parse_decimal(take_line(rest, ended));
  if (size && !ended && rest.empty()) return CosignAnswer{*size, {}};
  TRICLAVE_TRY_ASSIGN(const auto signatures, parse_signature_lines(text));
  if (signatures.empty()) return fail(ErrorKind::malformed, "the witness answered with no cosignature");
  return CosignAnswer{std::nullopt, std::string(text)};
}

Result<Witness> Witness::open(const Database& database, const NoteSigner& signer) {
  TRICLAVE_TRY_ASSIGN(Statement read, database.prepare("SELECT size, root FROM witness WHERE origin = ?"));
  TRICLAVE_TRY_ASSIGN(Statement write,
                      database.prepare("INSERT OR REPLACE INTO witness (origin, size, root) VALUES (?, ?, ?)"));
  return Witness(signer, std::move(read), std::move(write));
}

// The empty tree where none was cosigned, for with that one every log begins.
Result<Checkpoint> Witness::last(const std::string& origin) {
  TRICLAVE_TRY_ASSIGN(const bool found, read_.bind(1, std::string_view(origin)).step());
  if (!found) return Checkpoint{origin, 0, sha256({})};
  const std::uint64_t size = read_.number(0);
  const auto root = read_.id(1);
  read_.reset();
  return root.map([&](const Id& known) { return Checkpoint{origin, size, known}; });
}

//= SPEC LOG-14
Result<CosignAnswer> Witness::cosign(const CosignRequest& request, std::uint64_t time) {
  const Checkpoint& now = request.checkpoint;
  TRICLAVE_TRY_ASSIGN(const Checkpoint old, last(now.origin));
  if (old.size != request.old_size) return CosignAnswer{old.size, {}};
  TRICLAVE_TRY(verify_consistency(old.size, old.root, now.size, now.root, request.proof));
  TRICLAVE_TRY(write_.bind(1, std::string_view(now.origin)).bind(2, now.size).bind(3, now.root).run());
  return CosignAnswer{std::nullopt, signer_->cosign(request.note.text, time)};
}

}  // namespace triclave::custodian
