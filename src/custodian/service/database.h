// SQLite as the service uses it: WAL mode, every commit on the disk before it returns, deleted bytes overwritten. One
// thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "triclave/bytes.h"
#include "triclave/error.h"

namespace triclave::custodian {

// A prepared statement. Parameters count from 1, columns from 0; what a column gives is valid until the next step.
class Statement {
 public:
  Statement& bind(int at, ByteView bytes);
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, std::uint64_t number);

  // True where there is a row; false at the end, after which the statement is ready for new parameters. Errors: io.
  Result<bool> step();
  // For statements that give no rows.
  Result<void> run();
  // For who does not ask for all rows.
  void reset();

  ByteView bytes(int column) const;
  std::string text(int column) const { return std::string(as_text(bytes(column))); }
  std::uint64_t number(int column) const;
  bool is_null(int column) const;
  // Errors: malformed (another size: somebody changed the database).
  Result<Id> id(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class Database {
 public:
  // A new one, mode 0600. Errors: io, invalid_argument (something has the name).
  static Result<Database> create(const std::filesystem::path& file);
  // Errors: io (among them: no such file).
  static Result<Database> open(const std::filesystem::path& file);

  Result<Statement> prepare(std::string_view sql) const;
  Result<void> run(const char* sql) const;
  // The first column of the only row.
  Result<std::uint64_t> number(std::string_view sql) const;

  // A consistent copy into a new file, mode 0600, while others read and write. Errors: io, invalid_argument (something
  // has the name).
  Result<void> copy_to(const std::filesystem::path& file) const;
  // Moves everything from the write-ahead log into the database and empties the former, so that overwritten secrets
  // stand in neither, whatever happens next. Errors: io (somebody reads for longer than the database waits).
  Result<void> settle() const;

  sqlite3* handle() const noexcept { return handle_.get(); }

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string shown_;
};

// All or nothing: rolls back unless committed. Takes the right to write at once, so that what it reads stays true.
class Transaction {
 public:
  static Result<Transaction> begin(const Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  // On the disk when it returns.
  Result<void> commit();

 private:
  explicit Transaction(const Database& database) : database_(&database) {}
  const Database* database_;
};

}  // namespace triclave::custodian
