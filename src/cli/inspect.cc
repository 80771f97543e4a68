// triclave inspect: all that a sealed object or a capsule tells to everybody, and nothing else.
#include <fmt/format.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/record_kind.h"
#include "cli/text.h"

namespace triclave::cli {
namespace {

struct InspectOptions : CommonOptions {
  std::string file;
  std::string policy;
  KeyOptions keys;
  MemoryOptions memory;
};

constexpr const char* kCaution =
    "Whoever has the file can read this. Nothing of it is proven: `triclave verify` checks the signatures.\n";

Result<Outcome> inspect_capsule_file(const InspectOptions& options, Source& source) {
  TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(source, options.file, kMaxCapsuleFile));
  TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, inspect_capsule(record));
  Json json = {{"kind", "capsule"}, {"size", record.size()}};
  json.update(to_json(info));
  return Outcome{
      fmt::format("{}: a capsule of {}\n", options.file, size_text(record.size())) + to_text(info) + kCaution,
      std::move(json)};
}

Result<Outcome> inspect_object_file(const InspectOptions& options, Source& source) {
  Bytes record;
  TRICLAVE_TRY_ASSIGN(const ObjectInfo info, inspect_object(source, &record));
  Json json = {{"kind", "object"},
               {"name", info.name},
               {"dataset", info.dataset},
               {"compartment", info.compartment},
               {"object_id", hex(info.object_id)},
               {"capsule_id", hex(info.capsule_id)},
               {"content_signed", info.content_signed},
               {"stream_offset", info.stream_offset},
               {"sealed_size", info.sealed_size ? Json(*info.sealed_size) : Json()},
               {"plain_size", info.plain_size ? Json(*info.plain_size) : Json()},
               {"capsule", nullptr}};
  std::string text =
      fmt::format("{}: a sealed object{}\n", options.file,
                  info.sealed_size ? " of " + size_text(*info.sealed_size) : std::string()) +
      line("name", info.name.empty() ? "(none)" : info.name) + line("dataset", info.dataset) +
      line("compartment", info.compartment) + line("object id", hex(info.object_id)) +
      line("signed content", info.content_signed ? "yes, by the producer" : "no") +
      line("plaintext", info.plain_size ? fmt::format("{} bytes", *info.plain_size) : "of unknown length: a pipe");
  if (record.empty()) text += line("capsule", hex(info.capsule_id) + ", kept elsewhere");
  if (!record.empty()) {
    TRICLAVE_TRY_ASSIGN(const CapsuleInfo capsule, inspect_capsule(record));
    text += "It carries its capsule:\n" + to_text(capsule);
    json["capsule"] = to_json(capsule);
  }
  return Outcome{text + kCaution, std::move(json)};
}

// With a policy and keys, what their owner can see of it too.
Result<void> look_inside(const InspectOptions& options, std::unique_ptr<Source> source, Outcome& out) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  TRICLAVE_TRY_ASSIGN(const auto session, Session::start(policy, options.keys, options.memory));
  TRICLAVE_TRY(session->know_capsules(*source, std::filesystem::path(options.file).parent_path()));
  TRICLAVE_TRY_ASSIGN(const OpenTable table, OpenTable::open(session->opener(), std::move(source)));
  out.text += "With these keys:\n" + table_text(table);
  for (const TableColumn& each : table.columns())
    if (each.compression != Compression::none)
      out.text += line("compressed", each.name + ": the sizes of its chunks tell everybody how repetitive it is");
  out.json["open"] = table_json(table);
  return {};
}

Result<Outcome> inspect_table_file(const InspectOptions& options, std::unique_ptr<Source> source) {
  TRICLAVE_TRY_ASSIGN(const TableInfo info, inspect_table(*source));
  Outcome out;
  out.text = fmt::format("{}: a sealed table of {}\n", options.file, size_text(info.sealed_size)) +
             line("dataset", info.dataset);
  Json segments = Json::array();
  for (const TableSegment& each : info.segments) {
    out.text +=
        line("segment", fmt::format("{} of {}", each.name.empty() ? "(no name)" : each.name, size_text(each.size))) +
        line("  compartments", listed_as_given(each.compartments)) +
        line("  capsule", hex(each.capsule_id) + (each.embedded_capsule ? ", inside" : ", kept elsewhere"));
    segments.push_back({{"name", each.name},
                        {"object_id", hex(each.object_id)},
                        {"capsule_id", hex(each.capsule_id)},
                        {"embedded_capsule", each.embedded_capsule},
                        {"compartments", each.compartments},
                        {"begin", each.begin},
                        {"size", each.size}});
  }
  out.text +=
      "Names, types, values and counts of nulls are sealed. Who watches the reads learns each column's length in "
      "bytes,\nand so a fixed width and the number of rows; of a compressed column also how repetitive it is.\n";
  out.json = {{"kind", "table"},
              {"dataset", info.dataset},
              {"sealed_size", info.sealed_size},
              {"segments", std::move(segments)}};
  if (!options.policy.empty()) TRICLAVE_TRY(look_inside(options, std::move(source), out));
  out.text += kCaution;
  return out;
}

Result<Outcome> inspect(const InspectOptions& options) {
  TRICLAVE_TRY_ASSIGN(auto source, open_input(options.file));
  if (source->size()) {
    TRICLAVE_TRY_ASSIGN(const FileKind known, kind_of(*source));
    if (known == FileKind::table) return inspect_table_file(options, std::move(source));
  }
  ReplaySource replay(std::move(source));
  TRICLAVE_TRY_ASSIGN(const FileKind kind, kind_of(replay));
  if (kind == FileKind::table)
    return fail(ErrorKind::invalid_argument, "a sealed table is read from its end: save it to a file first");
  return kind == FileKind::capsule ? inspect_capsule_file(options, replay) : inspect_object_file(options, replay);
}

}  // namespace

void add_inspect(CLI::App& app, Program& program) {
  add_command<InspectOptions>(
      app, program, "inspect", "Show what a sealed object, a table or a capsule tells to everybody",
      [](CLI::App& command, InspectOptions& options) {
        command.add_option("FILE", options.file, "Sealed object, table or capsule; - for standard input")->required();
        command.add_option("--policy", options.policy, "Of a table: show what the keys open, too")->type_name("FILE");
        declare_keys(command, options.keys, "Private keys to look with, of a table");
        declare_memory(command, options.memory);
      },
      inspect);
}

}  // namespace triclave::cli
