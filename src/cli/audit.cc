// triclave audit: are custodians' logs whole, do they agree, and what do they say?
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/try.h"
#include "cli/audit_logs.h"
#include "cli/audit_page.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/text.h"

namespace triclave::cli {
namespace {

constexpr std::size_t kMostCulprits = 20;
constexpr int kMostLogs = 64;

struct VerifyOptions : CommonOptions {
  LogOptions log;
  std::vector<std::string> receipts;
  std::vector<std::string> checkpoints;
  std::vector<std::string> witnesses;
  std::size_t cosignatures = 0;
};

struct CopyOptions : CommonOptions {
  LogOptions log;
  std::string folder;
};

struct CompareOptions : CommonOptions {
  LogOptions log;
  std::size_t at_least = 0;
};

struct ReportOptions : CompareOptions {
  std::vector<std::string> receipts;
  std::string output;
  std::string title = "Custodians' logs";
  bool force = false;
};

Json to_json(const Audit& audit) {
  return {{"log", audit.checkpoint.origin},     {"entries", audit.checkpoint.size},
          {"root", hex(audit.checkpoint.root)}, {"files", audit.tiles},
          {"receipts", audit.receipts},         {"checkpoints", audit.checkpoints},
          {"cosignatures", audit.cosignatures}};
}

std::string to_text(const Audit& audit) {
  std::string out = fmt::format("{}: the log holds\n", audit.checkpoint.origin) +
                    line("entries", std::to_string(audit.checkpoint.size)) + line("root", hex(audit.checkpoint.root)) +
                    line("computed", counted(audit.tiles, "file") + ", each from the entries");
  if (audit.receipts != 0) out += line("receipts", fmt::format("{}, all in the log", audit.receipts));
  if (audit.checkpoints != 0) out += line("checkpoints", fmt::format("{}, all its past", audit.checkpoints));
  if (audit.cosignatures != 0) out += line("cosignatures", std::to_string(audit.cosignatures));
  return out;
}

Result<Outcome> verify(const VerifyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const auto logs, open_logs(options.log));
  AuditOptions audit;
  TRICLAVE_TRY_ASSIGN(audit.receipts, read_kept(options.receipts));
  TRICLAVE_TRY_ASSIGN(audit.checkpoints, read_kept(options.checkpoints));
  TRICLAVE_TRY_ASSIGN(audit.witnesses, read_log_keys(options.witnesses, LogKey::Type::witness));
  audit.cosignatures = options.cosignatures;
  TRICLAVE_TRY_ASSIGN(const Audit found, audit_log(*logs.front().files, logs.front().key, audit));
  return Outcome{to_text(found), to_json(found)};
}

// To look at later, or to hand on. What was copied is judged before anything is said of it.
Result<Outcome> copy(const CopyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const auto logs, open_logs(options.log));
  TRICLAVE_TRY(copy_log(*logs.front().files, options.folder));
  const auto files = log_folder(options.folder);
  TRICLAVE_TRY_ASSIGN(const Audit found, audit_log(*files, logs.front().key));
  return Outcome{to_text(found), to_json(found)};
}

std::vector<ComparedLog> compared(const std::vector<NamedLog>& logs) {
  std::vector<ComparedLog> out;
  for (const NamedLog& each : logs) out.push_back({each.files.get(), each.key});
  return out;
}

Result<Outcome> compare(const CompareOptions& options) {
  TRICLAVE_TRY_ASSIGN(const auto logs, open_logs(options.log));
  TRICLAVE_TRY_ASSIGN(const Comparison found, compare_logs(compared(logs), options.at_least));
  if (found.unmatched_count == 0) {
    Json audits = Json::array();
    for (const Audit& each : found.audits) audits.push_back(to_json(each));
    return Outcome{fmt::format("{} logs hold; each of {} stands in at least {} of them\n", logs.size(),
                               counted(found.sessions, "opening"), options.at_least),
                   {{"logs", std::move(audits)}, {"openings", found.sessions}, {"at_least", options.at_least}}};
  }
  std::vector<Culprit> culprits;
  for (const UnmatchedSession& each : found.unmatched) {
    if (culprits.size() == kMostCulprits) break;
    const std::string refused = each.refused_by.empty() ? "" : ", refused by " + listed(each.refused_by);
    culprits.push_back({"session " + hex(each.session).substr(0, 16),
                        fmt::format("{}, requester {}, {} ({}): released by {}{}", utc(each.entry.time),
                                    hex(each.entry.requester).substr(0, 16), each.entry.dataset,
                                    listed_as_given(each.entry.compartments), listed(each.released_by), refused),
                        ErrorKind::quorum_short});
  }
  return fail(
      ErrorKind::quorum_short,
      fmt::format("{} of {} do not stand in {} of the {} logs, or stand twice in one. A custodian hides what it "
                  "gave, a requester whom it asked, or a gathering failed half-way: ask them",
                  found.unmatched_count, counted(found.sessions, "opening"), options.at_least, logs.size()),
      std::move(culprits));
}

// The receipts that are of this log: which that is stands in their checkpoint, and is judged by the audit.
std::vector<Kept> receipts_of(const NamedLog& log, const std::vector<Kept>& all) {
  std::vector<Kept> out;
  for (const Kept& each : all)
    if (each.text.find("\n\n" + log.key.name() + "\n") != std::string::npos) out.push_back(each);
  return out;
}

// 1 to 200 bytes of UTF-8 without control characters. Where a text is none, JSON leaves out or replaces what is wrong.
bool is_title(const std::string& text) {
  const auto written = [&](Json::error_handler_t on_error) { return Json(text).dump(-1, ' ', false, on_error); };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !text.empty() && text.size() <= 200 && std::none_of(text.begin(), text.end(), is_control) &&
         written(Json::error_handler_t::replace) == written(Json::error_handler_t::ignore);
}

Result<Outcome> report(const ReportOptions& options) {
  if (!is_title(options.title))
    return fail(ErrorKind::invalid_argument, "a title is text in UTF-8 of at most 200 bytes, on one line");
  TRICLAVE_TRY_ASSIGN(const auto logs, open_logs(options.log));
  TRICLAVE_TRY_ASSIGN(const auto receipts, read_kept(options.receipts));
  AuditPage page;
  page.title = options.title;
  page.made = utc(static_cast<std::uint64_t>(std::time(nullptr)));
  std::size_t good = 0;
  Json verdicts = Json::array();
  for (const NamedLog& each : logs) {
    AuditOptions audit;
    audit.receipts = receipts_of(each, receipts);
    page.verdicts.push_back({each.key.name(), each.key.text(), each.shown, audit_log(*each.files, each.key, audit)});
    const auto& verdict = page.verdicts.back().audit;
    verdicts.push_back(verdict
                           ? to_json(*verdict)
                           : Json{{"log", each.key.name()}, {"error", std::string(to_string(verdict.error().kind))}});
    if (!verdict) continue;
    // Only now does anything of it count: a second time, for what is not yet known to hold is not shown.
    ++good;
    page.tally.begin(each.key.name());
    AuditOptions count;
    count.each = [&](std::uint64_t, const LogEntry& entry) { page.tally.add(entry); };
    TRICLAVE_TRY(audit_log(*each.files, each.key, count));
  }
  page.tally.finish();
  if (options.at_least != 0 && good == logs.size()) {
    TRICLAVE_TRY_ASSIGN(page.comparison, compare_logs(compared(logs), options.at_least));
    page.at_least = options.at_least;
  }
  TRICLAVE_TRY(write_whole(options.output, as_bytes(audit_page(page)), options.force));
  Json json = {{"logs", std::move(verdicts)}, {"openings", page.tally.openings}, {"refusals", page.tally.refusals}};
  if (page.comparison) json["unmatched"] = page.comparison->unmatched_count;
  return Outcome{fmt::format("logs that hold: {} of {}; the page is {}\n", good, logs.size(), options.output),
                 std::move(json), options.output == kDash};
}

}  // namespace

void add_audit(CLI::App& app, Program& program) {
  CLI::App* audit = app.add_subcommand("audit", "Check custodians' logs, copy and compare them, report what they say");
  audit->require_subcommand(1);
  add_command<VerifyOptions>(
      *audit, program, "verify", "Compute a log again, from its entries to the signature",
      [](CLI::App& command, VerifyOptions& options) {
        declare_logs(command, options.log, 1, 1);
        command
            .add_option("--receipt", options.receipts, "Proofs that were kept, or folders of them: the log must agree")
            ->type_name("FILE");
        command
            .add_option("--checkpoint", options.checkpoints,
                        "Older checkpoints, or what others were shown: the log must agree")
            ->type_name("FILE");
        command.add_option("--witness", options.witnesses, "Public key of a witness, or a file that holds it")
            ->type_name("KEY");
        command
            .add_option("--cosignatures", options.cosignatures,
                        "How many of the witnesses must have cosigned (default: 0)")
            ->type_name("N");
      },
      verify);
  add_command<CopyOptions>(
      *audit, program, "copy", "Copy a log into a new folder, and verify the copy",
      [](CLI::App& command, CopyOptions& options) {
        declare_logs(command, options.log, 1, 1);
        command.add_option("--output,-o", options.folder, "New folder")->required()->type_name("DIR");
      },
      copy);
  add_command<CompareOptions>(
      *audit, program, "compare", "Look for openings that some custodians logged and others did not",
      [](CLI::App& command, CompareOptions& options) {
        declare_logs(command, options.log, 2, kMostLogs);
        command
            .add_option("--at-least", options.at_least,
                        "In how many logs each opening must stand: the policy's threshold")
            ->required()
            ->check(CLI::Range(1, 64))
            ->type_name("K");
      },
      compare);
  add_command<ReportOptions>(
      *audit, program, "report", "Make a page for an auditor, which loads nothing from elsewhere",
      [](CLI::App& command, ReportOptions& options) {
        declare_logs(command, options.log, 1, kMostLogs);
        command.add_option("--output,-o", options.output, "HTML file to write; - for standard output")
            ->required()
            ->type_name("FILE");
        command
            .add_option("--at-least", options.at_least, "Compare the logs, too: in how many each opening must stand")
            ->check(CLI::Range(1, 64))
            ->type_name("K");
        command.add_option("--receipt", options.receipts, "Proofs that were kept, or folders of them")
            ->type_name("FILE");
        command.add_option("--title", options.title, "Title of the page")->type_name("TEXT");
        command.add_flag("--force", options.force, "Replace the file where there is one");
      },
      report);
}

}  // namespace triclave::cli
