// Opening a sealed table: the columns that one has a right to, as CSV.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <map>

#include "base/try.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/text.h"
#include "table/owned.h"
#include "triclave/csv.h"

namespace triclave::cli {

std::string table_text(const OpenTable& table) {
  std::map<std::string, std::vector<std::string>> open;
  for (const TableColumn& each : table.columns()) open[each.compartment].push_back(each.name);
  std::string out = line("rows", fmt::format("{} in {}", table.rows(), counted(table.row_groups(), "row group")));
  for (const auto& [compartment, names] : open)
    out += line(compartment, fmt::format("{}: {}", counted(names.size(), "column"), fmt::join(names, ", ")));
  for (const Culprit& each : table.closed()) out += line(each.who, "stays closed: " + each.why);
  if (const std::size_t rest = table.all_columns() - table.columns().size(); rest != 0)
    out += line("unseen", fmt::format("{}: neither names nor types nor values", counted(rest, "column")));
  return out;
}

Json table_json(const OpenTable& table) {
  Json columns = Json::array();
  for (const TableColumn& each : table.columns())
    columns.push_back({{"name", each.name},
                       {"format", each.format},
                       {"compartment", each.compartment},
                       {"position", each.position},
                       {"compressed", each.compression != Compression::none}});
  return {{"rows", table.rows()},
          {"row_groups", table.row_groups()},
          {"columns", std::move(columns)},
          {"all_columns", table.all_columns()},
          {"closed", to_json(std::vector<Culprit>(table.closed().begin(), table.closed().end()))}};
}

Result<Outcome> open_table(const OpenOptions& options, Session& session, std::unique_ptr<Source> sealed) {
  if (!options.range.empty())
    return fail(ErrorKind::invalid_argument, "--range is for byte objects; of a table choose --columns");
  if (options.to != "csv")
    return fail(ErrorKind::invalid_argument, "--to knows csv only; from Python a table opens as an Arrow stream");
  TRICLAVE_TRY(session.know_capsules(*sealed, std::filesystem::path(options.sealed).parent_path()));
  const std::uint64_t size = sealed->size().value_or(0);
  TRICLAVE_TRY_ASSIGN(OpenTable table, OpenTable::open(session.opener(), std::move(sealed), options.compartments));
  table.set_threads(options.threads.threads);
  const std::string seen = table_text(table);
  Json json = {{"dataset", table.info().dataset}, {"sealed_size", size}, {"output", options.out}};
  json.update(table_json(table));
  std::string gathered;
  json["gathered"] = Json::array();
  for (const GatherReport& each : table.gathered()) {
    const GatherReport report = session.only_asked(each);
    if (report.used.empty() && report.failed.empty()) continue;
    gathered += to_text(report);
    json["gathered"].push_back(to_json(report));
  }
  const std::size_t chosen = options.columns.empty() ? table.columns().size() : options.columns.size();
  table::OwnedStream rows;
  TRICLAVE_TRY(table.stream(options.columns, rows.get()));
  TRICLAVE_TRY_ASSIGN(const auto sink, open_output(options.out, options.force));
  {
    Progress progress("opening " + options.sealed, std::nullopt);
    CountingSink counting(*sink, progress);
    auto written = write_csv(*rows, std::nullopt, counting);
    if (table.failure()) return tl::unexpected(*table.failure());
    TRICLAVE_TRY(written);
    TRICLAVE_TRY(sink->finish());
  }
  Outcome out{"", std::move(json), options.out == kDash};
  // On a pipe, only what one might miss is worth a word.
  if (out.data_on_stdout) {
    if (options.columns.empty())
      for (const Culprit& each : table.closed())
        out.text += fmt::format("triclave: without the columns of {}: {}\n", each.who, each.why);
    return out;
  }
  out.text =
      fmt::format("opened {} ({}) into {}\n", options.sealed, counted(chosen, "column"), options.out) + seen + gathered;
  return out;
}

}  // namespace triclave::cli
