// triclave seal --table: a CSV file, its columns in the compartments that the policy says.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/try.h"
#include "cli/files.h"
#include "cli/progress.h"
#include "cli/seal.h"
#include "cli/sealed_output.h"
#include "cli/text.h"
#include "table/owned.h"
#include "triclave/table.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

// The compartments that these columns need, in the policy's order.
Result<std::vector<std::string>> needed(const Policy& policy, const std::vector<CsvColumn>& columns) {
  std::vector<std::string> found;
  for (const CsvColumn& each : columns) {
    TRICLAVE_TRY_ASSIGN(std::string compartment, policy.compartment_of_column(each.name));
    found.push_back(std::move(compartment));
  }
  std::vector<std::string> out = policy.compartments();
  std::erase_if(out,
                [&](const std::string& each) { return std::find(found.begin(), found.end(), each) == found.end(); });
  return out;
}

// "column (type)" of each compartment.
std::map<std::string, std::vector<std::string>> by_compartment(const TableWriter& table, const CsvReader& csv) {
  std::map<std::string, std::vector<std::string>> out;
  for (std::size_t i = 0; i < table.columns().size(); ++i)
    out[table.columns()[i].compartment].push_back(
        fmt::format("{} ({})", table.columns()[i].name, to_text(csv.columns()[i].type)));
  return out;
}

Result<void> seal_rows(CsvReader& csv, table::OwnedStream& rows, TableWriter& table) {
  auto written = table.write_all(*rows);
  if (!written && csv.failure()) return tl::unexpected(*csv.failure());
  return written;
}

}  // namespace

Result<Outcome> seal_table(const SealOptions& options, const Policy& policy, const Signer& producer) {
  const bool to_stdout = options.out == kDash;
  if (options.inputs.size() != 1 || (options.inputs.front() == options.out && !to_stdout))
    return fail(ErrorKind::invalid_argument, "a table is made of one CSV file, into another file");
  if (to_stdout && (options.json || options.append))
    return fail(ErrorKind::invalid_argument, "--json and --append want the table in a file: name one with -o");
  const std::string& path = options.inputs.front();
  TRICLAVE_TRY_ASSIGN(const CsvOptions how, read_csv_options(options.csv));
  TRICLAVE_TRY_ASSIGN(const auto source, open_input(path));
  // A file is read twice: once to find its types.
  const auto size = source->size();
  Progress progress("sealing " + path, size ? std::optional(*size * 2) : std::nullopt);
  CountingSource counting(*source, progress);
  TRICLAVE_TRY_ASSIGN(CsvReader csv, CsvReader::make(counting, how));
  TRICLAVE_TRY_ASSIGN(const auto compartments, needed(policy, csv.columns()));
  TRICLAVE_TRY_ASSIGN(const Sealer sealer, Sealer::make(policy, producer, compartments));
  std::unique_ptr<Source> before;
  if (options.append) {
    TRICLAVE_TRY_ASSIGN(before, file_source(options.out));
  }
  TRICLAVE_TRY_ASSIGN(auto sink,
                      open_sealed_output(options.out, options.detached, options.force || options.append, sealer));
  table::OwnedStream rows;
  csv.stream(rows.get());
  table::OwnedSchema schema;
  if (rows->get_schema(rows.get(), schema.get()) != 0) return fail(ErrorKind::io, path + " cannot be read as a table");
  TableOptions table_options;
  table_options.embed_capsule = options.detached.empty();
  table_options.compress = options.compress;
  table_options.notes = {{std::string(kCsvMetadataKey), to_text(csv.dialect())}};
  table_options.threads = options.threads.threads;
  table_options.append_to = before.get();
  const std::string name = options.has_name || path == kDash ? options.name : fs::path(path).filename().native();
  TRICLAVE_TRY_ASSIGN(TableWriter table,
                      TableWriter::make(sealer, policy, *schema, name, std::move(sink), std::move(table_options)));
  TRICLAVE_TRY(seal_rows(csv, rows, table));
  TRICLAVE_TRY(table.finish());

  Outcome out{"", {}, to_stdout};
  out.text = fmt::format("sealed {} ({}) into {}\n", path == kDash ? "standard input" : path,
                         counted(table.rows(), "row"), to_stdout ? "standard output" : options.out);
  Json columns = Json::array();
  for (const auto& [compartment, names] : by_compartment(table, csv))
    out.text += line(compartment, fmt::format("{}", listed_as_given(names)));
  for (std::size_t i = 0; i < table.columns().size(); ++i)
    columns.push_back({{"name", table.columns()[i].name},
                       {"type", to_text(csv.columns()[i].type)},
                       {"compartment", table.columns()[i].compartment},
                       {"compressed", table.columns()[i].compression != Compression::none}});
  out.text += line("capsule", options.detached.empty() ? "in the table" : options.detached);
  out.json = {{"capsule_id", hex(sealer.capsule_id())},
              {"rows", table.rows()},
              {"row_groups", table.row_groups()},
              {"columns", std::move(columns)},
              {"dialect", to_text(csv.dialect())},
              {"byte_exact", !csv.difference().has_value()},
              {"output", options.out}};
  if (options.append)
    out.text += line("appended",
                     "who sealed cannot see the rows before: where columns, types or quotes differ from "
                     "theirs, the whole is refused to its readers; verify --can-open tells");
  if (const auto& difference = csv.difference())
    out.text += line("differs", fmt::format("opened again as CSV, {} will not be written as in the file, the first in "
                                            "line {}{}; give the types of such columns as text to keep every byte",
                                            counted(difference->count, "place"), difference->line,
                                            difference->column.empty() ? "" : ", column " + difference->column));
  else
    out.text += line("round trip", "opened again as CSV, every byte will be as in the file");
  return out;
}

}  // namespace triclave::cli
