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

struct CosignRequest {
  std::uint64_t old_size = 0;
  std::vector<Id> proof;
  Note note;
  Checkpoint checkpoint;
};

tl::unexpected<Error> no_request(std::string_view why) {
  return fail(ErrorKind::malformed, fmt::format("this asks for no cosignature (C2SP tlog-witness): {}", why));
}

Result<CosignRequest> parse_request(std::string_view text) {
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

}  // namespace

const char* const kWitnessSchema =
    "CREATE TABLE witness (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL) WITHOUT ROWID;";

Result<std::string> cosign_request(LogTable& log, std::uint64_t old_size) {
  TRICLAVE_TRY_ASSIGN(const std::string checkpoint, log.checkpoint());
  TRICLAVE_TRY_ASSIGN(const auto proof, log.consistency(old_size));
  std::string out = fmt::format("{}{}\n", kOld, old_size);
  for (const Id& each : proof) out += to_base64(each) + "\n";
  return out + "\n" + checkpoint;
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

Result<Witness> Witness::open(const Database& database, const NoteSigner& signer, const std::vector<LogKey>& logs) {
  TRICLAVE_TRY_ASSIGN(Statement read, database.prepare("SELECT size, root FROM witness WHERE origin = ?"));
  TRICLAVE_TRY_ASSIGN(Statement write,
                      database.prepare("INSERT OR REPLACE INTO witness (origin, size, root) VALUES (?, ?, ?)"));
  return Witness(signer, logs, std::move(read), std::move(write));
}

// The empty tree where none was cosigned, for with that one every log begins.
Result<Checkpoint> Witness::last(const LogKey& log) {
  TRICLAVE_TRY_ASSIGN(const bool found, read_.bind(1, std::string_view(log.name())).step());
  if (!found) return Checkpoint{log.name(), 0, sha256({})};
  const std::uint64_t size = read_.number(0);
  const auto root = read_.id(1);
  read_.reset();
  return root.map([&](const Id& known) { return Checkpoint{log.name(), size, known}; });
}

Result<std::string> Witness::cosign(std::string_view text, std::uint64_t time) {
  TRICLAVE_TRY_ASSIGN(const CosignRequest request, parse_request(text));
  const Checkpoint& now = request.checkpoint;
  const auto log =
      std::find_if(logs_->begin(), logs_->end(), [&](const LogKey& key) { return key.name() == now.origin; });
  if (log == logs_->end())
    return fail(ErrorKind::permit_refused,
                fmt::format("{} does not witness the log {}; its operator has to name that log's key",
                            signer_->key().name(), now.origin));
  TRICLAVE_TRY(verify_note(request.note, *log));
  TRICLAVE_TRY_ASSIGN(const Checkpoint old, last(*log));
  if (old.size != request.old_size) return fmt::format("{}\n", old.size);
  //= SPEC LOG-14
  TRICLAVE_TRY(verify_consistency(old.size, old.root, now.size, now.root, request.proof));
  TRICLAVE_TRY(write_.bind(1, std::string_view(now.origin)).bind(2, now.size).bind(3, now.root).run());
  return signer_->cosign(request.note.text, time);
}

}  // namespace triclave::custodian
