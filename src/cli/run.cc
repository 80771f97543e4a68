#include "cli/run.h"

#include <algorithm>
#include <ostream>

#include "cli/command.h"

namespace triclave::cli {
namespace {

constexpr const char* kWhat =
    "Seals health data before it leaves: the key is split across custodians, and opens only as the owner's policy "
    "says.";

constexpr const char* kFooter = R"(Exit codes:
  0  done                    6  policy_refused: the owner's rules say no
  1  a fault in the program  7  permit_refused
  2  invalid_argument        8  quorum_short: too few keys answered
  3  malformed               9  custodian_unavailable
  4  unsupported            10  io: a file, a pipe or the system failed
  5  forged: somebody changed or invented it

A file named - is standard input or output. `triclave COMMAND --help` tells more.)";

Json to_json(const Error& error) {
  Json culprits = Json::array();
  for (const Culprit& each : error.culprits)
    culprits.push_back({{"who", each.who}, {"why", each.why}, {"kind", to_string(each.kind)}});
  return {{"error", {{"kind", to_string(error.kind)}, {"message", error.message}, {"culprits", std::move(culprits)}}}};
}

// File names need not be UTF-8, JSON must be.
std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

int report(const Error& error, bool as_json, std::ostream& out, std::ostream& err) {
  if (as_json) out << dump(to_json(error)) << std::endl;
  if (!as_json) err << "triclave: " << error.text() << std::endl;
  return exit_code(error.kind);
}

// Of the innermost command that was named.
std::string help_of_chosen(const CLI::App& app) {
  const CLI::App* chosen = &app;
  std::string before;
  while (!chosen->get_subcommands().empty()) {
    before += (before.empty() ? "" : " ") + chosen->get_name();
    chosen = chosen->get_subcommands().front();
  }
  return chosen->help(before);
}

Result<Outcome> act(CLI::App& app, const Program& program, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return Outcome{help_of_chosen(app), nullptr};
  } catch (const CLI::ParseError& wrong) {
    return fail(ErrorKind::invalid_argument, std::string(wrong.what()) + "; `triclave COMMAND --help` tells more");
  }
  return program.action();
}

}  // namespace

void declare_threads(CLI::App& command, ThreadOptions& options) {
  command.add_option("--threads", options.threads, "Threads for files (default: one for each processor)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

int exit_code(ErrorKind kind) noexcept { return static_cast<int>(kind) + 1; }

int run(std::vector<std::string> arguments, std::ostream& out, std::ostream& err) {
  Program program;
  CLI::App app(kWhat, "triclave");
  app.footer(kFooter);
  app.require_subcommand(1);
  add_keygen(app, program);
  add_policy(app, program);
  add_seal(app, program);
  add_open(app, program);
  add_inspect(app, program);
  add_rewrap(app, program);
  add_verify(app, program);
  add_permit(app, program);
  add_custody(app, program);
  add_erase(app, program);
  add_prove(app, program);
  add_audit(app, program);
  add_version(app, program);
  add_bench(app, program);
  add_custodian(app, program);

  // Also where the arguments are wrong.
  const bool as_json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  const auto outcome = act(app, program, std::move(arguments));
  if (!outcome) return report(outcome.error(), as_json, out, err);
  std::ostream& words = outcome->data_on_stdout ? err : out;
  if (as_json && !outcome->json.is_null()) words << dump(outcome->json) << '\n';
  if (!as_json || outcome->json.is_null()) words << outcome->text;
  words.flush();
  if (words) return 0;
  return report({ErrorKind::io, "cannot write to standard output", {}}, false, out, err);
}

}  // namespace triclave::cli
