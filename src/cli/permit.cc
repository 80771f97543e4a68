// triclave permit: what a dataset's authority signs, shows and takes back.
#include "triclave/permit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/try.h"
#include "base/unix_time.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/network.h"
#include "cli/private_keys.h"
#include "cli/text.h"
#include "triclave/policy.h"

namespace triclave::cli {
namespace {

using std::chrono::sys_seconds;

struct IssueOptions : CommonOptions {
  std::string authority;
  std::string requester;
  std::string dataset;
  std::vector<std::string> compartments;
  std::string purpose;
  std::string not_before;
  std::string not_after;
  std::uint32_t most_releases = 0;
  bool needs_approval = false;
  std::string out;
  KeyOptions keys;
};
struct ShowOptions : CommonOptions {
  std::string permit;
  std::string policy;
};
struct RevokeOptions : CommonOptions {
  std::string permit;
  std::string authority;
  std::string out;
  std::string policy;  // whose custodians are told
  ClientFiles client;
  KeyOptions keys;
};

sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

// Of text that fits() its pattern: the number of `digits` digits at `at`.
int number(std::string_view text, std::size_t at, std::size_t digits) {
  int out = 0;
  std::from_chars(text.data() + at, text.data() + at + digits, out);
  return out;
}
// `pattern` stands for a digit wherever it says 0.
bool fits(std::string_view text, std::string_view pattern) {
  return std::equal(text.begin(), text.end(), pattern.begin(), pattern.end(),
                    [](char c, char p) { return p == '0' ? '0' <= c && c <= '9' : c == p; });
}

// YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ. A day begins at its first second and ends at its last, in UTC.
Result<sys_seconds> parse_time(const std::string& text, bool end_of_day) {
  const bool is_day = fits(text, "0000-00-00"), is_second = fits(text, "0000-00-00T00:00:00Z");
  if (is_day || is_second) {
    const std::chrono::year_month_day day{std::chrono::year(number(text, 0, 4)),
                                          std::chrono::month(static_cast<unsigned>(number(text, 5, 2))),
                                          std::chrono::day(static_cast<unsigned>(number(text, 8, 2)))};
    const int hour = is_second ? number(text, 11, 2) : 0, minute = is_second ? number(text, 14, 2) : 0,
              second = is_second ? number(text, 17, 2) : 0;
    if (day.ok() && hour < 24 && minute < 60 && second < 60) {
      const sys_seconds begin = std::chrono::sys_days(day);
      if (is_day) return end_of_day ? begin + std::chrono::hours(24) - std::chrono::seconds(1) : begin;
      return begin + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
    }
  }
  return fail(ErrorKind::invalid_argument,
              fmt::format("'{}' is no date: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, in UTC", text));
}

Result<Permit> load_permit(const std::string& file) {
  TRICLAVE_TRY_ASSIGN(const Bytes record, read_whole(file, kMaxPermitFile));
  return read_permit(record).map_error(
      [&](const Error& error) { return Error{error.kind, file + ": " + error.message, error.culprits}; });
}

std::string text_of(const Permit& permit) {
  const PermitTerms& terms = permit.terms;
  return line("permit", hex(permit.id)) + line("dataset", terms.dataset) +
         line("compartments", listed(terms.compartments)) + line("purpose", terms.purpose) +
         line("requester", hex(terms.requester)) + line("authority", hex(permit.authority)) +
         line("holds from", utc(unix_seconds(terms.not_before))) +
         line("holds until", utc(unix_seconds(terms.not_after))) +
         line("releases", terms.most_releases == 0 ? "as many as are asked for"
                                                   : fmt::format("{} by each custodian", terms.most_releases)) +
         line("approval", terms.needs_approval ? "each custodian's own officer approves it first" : "none beside this");
}

Json json_of(const Permit& permit) {
  const PermitTerms& terms = permit.terms;
  return {{"id", hex(permit.id)},
          {"dataset", terms.dataset},
          {"compartments", terms.compartments},
          {"purpose", terms.purpose},
          {"requester", hex(terms.requester)},
          {"authority", hex(permit.authority)},
          {"not_before", unix_seconds(terms.not_before)},
          {"not_after", unix_seconds(terms.not_after)},
          {"most_releases", terms.most_releases},
          {"needs_approval", terms.needs_approval}};
}

Result<Outcome> issue(const IssueOptions& options) {
  PermitTerms terms;
  TRICLAVE_TRY_ASSIGN(const Verifier requester, Verifier::load(options.requester));
  terms.requester = requester.id();
  terms.dataset = options.dataset;
  terms.compartments = options.compartments;
  terms.purpose = options.purpose;
  terms.not_before = now();
  if (!options.not_before.empty()) {
    TRICLAVE_TRY_ASSIGN(terms.not_before, parse_time(options.not_before, false));
  }
  TRICLAVE_TRY_ASSIGN(terms.not_after, parse_time(options.not_after, true));
  terms.most_releases = options.most_releases;
  terms.needs_approval = options.needs_approval;
  TRICLAVE_TRY_ASSIGN(const Signer authority, load_signer(options.authority, options.keys));
  TRICLAVE_TRY_ASSIGN(const Bytes record, issue_permit(terms, authority));
  TRICLAVE_TRY_ASSIGN(const Permit permit, read_permit(record));
  TRICLAVE_TRY(write_whole(options.out, record, false));
  Outcome out;
  out.text =
      fmt::format("{}: a permit for {}, signed by {}\n", options.out, requester.name(), authority.verifier().name()) +
      text_of(permit) + "Give it to the requester. Custodians judge it when they are asked.\n";
  out.json = json_of(permit);
  out.data_on_stdout = options.out == kDash;
  return out;
}

// Which of the permit's compartments the policy lets this authority open.
struct Standing {
  std::string authority;            // its name in the policy; empty: unknown
  std::vector<std::string> opened;  // the permit's compartments that name it
};
Standing standing_in(const Policy& policy, const Permit& permit) {
  Standing out;
  const Explanation explanation = policy.explain();
  for (const SignerFacts& each : explanation.signers)
    if (each.authority && each.fingerprint == hex(permit.authority)) out.authority = each.name;
  const auto& names = permit.terms.compartments;
  for (const CompartmentExplanation& each : explanation.compartments)
    if (!out.authority.empty() && each.authority == out.authority && policy.dataset() == permit.terms.dataset &&
        std::find(names.begin(), names.end(), each.name) != names.end())
      out.opened.push_back(each.name);
  return out;
}

Result<Outcome> show(const ShowOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Permit permit, load_permit(options.permit));
  const sys_seconds time = now();
  const char* state = time < permit.terms.not_before  ? "does not hold yet"
                      : time > permit.terms.not_after ? "has ended"
                                                      : "holds now, unless it was revoked";
  Outcome out;
  out.text = options.permit + ": a permit that " + state + "\n" + text_of(permit) +
             "The signature is right under the key in the permit, whose signer id is the authority above.\n";
  out.json = json_of(permit);
  out.json["holds"] = time >= permit.terms.not_before && time <= permit.terms.not_after;
  out.json["signature"] = "verified";
  out.json["policy"] = nullptr;
  if (options.policy.empty()) {
    out.text += "Whether that authority may permit anything, only the dataset's policy tells: --policy FILE.\n";
    return out;
  }
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  const Standing standing = standing_in(policy, permit);
  out.json["policy"] = {{"authority", standing.authority}, {"opens", standing.opened}};
  if (standing.authority.empty())
    out.text += fmt::format("{} knows no authority of this id: custodians will refuse the permit.\n", options.policy);
  else
    out.text += fmt::format("{} calls the authority {} and lets its permits open {}.\n", options.policy,
                            standing.authority, standing.opened.empty() ? "none of these" : listed(standing.opened));
  return out;
}

// Gives the revocation to each of the policy's custodians that has an endpoint.
Result<GatherReport> tell_custodians(const RevokeOptions& options, ByteView record) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  TRICLAVE_TRY_ASSIGN(const ClientOptions client_files, client_options(options.client));
  GatherReport out;
  for (const CustodianAddress& each : policy.custodians()) {
    TRICLAVE_TRY_ASSIGN(CustodianClient client, CustodianClient::make(each, client_files));
    const auto told = client.revoke(record);
    if (told) out.used.push_back(each.name);
    if (!told) out.failed.push_back({each.name, told.error().message, told.error().kind});
  }
  return out;
}

Result<Outcome> revoke(const RevokeOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Permit permit, load_permit(options.permit));
  TRICLAVE_TRY_ASSIGN(const Signer authority, load_signer(options.authority, options.keys));
  const sys_seconds time = now();
  TRICLAVE_TRY_ASSIGN(const Bytes record, revoke_permit(permit, authority, time));
  TRICLAVE_TRY(write_whole(options.out, record, false));
  Outcome out;
  out.text = fmt::format("{}: revokes the permit {}\n", options.out, hex(permit.id));
  out.json = {{"permit", hex(permit.id)}, {"authority", hex(permit.authority)}, {"time", unix_seconds(time)}};
  out.data_on_stdout = options.out == kDash;
  if (options.policy.empty()) {
    out.text += "It works at the custodians that have it: give it to every one, or let --policy FILE tell them.\n";
    return out;
  }
  TRICLAVE_TRY_ASSIGN(const GatherReport told, tell_custodians(options, record));
  if (!told.failed.empty())
    return fail(ErrorKind::custodian_unavailable,
                fmt::format("{} is written, and {} know it; until the others do, they answer under the permit: give it "
                            "to them, or run this again with another -o",
                            options.out, listed(told.used)),
                told.failed);
  out.text += line("told", listed(told.used));
  out.json["told"] = told.used;
  return out;
}

void declare_issue(CLI::App& command, IssueOptions& options) {
  command.add_option("--authority", options.authority, "The authority's private signer key, who issues it")
      ->required()
      ->type_name("KEY");
  command.add_option("--requester", options.requester, "Public signer key of who may ask under it")
      ->required()
      ->type_name("PUB");
  command.add_option("--dataset", options.dataset, "The dataset")->required()->type_name("NAME");
  command.add_option("--compartment", options.compartments, "Compartments that it opens")
      ->required()
      ->type_name("NAME...");
  command.add_option("--purpose", options.purpose, "What for, in 1 to 256 bytes")->required()->type_name("TEXT");
  command.add_option("--not-before", options.not_before, "First day, or second (default: now)")->type_name("DATE");
  command.add_option("--not-after", options.not_after, "Last day, or second")->required()->type_name("DATE");
  command
      .add_option("--most-releases", options.most_releases, "Answers that each custodian gives (default: any number)")
      ->type_name("N");
  command.add_flag("--needs-approval", options.needs_approval, "Each custodian's own officer approves it first");
  command.add_option("-o,--output", options.out, "The permit; - is standard output")->required()->type_name("FILE");
  declare_passphrases(command, options.keys);
  command.footer("DATE is YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, in UTC.");
}

}  // namespace

void add_permit(CLI::App& app, Program& program) {
  CLI::App* group = app.add_subcommand("permit", "Let a requester open compartments through their custodians");
  group->require_subcommand(1);
  add_command<IssueOptions>(*group, program, "issue", "Sign a permit, as the dataset's authority", declare_issue,
                            issue);
  add_command<ShowOptions>(
      *group, program, "show", "Say what a permit allows, and what of it is proven",
      [](CLI::App& command, ShowOptions& options) {
        command.add_option("PERMIT", options.permit, "Permit file")->required();
        command.add_option("--policy", options.policy, "Policy that says whose permits open what")->type_name("FILE");
      },
      show);
  add_command<RevokeOptions>(
      *group, program, "revoke", "Sign a permit's end, for its custodians",
      [](CLI::App& command, RevokeOptions& options) {
        command.add_option("PERMIT", options.permit, "Permit file")->required();
        command.add_option("--authority", options.authority, "Private signer key of who issued it")
            ->required()
            ->type_name("KEY");
        command.add_option("-o,--output", options.out, "The revocation; - is standard output")
            ->required()
            ->type_name("FILE");
        command.add_option("--policy", options.policy, "Tell all custodians of this policy at once")->type_name("FILE");
        declare_client(command, options.client);
        declare_passphrases(command, options.keys);
      },
      revoke);
}

}  // namespace triclave::cli
