// What the commands have in common: how one is added to the program, and what it gives back.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "triclave/error.h"

namespace triclave::cli {

using Json = nlohmann::ordered_json;

// What a command has to say when it went well: for people, and the same for programs.
struct Outcome {
  std::string text;  // whole lines
  Json json;
  bool data_on_stdout = false;  // the text goes to standard error then
};

// Every command's options begin with these.
struct CommonOptions {
  bool json = false;
};

// Of commands that seal or open much.
struct ThreadOptions {
  unsigned threads = 0;
};
void declare_threads(CLI::App& command, ThreadOptions& options);

// One run of the program.
struct Program {
  std::function<Result<Outcome>()> action;  // of the command that was given
};

// Adds a command that runs `run(options)`; `Options` is filled by what `declare(command, options)` adds.
template <class Options, class Declare, class Run>
void add_command(CLI::App& parent, Program& program, const std::string& name, const std::string& what, Declare declare,
                 Run run) {
  CLI::App* command = parent.add_subcommand(name, what);
  const auto options = std::make_shared<Options>();
  declare(*command, *options);
  command->add_flag("--json", options->json, "Print one JSON object, errors too");
  command->callback([=, &program] { program.action = [=] { return run(*options); }; });
}

void add_keygen(CLI::App& app, Program& program);
void add_policy(CLI::App& app, Program& program);
void add_seal(CLI::App& app, Program& program);
void add_open(CLI::App& app, Program& program);
void add_inspect(CLI::App& app, Program& program);
void add_rewrap(CLI::App& app, Program& program);
void add_verify(CLI::App& app, Program& program);
void add_permit(CLI::App& app, Program& program);
void add_custody(CLI::App& app, Program& program);
void add_erase(CLI::App& app, Program& program);
void add_prove(CLI::App& app, Program& program);
void add_audit(CLI::App& app, Program& program);
void add_version(CLI::App& app, Program& program);
void add_bench(CLI::App& app, Program& program);
void add_custodian(CLI::App& app, Program& program);

}  // namespace triclave::cli
