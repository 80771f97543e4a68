#include "custodian/service/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/descriptor.h"
#include "base/files.h"
#include "base/try.h"
#include "custodian/service/new_files.h"

namespace triclave::custodian {
namespace {

constexpr int kWait = 5000;  // ms for another process that writes

tl::unexpected<Error> sqlite_error(sqlite3* handle, std::string_view what) {
  const int code = sqlite3_extended_errcode(handle);
  std::string advice;
  if ((code & 0xFF) == SQLITE_FULL) advice = "; the disk is full: make room, nothing was released meanwhile";
  if ((code & 0xFF) == SQLITE_BUSY) advice = "; another process holds the database: try again when it is done";
  if ((code & 0xFF) == SQLITE_CORRUPT) advice = "; restore it from a backup with `triclave custodian restore`";
  return fail(ErrorKind::io, std::string(what) + ": " + sqlite3_errmsg(handle) + advice);
}

std::string_view shown_of(sqlite3* handle) {
  const char* name = sqlite3_db_filename(handle, "main");
  return name != nullptr ? name : "the database";
}

// SQLite makes files that the umask lets others read; ours is made beforehand.
Result<void> make_file(const std::filesystem::path& file) {
  const Descriptor out(::open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!out && errno == EEXIST)
    return fail(ErrorKind::invalid_argument,
                file.native() + " exists already and is never overwritten; move it away, if it is not needed");
  if (!out) return io_error("cannot make", file.native());
  return {};
}

}  // namespace

Statement& Statement::bind(int at, ByteView bytes) {
  // A null pointer would mean NULL.
  sqlite3_bind_blob64(handle_.get(), at, bytes.empty() ? "" : static_cast<const void*>(bytes.data()), bytes.size(),
                      SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), at, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int at, std::uint64_t number) {
  sqlite3_bind_int64(handle_.get(), at, static_cast<std::int64_t>(number));
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  sqlite3* const database = sqlite3_db_handle(handle_.get());
  if (code != SQLITE_DONE) {
    auto error = sqlite_error(database, shown_of(database));
    reset();
    return error;
  }
  reset();
  return false;
}

Result<void> Statement::run() {
  return step().map([](bool) {});
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

ByteView Statement::bytes(int column) const {
  const void* const data = sqlite3_column_blob(handle_.get(), column);
  return {static_cast<const std::uint8_t*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::uint64_t Statement::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(handle_.get(), column));
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

Result<Id> Statement::id(int column) const {
  const ByteView found = bytes(column);
  Id out;
  if (found.size() != out.size())
    return fail(ErrorKind::malformed, "the custodian's database has an id of " + std::to_string(found.size()) +
                                          " bytes: it was changed by something else; restore it from a backup");
  std::copy(found.begin(), found.end(), out.begin());
  return out;
}

Result<Database> Database::create(const std::filesystem::path& file) {
  TRICLAVE_TRY(make_file(file));
  NewFiles made;
  made.add_database(file);
  TRICLAVE_TRY_ASSIGN(Database out, open(file));
  TRICLAVE_TRY(sync_folder_of(file));
  made.keep();
  return out;
}

Result<Database> Database::open(const std::filesystem::path& file) {
  Database out;
  out.shown_ = file.native();
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  out.handle_.reset(handle);
  if (opened != SQLITE_OK) return sqlite_error(handle, "cannot open the custodian's database " + out.shown_);
  sqlite3_busy_timeout(handle, kWait);
  TRICLAVE_TRY(
      out.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
              "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"));
  return out;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  Statement out;
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  out.handle_.reset(handle);
  if (code != SQLITE_OK) return sqlite_error(handle_.get(), shown_);
  return out;
}

Result<void> Database::run(const char* sql) const {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqlite_error(handle_.get(), shown_);
  return {};
}

Result<std::uint64_t> Database::number(std::string_view sql) const {
  TRICLAVE_TRY_ASSIGN(Statement statement, prepare(sql));
  TRICLAVE_TRY_ASSIGN(const bool found, statement.step());
  if (!found) return fail(ErrorKind::io, shown_ + ": a value that must be there is missing");
  const std::uint64_t out = statement.number(0);
  statement.reset();
  return out;
}

Result<void> Database::copy_to(const std::filesystem::path& file) const {
  TRICLAVE_TRY(make_file(file));
  NewFiles made;
  made.add_database(file);
  Database out;
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  out.handle_.reset(handle);
  if (opened != SQLITE_OK) return sqlite_error(handle, "cannot open " + file.native());
  sqlite3_backup* const copy = sqlite3_backup_init(handle, "main", handle_.get(), "main");
  if (copy == nullptr) return sqlite_error(handle, "cannot copy to " + file.native());
  sqlite3_backup_step(copy, -1);  // all pages in one step: of one moment
  if (sqlite3_backup_finish(copy) != SQLITE_OK) return sqlite_error(handle, "cannot copy to " + file.native());
  out.handle_.reset();
  TRICLAVE_TRY(sync_folder_of(file));
  made.keep();
  return {};
}

Result<void> Database::settle() const {
  if (sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) != SQLITE_OK)
    return sqlite_error(handle_.get(), shown_);
  // SQLite does not sync what it cuts off: after a power cut the log would stand there again, with all that was in it.
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log != nullptr && log->pMethods != nullptr && log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) != SQLITE_OK)
    return fail(ErrorKind::io, "cannot sync the write-ahead log of " + shown_);
  return {};
}

Result<Transaction> Transaction::begin(const Database& database) {
  TRICLAVE_TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  TRICLAVE_TRY(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace triclave::custodian
