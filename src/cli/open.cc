// triclave open: a sealed object whole or by range, or a folder of them.
#include "cli/open.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/range.h"
#include "cli/record_kind.h"
#include "cli/text.h"
#include "triclave/store.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

Result<std::uint64_t> open_range(OpenObject& object, const Range& range, Sink& sink, Progress& progress) {
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(range.length, 1024 * 1024)));
  std::uint64_t done = 0;
  while (done < range.length) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), range.length - done));
    TRICLAVE_TRY_ASSIGN(const std::size_t got, object.read_at(range.start + done, MutableBytes(buffer).first(wanted)));
    TRICLAVE_TRY(sink.write(ByteView(buffer).first(got)));
    progress.add(got);
    done += got;
    if (got < wanted) break;
  }
  TRICLAVE_TRY(sink.finish());
  return done;
}

Result<Outcome> open_one(const OpenOptions& options, Session& session) {
  const bool to_stdout = options.out == kDash;
  if (to_stdout && options.json)
    return fail(ErrorKind::invalid_argument, "--json and standard output exclude each other: name a file with -o");
  std::optional<Range> range;
  if (!options.range.empty()) {
    TRICLAVE_TRY_ASSIGN(range, parse_range(options.range));
  }
  TRICLAVE_TRY_ASSIGN(auto source, open_input(options.sealed));
  auto replay = std::make_unique<ReplaySource>(std::move(source));
  TRICLAVE_TRY_ASSIGN(const FileKind kind, kind_of(*replay));
  if (kind == FileKind::table) {
    replay->stop_keeping();
    return open_table(options, session, std::move(replay));
  }
  if (!options.columns.empty() || !options.compartments.empty())
    return fail(ErrorKind::invalid_argument,
                options.sealed + " is no table: --columns and --compartment are for tables");
  TRICLAVE_TRY_ASSIGN(const ObjectInfo info, session.unlock(*replay, fs::path(options.sealed).parent_path()));
  replay->stop_keeping();
  TRICLAVE_TRY_ASSIGN(const auto object, session.opener().object(std::move(replay)));
  object->set_threads(options.threads.threads);
  TRICLAVE_TRY_ASSIGN(const auto sink, open_output(options.out, options.force));
  std::uint64_t plain = 0;
  {
    Progress progress("opening " + options.sealed, range ? std::optional(range->length) : info.plain_size);
    CountingSink counting(*sink, progress);
    TRICLAVE_TRY_ASSIGN(plain, range ? open_range(*object, *range, *sink, progress) : object->copy_to(counting));
  }
  Outcome out;
  out.data_on_stdout = to_stdout;
  out.json = {{"name", info.name},
              {"dataset", info.dataset},
              {"compartment", info.compartment},
              {"capsule_id", hex(info.capsule_id)},
              {"content_signed", info.content_signed},
              {"plain_size", plain},
              {"output", options.out},
              {"gathered", session.gathered_json()}};
  // On a pipe, only what went wrong is worth a word.
  if (to_stdout) {
    for (const auto& each : session.gathered())
      for (const Culprit& failed : each.report.failed)
        out.text += fmt::format("triclave: {}: {}\n", failed.who, failed.why);
    return out;
  }
  out.text =
      fmt::format("opened {} ({}) into {}\n", options.sealed, size_text(plain), options.out) + session.gathered_text();
  if (info.content_signed && range)
    out.text += line("note", "a range is proven by the readers' key alone; open the whole to check the signature");
  return out;
}

Result<Outcome> open_folder(const OpenOptions& options, Session& session) {
  if (options.out == kDash || !options.range.empty())
    return fail(ErrorKind::invalid_argument,
                options.sealed + " is a folder: -o names the folder to open it into, and --range is for one object");
  if (lies_in(options.out, options.sealed))
    return fail(ErrorKind::invalid_argument, "the output folder lies in the sealed one");
  TRICLAVE_TRY_ASSIGN(const auto cloud, file_store(options.sealed));
  TRICLAVE_TRY_ASSIGN(const auto folder, file_store(options.out));
  const auto store = sealed_store(*cloud, nullptr, "", &session.opener());
  std::vector<StoreEntry> entries;
  std::uint64_t total = 0;
  TRICLAVE_TRY(store->list("", [&](const StoreEntry& entry) -> Result<void> {
    if (!options.force && folder->stat(entry.key))
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{}/{} exists already; name another folder, or ask for it to be replaced (--force)",
                              options.out, entry.key));
    entries.push_back(entry);
    total += entry.size;
    return {};
  }));
  if (entries.empty()) return fail(ErrorKind::invalid_argument, "there is no sealed object in " + options.sealed);
  Progress progress("opening " + counted(entries.size(), "object"), total);
  std::uint64_t plain = 0;
  for (const StoreEntry& each : entries) {
    TRICLAVE_TRY_ASSIGN(const auto sealed, cloud->get(each.key));
    TRICLAVE_TRY(session.unlock(*sealed, options.sealed));
    TRICLAVE_TRY_ASSIGN(const auto source, store->get(each.key));
    auto& object = static_cast<OpenObject&>(*source);  // as store.h says
    object.set_threads(options.threads.threads);
    TRICLAVE_TRY_ASSIGN(const auto sink, folder->put(each.key));
    CountingSink counting(*sink, progress);
    TRICLAVE_TRY_ASSIGN(const std::uint64_t size, object.copy_to(counting));
    plain += size;
  }
  return Outcome{
      fmt::format("opened {} ({}) into {}\n", counted(entries.size(), "object"), size_text(plain), options.out) +
          session.gathered_text(),
      {{"objects", entries.size()},
       {"plain_size", plain},
       {"output", options.out},
       {"gathered", session.gathered_json()}}};
}

Result<Outcome> open(const OpenOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  TRICLAVE_TRY_ASSIGN(const auto session, Session::start(policy, options.keys, options.memory));
  if (!options.capsule.empty()) {
    TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(options.capsule, kMaxCapsuleFile));
    TRICLAVE_TRY(session->add_capsule(record));
  }
  std::error_code ignored;
  return fs::is_directory(options.sealed, ignored) ? open_folder(options, *session) : open_one(options, *session);
}

}  // namespace

void add_open(CLI::App& app, Program& program) {
  add_command<OpenOptions>(
      app, program, "open", "Open a sealed object, a sealed table, or a folder of objects",
      [](CLI::App& command, OpenOptions& options) {
        command.add_option("SEALED", options.sealed, "Sealed object or table, - for standard input, or a folder")
            ->required();
        command.add_option("--policy", options.policy, "Policy file")->required()->type_name("FILE");
        declare_keys(command, options.keys, "Private keys to open with; as many as the policy asks for");
        command.add_option("--capsule", options.capsule, "The object's capsule, where it is kept apart")
            ->type_name("FILE");
        command.add_option("-o,--output", options.out, "File (mode 0600), folder, or - (the default)")
            ->type_name("OUT");
        command.add_option("--range", options.range, "Only these bytes of the plaintext; only their chunks are read")
            ->type_name("START:LENGTH");
        command
            .add_option("--columns", options.columns,
                        "Of a table: these columns, in this order (default: all open ones)")
            ->delimiter(',')
            ->type_name("A,B,...");
        command.add_option("--compartment", options.compartments, "Of a table: these compartments or nothing")
            ->delimiter(',')
            ->type_name("NAME,...");
        command.add_option("--to", options.to, "Of a table: what to write")->type_name("csv")->capture_default_str();
        declare_threads(command, options.threads);
        declare_memory(command, options.memory);
        command.add_flag("--force", options.force, "Replace what is there");
        command.footer(
            "A file appears only when it is whole and proven. What goes to standard output is proven chunk by chunk:\n"
            "where the exit code is not 0, throw away what came.");
      },
      open);
}

}  // namespace triclave::cli
