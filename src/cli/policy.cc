// triclave policy: what a policy means, and whether it may be sealed under.
#include "triclave/policy.h"

#include <fmt/format.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/text.h"

namespace triclave::cli {
namespace {

struct PolicyOptions : CommonOptions {
  std::string policy;
};

void declare(CLI::App& command, PolicyOptions& options) {
  command.add_option("POLICY", options.policy, "Policy file (textproto)")->required();
}

Result<Outcome> explain(const PolicyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  const Explanation explanation = policy.explain();
  return Outcome{explanation.to_text(), Json::parse(explanation.to_json())};
}

Result<Outcome> check_policy(const PolicyOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  const auto now = std::chrono::system_clock::now();
  for (const std::string& compartment : policy.compartments()) {
    auto checked = policy.check_sealing(compartment, now);
    if (!checked) return tl::unexpected(std::move(checked).error());
  }
  return Outcome{fmt::format("{}: {}, every rule met, every key at hand\n", options.policy,
                             counted(policy.compartments().size(), "compartment")),
                 {{"dataset", policy.dataset()}, {"compartments", policy.compartments()}, {"may_seal", true}}};
}

}  // namespace

void add_policy(CLI::App& app, Program& program) {
  CLI::App* group = app.add_subcommand("policy", "Judge a policy file");
  group->require_subcommand(1);
  add_command<PolicyOptions>(*group, program, "explain",
                             "Say who can open what, whom which law can compel, and what may be lost", declare,
                             explain);
  add_command<PolicyOptions>(*group, program, "check", "Succeed only where every compartment may be sealed now",
                             declare, check_policy);
}

}  // namespace triclave::cli
