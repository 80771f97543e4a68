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

// What a log asks: the size that the witness cosigned last (0 to find out), the proof that today's tree begins with
// that one, and today's checkpoint.
Result<std::string> cosign_request(LogTable& log, std::uint64_t old_size);

// What a witness answers: its cosignature's line, or, where it has cosigned another size than the log thought, that
// size and a newline.
struct CosignAnswer {
  std::optional<std::uint64_t> other_size;
  std::string lines;
};
Result<CosignAnswer> parse_cosign_answer(std::string_view text);

class Witness {
 public:
  // `signer` is of type witness; `logs` are the keys of those whom it watches. All must outlive it.
  static Result<Witness> open(const Database& database, const NoteSigner& signer, const std::vector<LogKey>& logs);

  // Answers a request; `time` goes into the cosignature. In a transaction of the caller's, which must have committed
  // before the answer leaves. Errors: malformed; permit_refused (a log that it does not watch); forged (the checkpoint
  // is not signed by that log, or the log is not the one that was cosigned earlier, grown: forked, rewritten).
  Result<std::string> cosign(std::string_view request, std::uint64_t time);

 private:
  Witness(const NoteSigner& signer, const std::vector<LogKey>& logs, Statement read, Statement write)
      : signer_(&signer), logs_(&logs), read_(std::move(read)), write_(std::move(write)) {}
  Result<Checkpoint> last(const LogKey& log);

  const NoteSigner* signer_;
  const std::vector<LogKey>* logs_;
  Statement read_;
  Statement write_;
};

}  // namespace triclave::custodian
