// What a table's writer holds: its plan, and what of the segment is written.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/workers.h"
#include "table/chunk.h"
#include "table/footer.h"
#include "table/message.h"
#include "triclave/table.h"

namespace triclave {
namespace table {

// Everything that passes a sink, counted.
class CountedSink final : public Sink {
 public:
  explicit CountedSink(std::unique_ptr<Sink> inner) : inner_(std::move(inner)) {}
  Result<void> write(ByteView bytes) override {
    count_ += bytes.size();
    return inner_->write(bytes);
  }
  MutableBytes room(std::size_t size) override { return inner_->room(size); }
  Result<void> advance(std::size_t size) override {
    count_ += size;
    return inner_->advance(size);
  }
  Result<void> finish() override { return inner_->finish(); }
  std::uint64_t count() const { return count_; }

 private:
  std::unique_ptr<Sink> inner_;
  std::uint64_t count_ = 0;
};

}  // namespace table

struct TableWriter::Impl {
  struct Planned {
    table::Field field;
    std::size_t compartment;  // by position in the header
    Compression compression;
  };
  struct Group {
    std::uint64_t rows;
    std::vector<table::Place> chunks;  // of all columns
  };

  std::vector<Planned> plan;
  std::vector<TableColumn> columns;
  std::vector<std::string> compartments;
  std::vector<const cipher::InputKey*> keys;  // of the compartments; the sealer's
  std::vector<table::KeyValue> notes;
  std::uint64_t row_group_bytes = 0;
  std::unique_ptr<table::CountedSink> out;
  std::uint64_t segment_begin = 0, body_begin = 0;
  Id header_hash{};
  std::vector<Group> groups;
  std::uint64_t rows = 0;
  Bytes scratch;
  Workers workers;
  bool ended = false;  // finished, or failed: nothing more is taken

  Result<void> assign(const Sealer& sealer, const Policy& policy, const TableOptions& options);
  Result<void> start(const Sealer& sealer, std::string_view name, const TableOptions& options);
  Result<void> check_batch(const ArrowArray& batch) const;
  Result<void> write_rows(const ArrowArray& batch, std::uint64_t offset, std::uint64_t rows_here);
  struct Stream {
    std::size_t compartment;
    std::uint64_t number;
  };
  Result<std::vector<cipher::Message>> messages(std::span<const Stream> streams) const;
  Result<std::vector<table::Place>> seal(std::span<const table::SealJob> jobs);
  // A column of a row group, ready to be sealed.
  struct Ready {
    table::ChunkPieces chunk;
    std::vector<Bytes> owned;  // where some of the pieces lie
  };
  Result<void> seal_columns(std::span<Ready> data, std::size_t first, Group& group);
  Result<void> seal_group(std::span<Ready> data, std::uint64_t rows_here);
  Result<void> seal_footers();
};

}  // namespace triclave
