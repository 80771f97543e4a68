// Custodians witness one another (C2SP tlog-witness, add-checkpoint): a log that shows a witness one history can show
// nobody another under that witness's cosignature.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "custodian/log/log_table.h"

namespace triclave::custodian {

// The table witness: the last checkpoint that was cosigned for each log.
extern const char* const kWitnessSchema;

inline constexpr std::size_t kMaxCosignRequest = 512 * 1024;

// What a log asks of a witness, and about which checkpoint.
struct CosignAsk {
  std::uint64_t size = 0;
  std::string checkpoint;  // its note's text
  std::string request;
};
// `old_size`: what the witness cosigned last (0 to find out). Errors: invalid_argument (more than the log has).
Result<CosignAsk> ask_to_cosign(LogTable& log, std::uint64_t old_size);

// A request as a witness reads it.
struct CosignRequest {
  std::uint64_t old_size = 0;
  std::vector<Id> proof;  // that the checkpoint's tree begins with the one of the old size
  Note note;
  Checkpoint checkpoint;
};
// Errors: malformed.
Result<CosignRequest> parse_cosign_request(std::string_view text);
// Whether it is by one of the logs that are watched. Errors: permit_refused (another log's), forged (not signed by it).
Result<void> check_watched(const CosignRequest& request, const std::vector<LogKey>& logs);

// What a witness answers: its cosignature's line, or, where it has cosigned another size than the log thought, that
// size and a newline.
struct CosignAnswer {
  std::optional<std::uint64_t> other_size;
  std::string lines;
};
std::string to_text(const CosignAnswer& answer);
Result<CosignAnswer> parse_cosign_answer(std::string_view text);

class Witness {
 public:
  // `signer` is of type witness. Both must outlive it.
  static Result<Witness> open(const Database& database, const NoteSigner& signer);

  // Answers a request that check_watched has let pass; `time` goes into the cosignature. In a transaction of the
  // caller's, which must have committed before the answer leaves. Errors: forged (the log is not the one that was
  // cosigned earlier, grown: forked, rewritten), the database's.
  Result<CosignAnswer> cosign(const CosignRequest& request, std::uint64_t time);

 private:
  Witness(const NoteSigner& signer, Statement read, Statement write)
      : signer_(&signer), read_(std::move(read)), write_(std::move(write)) {}
  Result<Checkpoint> last(const std::string& origin);

  const NoteSigner* signer_;
  Statement read_;
  Statement write_;
};

}  // namespace triclave::custodian
