// triclave inspect: all that a sealed object or a capsule tells to everybody, and nothing else.
#include <fmt/format.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/progress.h"
#include "cli/record_kind.h"
#include "cli/text.h"

namespace triclave::cli {
namespace {

struct Options : CommonOptions {
  std::string file;
};

constexpr const char* kCaution =
    "Whoever has the file can read this. Nothing of it is proven: `triclave verify` checks the signatures.\n";

Result<Outcome> inspect_capsule_file(const Options& options, Source& source) {
  TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(source, options.file, kMaxCapsuleFile));
  TRICLAVE_TRY_ASSIGN(const CapsuleInfo info, inspect_capsule(record));
  Json json = {{"kind", "capsule"}, {"size", record.size()}};
  json.update(to_json(info));
  return Outcome{
      fmt::format("{}: a capsule of {}\n", options.file, size_text(record.size())) + to_text(info) + kCaution,
      std::move(json)};
}

Result<Outcome> inspect_object_file(const Options& options, Source& source) {
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

Result<Outcome> inspect(const Options& options) {
  TRICLAVE_TRY_ASSIGN(auto source, open_input(options.file));
  ReplaySource replay(std::move(source));
  TRICLAVE_TRY_ASSIGN(const FileKind kind, kind_of(replay));
  return kind == FileKind::capsule ? inspect_capsule_file(options, replay) : inspect_object_file(options, replay);
}

}  // namespace

void add_inspect(CLI::App& app, Program& program) {
  add_command<Options>(
      app, program, "inspect", "Show what a sealed object or a capsule tells to everybody",
      [](CLI::App& command, Options& options) {
        command.add_option("FILE", options.file, "Sealed object or capsule; - for standard input")->required();
      },
      inspect);
}

}  // namespace triclave::cli
