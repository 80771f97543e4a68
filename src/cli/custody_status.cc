// triclave custody status: who answers, which keys live, which labels end soon, and how many more may fail.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <thread>

#include "base/try.h"
#include "cli/custody.h"
#include "cli/network.h"
#include "cli/text.h"
#include "triclave/audit.h"
#include "triclave/custodian.h"

namespace triclave::cli {
namespace {

struct CustodyStatusOptions : CommonOptions {
  std::string policy;
  ClientFiles client;
  int days = 90;
};

enum class KeyState { unknown, lives, destroyed, absent };

// What one custodian's service says.
struct Asked {
  CustodianAddress address;
  bool answers = false;
  std::string why_not;
  KeyState key = KeyState::unknown;
  std::uint64_t log_size = 0;
};

const char* word(KeyState state) {
  return state == KeyState::lives       ? "lives"
         : state == KeyState::destroyed ? "destroyed"
         : state == KeyState::absent    ? "absent"
                                        : "unknown";
}

Result<void> ask(Asked& asked, const ClientOptions& options) {
  TRICLAVE_TRY_ASSIGN(CustodianClient client, CustodianClient::make(asked.address, options));
  TRICLAVE_TRY_ASSIGN(const CustodianStatus status, client.status());
  TRICLAVE_TRY_ASSIGN(const LogKey log_key, LogKey::parse(asked.address.log_key));
  TRICLAVE_TRY_ASSIGN(const Checkpoint checkpoint, open_checkpoint(status.checkpoint, log_key));
  asked.log_size = checkpoint.size;
  asked.key = KeyState::absent;
  for (const CustodianStatus::Key& each : status.keys)
    if (each.key_id == asked.address.key_id)
      asked.key = each.destroyed == std::chrono::sys_seconds{} ? KeyState::lives : KeyState::destroyed;
  asked.answers = true;
  return {};
}

// All at once: the slowest sets the time.
std::vector<Asked> ask_all(const Policy& policy, const ClientOptions& options) {
  std::vector<Asked> out;
  for (CustodianAddress& each : policy.custodians()) out.push_back({std::move(each), false, {}, KeyState::unknown, 0});
  {
    std::vector<std::jthread> threads;
    for (Asked& each : out)
      threads.emplace_back([&each, &options] {
        if (auto answered = ask(each, options); !answered) each.why_not = answered.error().message;
      });
  }
  return out;
}

// Days from one YYYY-MM-DD to another.
std::int64_t days_between(std::string_view from, std::string_view to) {
  const auto day = [](std::string_view text) {
    int year = 0;
    unsigned month = 0, day_of_month = 0;
    std::from_chars(text.data(), text.data() + 4, year);
    std::from_chars(text.data() + 5, text.data() + 7, month);
    std::from_chars(text.data() + 8, text.data() + 10, day_of_month);
    return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day_of_month}};
  };
  return (day(to) - day(from)).count();
}

struct EndingLabel {
  std::string recipient, label, expires;
  std::int64_t days = 0;  // below 0: it has ended
};

std::vector<EndingLabel> ending_labels(const Explanation& explained, int within) {
  std::vector<EndingLabel> out;
  for (const RecipientFacts& each : explained.recipients)
    for (const Label& label : each.labels) {
      if (label.expires.empty()) continue;
      const std::int64_t days = days_between(explained.date, label.expires);
      if (days <= within) out.push_back({each.name, label.name, label.expires, days});
    }
  return out;
}

std::string asked_text(const Asked& asked) {
  if (!asked.answers) return line(asked.address.name, "does not answer: " + asked.why_not);
  return line(asked.address.name, fmt::format("answers; its key {}; its log has {} entries",
                                              asked.key == KeyState::absent  ? "is not among those that it lists"
                                              : asked.key == KeyState::lives ? "lives"
                                                                             : "is destroyed",
                                              asked.log_size));
}

std::string margin_text(const Margin& margin) {
  if (!margin.opens) return "DOES NOT OPEN with those who are left";
  if (!margin.more) return "opens; all custodians may fail";
  if (*margin.more == 0) return "opens; no more custodian may fail";
  return fmt::format("opens; {} more may fail", counted(*margin.more, "custodian"));
}

Result<Outcome> status(const CustodyStatusOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  const bool asks = !options.client.tls_certificate.empty() || !options.client.tls_key.empty();
  std::vector<Asked> asked;
  if (asks) {
    TRICLAVE_TRY_ASSIGN(const ClientOptions client, client_options(options.client));
    asked = ask_all(policy, client);
  }
  std::vector<std::string> lost;
  Outcome out{"", {{"dataset", policy.dataset()}, {"asked", asks}, {"custodians", Json::array()}}};
  out.text = asks ? "" : "nobody was asked: give --tls-cert and --tls-key to ask the custodians of the policy\n";
  for (const Asked& each : asked) {
    if (!each.answers || each.key != KeyState::lives) lost.push_back(each.address.name);
    out.text += asked_text(each);
    Json one = {{"name", each.address.name}, {"answers", each.answers}, {"key", word(each.key)}};
    if (each.answers) one["log_size"] = each.log_size;
    if (!each.answers) one["why"] = each.why_not;
    out.json["custodians"].push_back(std::move(one));
  }
  const Explanation explained = policy.explain();
  out.json["labels"] = Json::array();
  for (const EndingLabel& each : ending_labels(explained, options.days)) {
    out.text += line(each.recipient,
                     each.days < 0 ? fmt::format("{} ended on {}", each.label, each.expires)
                                   : fmt::format("{} ends in {}, on {}", each.label,
                                                 counted(static_cast<std::size_t>(each.days), "day"), each.expires));
    out.json["labels"].push_back(
        {{"recipient", each.recipient}, {"label", each.label}, {"expires", each.expires}, {"days", each.days}});
  }
  out.json["compartments"] = Json::array();
  for (const std::string& name : policy.compartments()) {
    TRICLAVE_TRY_ASSIGN(const Margin margin, policy.margin(name, lost));
    out.text += line(name, margin_text(margin));
    out.json["compartments"].push_back({{"name", name},
                                        {"opens", margin.opens},
                                        {"custodians_to_lose", margin.more ? Json(*margin.more) : Json("all")}});
  }
  return out;
}

}  // namespace

void add_custody_status(CLI::App& custody, Program& program) {
  add_command<CustodyStatusOptions>(
      custody, program, "status", "Who answers, which keys live, which labels end soon, how many more may fail",
      [](CLI::App& command, CustodyStatusOptions& options) {
        command.add_option("--policy", options.policy, "Policy file")->required()->type_name("FILE");
        declare_client(command, options.client);
        command.add_option("--days", options.days, "Tell labels that end within so many days (default: 90)")
            ->check(CLI::Range(0, 36500))
            ->type_name("N");
      },
      status);
}

void add_custody(CLI::App& app, Program& program) {
  CLI::App* custody = app.add_subcommand("custody", "Who holds keys now, and who shall");
  custody->require_subcommand(1);
  add_custody_replace(*custody, program);
  add_custody_status(*custody, program);
}

}  // namespace triclave::cli
