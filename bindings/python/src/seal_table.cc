// Tables sealed from streams of record batches.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cerrno>
#include <cstring>

#include "arrow_in.h"
#include "columns.h"
#include "sealing.h"
#include "triclave/table.h"

namespace triclave::python {
namespace {

// What a stream failed with, in its own words where it has any.
Error stream_error(ArrowArrayStream* stream, int code) {
  const char* said = stream->get_last_error(stream);
  const std::string words = said == nullptr ? std::strerror(code) : said;
  // pyarrow makes words of what its Python batches raised. Ctrl-C stays Ctrl-C.
  if (words.find("\nKeyboardInterrupt") != std::string::npos) {
    const Locked lock;
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    return keep_raised();
  }
  return {code == EINVAL ? ErrorKind::invalid_argument : ErrorKind::io, "the columns could not be read: " + words, {}};
}

// A stream's schema and batches, without views.
class Batches {
 public:
  explicit Batches(OwnedStream stream) : stream_(std::move(stream)) {}

  Result<void> begin() {
    if (const int code = stream_.get()->get_schema(stream_.get(), given_.get()); code != 0)
      return tl::unexpected(stream_error(stream_.get(), code));
    views_ = has_views(*given_);
    if (!views_) return {};
    auto without = schema_without_views(*given_);
    if (!without) return tl::unexpected(without.error());
    without_ = std::move(*without);
    return {};
  }
  const ArrowSchema& schema() const { return views_ ? *without_ : *given_; }

  // A released array at the end.
  Result<OwnedArray> next() {
    OwnedArray array;
    if (const int code = stream_.get()->get_next(stream_.get(), array.get()); code != 0)
      return tl::unexpected(stream_error(stream_.get(), code));
    if (!views_ || array->release == nullptr) return array;
    return array_without_views(*given_, std::move(array));
  }

 private:
  OwnedStream stream_;
  OwnedSchema given_, without_;
  bool views_ = false;
};

struct Sealed {
  std::uint64_t size = 0, rows = 0, row_groups = 0;
  std::vector<TableColumn> columns;
};

Result<Sealed> seal(const PySealer& sealer, OwnedStream stream, const std::string& name, std::unique_ptr<Sink> out, TableOptions options,
                    Watch& watch) {
  Batches batches(std::move(stream));
  if (auto begun = batches.begin(); !begun) return tl::unexpected(begun.error());
  auto table = TableWriter::make(sealer.sealer, *sealer.policy, batches.schema(), name, watched_sink(std::move(out), watch), std::move(options));
  if (!table) return tl::unexpected(table.error());
  while (true) {
    auto batch = batches.next();
    if (!batch) return tl::unexpected(batch.error());
    if ((*batch)->release == nullptr) break;
    if (auto written = table->write(**batch); !written) return tl::unexpected(written.error());
  }
  if (auto finished = table->finish(); !finished) return tl::unexpected(finished.error());
  return Sealed{watch.total(), table->rows(), table->row_groups(), table->columns()};
}

nb::tuple seal_table(const PySealer& sealer, nb::handle columns, nb::handle target, const std::string& name, bool embed,
                     std::uint64_t row_group_bytes, std::vector<std::string> compress, std::vector<std::pair<std::string, std::string>> notes,
                     unsigned threads, nb::handle append_to, nb::object progress) {
  OwnedStream stream = stream_of(columns);
  const auto before = append_to.is_none() ? nullptr : source_of(append_to);
  std::optional<Buffer> room;
  if (is_buffer(target)) room.emplace(target, true, "what is sealed into");
  auto out = room ? buffer_sink(room->bytes()) : sink_of(target);
  Watch watch(std::move(progress));
  TableOptions options{.embed_capsule = embed, .row_group_bytes = row_group_bytes, .compress = std::move(compress),
                       .notes = std::move(notes), .threads = usable_threads(threads), .append_to = before.get()};
  const Sealed sealed = released([&] { return seal(sealer, std::move(stream), name, std::move(out), std::move(options), watch); });
  return nb::make_tuple(sealed.size, sealed.rows, sealed.row_groups, as_columns(sealed.columns));
}

}  // namespace

nb::object as_columns(std::span<const TableColumn> columns) {
  nb::list out;
  for (const TableColumn& each : columns)
    out.append(nb::make_tuple(each.name.c_str(), each.format.c_str(), each.compartment.c_str(), each.position,
                              each.compression == Compression::zstd ? nb::object(nb::str("zstd")) : nb::none()));
  return nb::module_::import_("triclave.tables").attr("make_columns")(out);
}

void bind_seal_table(nb::module_& module) {
  module.def("seal_table", &seal_table, nb::arg("sealer"), nb::arg("columns").none(), nb::arg("target").none(), nb::arg("name"), nb::arg("embed_capsule"),
             nb::arg("row_group_bytes"), nb::arg("compress"), nb::arg("notes"), nb::arg("threads"), nb::arg("append_to").none(),
             nb::arg("progress").none());
}

}  // namespace triclave::python
