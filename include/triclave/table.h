// Sealed tables: columns in compartments that open separately, in and out through the Arrow C Data Interface (SPEC.md
// section 10). Types taken: null, bool, integers, floats, decimals of 128 and 256 bits, fixed-size binary, date, time,
// timestamp, duration, interval, text and binary with 32 and 64 bit offsets, list, struct, dictionary.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "triclave/arrow.h"
#include "triclave/bytes.h"
#include "triclave/error.h"
#include "triclave/export.h"
#include "triclave/io.h"
#include "triclave/opener.h"
#include "triclave/policy.h"
#include "triclave/sealer.h"

namespace triclave {

enum class Compression : std::uint8_t { none = 0, zstd = 1 };

struct TableOptions {
  bool embed_capsule = false;  // put the capsule into the table; else publish Sealer::capsule() beside it
  // Batches above this many bytes are split by rows; a smaller batch is one row group. 0: never split, up to the
  // format's 1 GiB for each column.
  std::uint64_t row_group_bytes = std::uint64_t{64} << 20;
  // Columns to compress with Zstandard before they are sealed: names with * and ?. Compressed sizes tell an observer
  // how repetitive a column is.
  std::vector<std::string> compress = {};
  // Pairs that every reader of any compartment may see. The schema's own metadata is kept only where all columns are in
  // one compartment, for such metadata tends to name columns.
  std::vector<std::pair<std::string, std::string>> notes = {};
  // Threads to seal with: 1 is the caller's own, 0 as many as there are processors, never more. The bytes do not depend on it.
  unsigned threads = 1;
  // A sealed table whose bytes go first: what is written becomes a further segment of it, under this session's
  // capsule. Its columns must be the same (readers check). Must outlive make().
  Source* append_to = nullptr;
};

// A column as somebody who may open its compartment sees it.
struct TableColumn {
  std::string name;
  std::string format;  // of the Arrow C Data Interface
  std::string compartment;
  std::uint32_t position = 0;  // in the whole table, from 0
  Compression compression = Compression::none;
};

// Columns in, a sealed table out, in bounded memory: one row group at a time.
class TRICLAVE_EXPORT TableWriter {
 public:
  // `schema` (a struct) is read, not released; each column goes to the compartment that the policy's `columns` give it.
  // `sealer` must outlive the writer. Errors: invalid_argument (a column that no compartment claims or whose
  // compartment is not in the session; names that stand twice), unsupported (a type), malformed or forged (append_to),
  // io.
  static Result<TableWriter> make(const Sealer& sealer, const Policy& policy, const ArrowSchema& schema,
                                  std::string_view name, std::unique_ptr<Sink> out, TableOptions options = {});

  TableWriter(TableWriter&&) noexcept;
  TableWriter& operator=(TableWriter&&) noexcept;
  ~TableWriter();

  // A record batch of the schema, read where it stands and not released. Everything that its structures claim is
  // checked before it is followed; that text is UTF-8 is not checked. Errors: invalid_argument, io.
  Result<void> write(const ArrowArray& batch);
  // All batches of a stream, which the caller releases.
  Result<void> write_all(ArrowArrayStream& stream);
  // Seals the footers and finishes the sink; without it nothing appears.
  Result<void> finish();

  // In the schema's order.
  const std::vector<TableColumn>& columns() const noexcept;
  std::uint64_t rows() const noexcept;        // written so far
  std::uint64_t row_groups() const noexcept;  // of this session

 private:
  struct Impl;
  explicit TableWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One sealing session's part of a table.
struct TableSegment {
  Id capsule_id{};
  std::array<std::uint8_t, 16> object_id{};
  std::string name;
  std::vector<std::string> compartments;
  bool embedded_capsule = false;
  std::uint64_t begin = 0;  // in the file, bytes
  std::uint64_t size = 0;
};

// What a table says to everybody.
struct TableInfo {
  std::string dataset;
  std::vector<TableSegment> segments;
  std::uint64_t sealed_size = 0;
};

// Reads the segments' headers; needs no key. Embedded capsules go to `capsules`, where given, one a segment, empty
// where it is detached. The source must have a size. Errors: malformed, unsupported, forged, invalid_argument (a pipe),
// io.
TRICLAVE_EXPORT Result<TableInfo> inspect_table(Source& sealed, std::vector<Bytes>* capsules = nullptr);

// Writes the table with other capsule records in the place of those embedded with the same ids, and finishes `out`.
// Every ciphertext byte stays as it is. Errors: malformed, unsupported, forged, invalid_argument, io.
TRICLAVE_EXPORT Result<void> replace_table_capsules(Source& sealed, std::span<const Bytes> records, Sink& out);

// An open table: the columns of the compartments that the opener's keys are enough for. One thread at a time.
class TRICLAVE_EXPORT OpenTable {
 public:
  // Opens `compartments`, all of them or none; where empty, every one that can be opened, at least one. Nothing but the
  // footers is read. `opener` is not needed afterwards. Errors: all kinds; quorum_short where too few recipients
  // answered.
  static Result<OpenTable> open(Opener& opener, std::unique_ptr<Source> sealed,
                                std::span<const std::string> compartments = {});

  OpenTable(OpenTable&&) noexcept;
  OpenTable& operator=(OpenTable&&) noexcept;
  ~OpenTable();

  const TableInfo& info() const noexcept;
  // Of the open compartments, by position.
  const std::vector<TableColumn>& columns() const noexcept;
  // Compartments that stay closed, and why.
  std::span<const Culprit> closed() const noexcept;
  // How each segment's keys were gathered; nobody used where they were at hand.
  std::span<const GatherReport> gathered() const noexcept;
  // Columns of the whole table, closed ones too.
  std::uint32_t all_columns() const noexcept;
  const std::vector<std::pair<std::string, std::string>>& notes() const noexcept;  // of the first segment
  std::uint64_t rows() const noexcept;
  std::uint64_t row_groups() const noexcept;
  std::uint64_t rows_of(std::uint64_t row_group) const noexcept;

  // The schema of these columns in this order (all open ones where empty), as a struct. Errors: invalid_argument (no
  // such column among the open ones).
  Result<void> schema(std::span<const std::string> columns, ArrowSchema* out) const;
  // One row group's columns: reads their chunks and nothing else. The arrays are checked and own their memory. Errors:
  // forged, malformed, invalid_argument, io.
  Result<void> read(std::uint64_t row_group, std::span<const std::string> columns, ArrowArray* out);
  // Threads to open with: 1, the default, is the caller's own, 0 as many as there are processors, never more.
  void set_threads(unsigned threads);
  // All row groups one after the other. The stream keeps what it needs; use it and the table on one thread at a time.
  Result<void> stream(std::span<const std::string> columns, ArrowArrayStream* out);
  // What stopped a stream of this table, where get_next() gives a number only; empty where nothing did.
  const std::optional<Error>& failure() const noexcept;

 private:
  struct Impl;
  explicit OpenTable(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace triclave
