// A custodian's log in its database: the rows are the truth; the tree's hashes, tiles and the checkpoint follow from
// them. Nothing is kept in memory, so that a transaction that is rolled back leaves nothing behind. One thread at a
// time, and the transactions are the caller's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "custodian/log/note.h"
#include "custodian/log/tile_path.h"
#include "custodian/log/tree_proof.h"
#include "custodian/service/database.h"

namespace triclave::custodian {

// The tables log (an entry for each row), log_node (the hashes above them) and log_head (the signed checkpoint).
extern const char* const kLogSchema;

class LogTable {
 public:
  // The database must outlive it and have kLogSchema's tables.
  static Result<LogTable> open(const Database& database);

  // Entries so far.
  Result<std::uint64_t> size();

  // Adds an entry's bytes (serialize_log_entry) and tells its number. In a transaction of the caller's.
  Result<std::uint64_t> append(ByteView entry);
  // Signs the tree as it stands, and keeps that checkpoint; once for all that one transaction appends, and in it: a
  // checkpoint must not leave before the transaction has committed.
  Result<std::string> sign(const NoteSigner& signer);

  // The checkpoint as signed last, with the cosignatures that were added, and its size. Errors: invalid_argument (none
  // so far).
  struct Head {
    std::uint64_t size;
    std::string note;
  };
  Result<Head> head();
  Result<std::string> checkpoint();
  // Adds the lines that these witnesses answered to the checkpoint, where that still is the one of `size` entries; a
  // newer line takes the older's place, other keys' are left out. In a transaction. Errors: malformed, forged (a line
  // does not verify).
  Result<void> add_cosignatures(std::uint64_t size, std::string_view lines, const std::vector<LogKey>& witnesses);

  // The text that proves entry `index` to whoever has the log's key, under the checkpoint as it stands (C2SP
  // tlog-proof). Errors: invalid_argument (no such entry under it).
  Result<std::string> proof(std::uint64_t index);
  // Several under one checkpoint, for less than each alone takes: those of neighbours have most hashes in common.
  Result<std::vector<std::string>> proofs(std::span<const std::uint64_t> indices);
  // That the tree of `size` entries begins with the one of `old_size`.
  Result<std::vector<Id>> consistency(std::uint64_t old_size, std::uint64_t size);
  Result<Bytes> entry(std::uint64_t index);

  // A file of C2SP tlog-tiles, under the checkpoint as it stands. Errors: invalid_argument (no such file).
  Result<Bytes> file(std::string_view path);

  // Computes all hashes from the rows again. In a transaction. Errors: forged (the rows are not those that the
  // checkpoint signs: the log was changed, or is older than its checkpoint).
  Result<void> rebuild();
  // For a start after whatever happened to the disk: rebuilds where the hashes on which the next checkpoint stands are
  // not those that the last one signs. In a transaction. Errors: as rebuild.
  Result<void> mend();

 private:
  struct Statements {
    Statement count, add, read, add_node, read_node, set_head, read_head;
  };
  LogTable(const Database& database, Statements statements)
      : database_(&database), statements_(std::move(statements)) {}

  Result<Id> node(unsigned height, std::uint64_t index);
  Result<void> add_nodes(std::uint64_t index, ByteView entry);
  Result<void> set_head(const Head& head);
  NodeReader reader();

  const Database* database_;
  Statements statements_;
};

// The same as files, to be served, copied or audited.
class LogTableFiles final : public LogFiles {
 public:
  explicit LogTableFiles(LogTable& table) : table_(&table) {}
  Result<Bytes> read(const std::string& path) override { return table_->file(path); }

 private:
  LogTable* table_;
};

}  // namespace triclave::custodian
