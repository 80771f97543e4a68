// Sealed tables taken apart and put together again, by outsiders and by somebody who holds a compartment's data key.
#pragma once

#include <set>

#include "attack.h"
#include "envelope/data_keys.h"
#include "support/tables.h"
#include "table/message.h"

namespace triclave::attacks {

class TableAttack : public Tables {
 protected:
  const cipher::InputKey& key(const std::string& compartment) const {
    return *envelope::DataKeys::find(sealer, compartment);
  }

  // Three row groups of four columns of numbers, all different, whose messages have the same length.
  static Parts numbers(std::int64_t first) {
    std::vector<Parts> columns;
    for (const char* name : {"a", "id_b", "c", "id_d"}) {
      columns.push_back(fixed<std::int64_t>(name, "l", {first, first + 1, first + 2}));
      first += 3;
    }
    return batch_of(std::move(columns));
  }
  static std::vector<Parts> three(std::int64_t first) {
    return {numbers(first), numbers(first + 100), numbers(first + 200)};
  }

  // A segment's bytes: what lies before the body, its chunks, its footers. The tail follows from them.
  struct Apart {
    Bytes before;
    std::vector<Bytes> chunks;
    std::vector<Bytes> footers;
    Bytes joined() const {
      Bytes out = before;
      std::vector<table::Place> places;
      for (const Bytes& each : chunks) out.insert(out.end(), each.begin(), each.end());
      for (const Bytes& each : footers) {
        out.insert(out.end(), each.begin(), each.end());
        places.push_back({0, each.size()});
      }
      const Bytes tail = table::write_tail(places, out.size() + 8 * (footers.size() + 1));
      out.insert(out.end(), tail.begin(), tail.end());
      return out;
    }
  };
  // Of a table of one segment whose chunks are all of one length.
  static Apart apart(const Bytes& file, std::size_t chunks) {
    const auto segment = std::move(table::read_segments(*memory_source(file)).value().front());
    const auto bytes = [&](std::uint64_t from, std::uint64_t size) {
      const ByteView view = ByteView(file).subspan(from, size);
      return Bytes(view.begin(), view.end());
    };
    const std::uint64_t body = segment.frame.stream_offset;
    Apart out{bytes(0, body), {}, {}};
    const std::uint64_t each = chunks != 0 ? segment.chunks_size() / chunks : 0;
    for (std::size_t i = 0; i < chunks; ++i) out.chunks.push_back(bytes(body + i * each, each));
    for (const table::Place& place : segment.footers) out.footers.push_back(bytes(body + place.offset, place.size));
    return out;
  }

  // What whoever holds the data key can do: message `stream` of the table with these first bytes, opened and sealed.
  envelope::StreamContext context(const Bytes& file, std::uint64_t stream) const {
    return envelope::stream_context(table::read_segments(*memory_source(file)).value().front().frame.header_hash,
                                    static_cast<std::uint32_t>(stream));
  }
  Bytes unsealed(const Bytes& file, const std::string& compartment, std::uint64_t stream, ByteView message) const {
    Bytes plain(cipher::plain_size(message.size()).value()), scratch;
    EXPECT_OK(table::open_message(key(compartment), context(file, stream), *memory_source(message), 0, message.size(),
                                  plain, scratch));
    return plain;
  }
  Bytes resealed(const Bytes& file, const std::string& compartment, std::uint64_t stream, ByteView plain) const {
    Bytes out, scratch;
    const auto sink = memory_sink(out);
    EXPECT_OK(table::seal_pieces(key(compartment), context(file, stream), std::span(&plain, 1), *sink, scratch));
    EXPECT_OK(sink->finish());
    return out;
  }

  // Opens everything, then each column of each row group by itself. Whatever opens has to be what was sealed. The
  // kinds of the refusals, without repeats.
  Names refusals(Opener& reader, ByteView file, const std::vector<Parts>& truth) const {
    auto opened = OpenTable::open(reader, memory_source(file));
    if (!opened) return {kind_of(opened)};
    std::set<std::string> kinds;
    if (opened->row_groups() != truth.size() || opened->columns().size() != truth[0].children.size())
      ADD_FAILURE() << "another table opened";
    for (std::uint64_t g = 0; g < opened->row_groups(); ++g)
      for (const TableColumn& column : opened->columns()) {
        table::OwnedArray batch;
        table::OwnedSchema arrow_schema;
        const Names one = {column.name};
        EXPECT_OK(opened->schema(one, arrow_schema.get()));
        const auto read = opened->read(g, one, batch.get());
        if (!read) {
          kinds.insert(kind_of(read));
          continue;
        }
        Shown values;
        show_batch(table::import_schema(*arrow_schema).value(), *batch, values);
        EXPECT_EQ(values.at(column.name), shown_of({truth.at(g)})[column.name]);
      }
    return {kinds.begin(), kinds.end()};
  }
  Names refusals(ByteView file, const std::vector<Parts>& truth) const {
    Opener reader = opener();
    return refusals(reader, file, truth);
  }
};

}  // namespace triclave::attacks
