// triclave seal: files, folders or a pipe, sealed under a policy.
#include "cli/seal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <numeric>

#include "base/try.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/sealed_output.h"
#include "cli/text.h"
#include "triclave/store.h"

namespace triclave::cli {
namespace {

namespace fs = std::filesystem;

Json outcome_json(const SealOptions& options, const Sealer& sealer, std::size_t objects, std::uint64_t plain) {
  return {{"capsule_id", hex(sealer.capsule_id())},
          {"compartment", options.compartment},
          {"objects", objects},
          {"plain_size", plain},
          {"content_signed", options.sign_content},
          {"output", options.out}};
}

Result<Outcome> seal_one(const SealOptions& options, const Sealer& sealer) {
  const std::string& path = options.inputs.front();
  const bool to_stdout = options.out == kDash;
  if (to_stdout && options.json)
    return fail(ErrorKind::invalid_argument, "--json and -o - both want standard output: write the object to a file");
  TRICLAVE_TRY_ASSIGN(const auto source, open_input(path));
  TRICLAVE_TRY_ASSIGN(auto sink, open_sealed_output(options.out, options.detached, options.force, sealer));
  const std::string name = options.has_name || path == kDash ? options.name : fs::path(path).filename().native();
  const ObjectOptions how{.embed_capsule = options.detached.empty(),
                          .sign_content = options.sign_content,
                          .threads = options.threads.threads};
  TRICLAVE_TRY_ASSIGN(const auto object, sealer.object(options.compartment, name, std::move(sink), how));
  std::uint64_t plain = 0;
  {
    Progress progress("sealing " + path, source->size());
    TRICLAVE_TRY_ASSIGN(plain, copy(*source, *object, progress));
  }
  TRICLAVE_TRY(object->finish());
  Outcome out{"", outcome_json(options, sealer, 1, plain), to_stdout};
  out.text = fmt::format("sealed {} ({}) into {}\n", path == kDash ? "standard input" : path, size_text(plain),
                         to_stdout ? "standard output" : options.out) +
             line("capsule", options.detached.empty() ? "in the object" : options.detached);
  return out;
}

Result<Outcome> seal_many(const SealOptions& options, const Sealer& sealer) {
  if (options.out == kDash || !options.detached.empty() || options.has_name)
    return fail(ErrorKind::invalid_argument,
                "several files go into a folder, under their own names, with one capsule in its .triclave folder: "
                "-o names the folder, --detached and --name do not apply");
  for (const std::string& each : options.inputs)
    if (lies_in(options.out, each))
      return fail(ErrorKind::invalid_argument, "the output folder lies in " + each + ", which is to be sealed");
  TRICLAVE_TRY_ASSIGN(const std::vector<Input> inputs, find_inputs(options.inputs));
  TRICLAVE_TRY_ASSIGN(const auto folder, file_store(options.out));
  for (const Input& each : inputs)
    if (!options.force && folder->stat(each.name))
      return fail(ErrorKind::invalid_argument,
                  fmt::format("{}/{} exists already; name another folder, or ask for it to be replaced (--force)",
                              options.out, each.name));
  const auto store = sealed_store(*folder, &sealer, options.compartment, nullptr,
                                  {.sign_content = options.sign_content, .threads = options.threads.threads});
  const auto total = std::accumulate(inputs.begin(), inputs.end(), std::uint64_t{0},
                                     [](std::uint64_t sum, const Input& each) { return sum + each.size; });
  Progress progress("sealing " + counted(inputs.size(), "file"), total);
  std::uint64_t plain = 0;
  for (const Input& each : inputs) {
    TRICLAVE_TRY_ASSIGN(const auto source, file_source(each.path));
    TRICLAVE_TRY_ASSIGN(const auto object, store->put(each.name));
    TRICLAVE_TRY_ASSIGN(const std::uint64_t size, copy(*source, *object, progress));
    TRICLAVE_TRY(object->finish());
    plain += size;
  }
  return Outcome{
      fmt::format("sealed {} ({}) into {}\n", counted(inputs.size(), "file"), size_text(plain), options.out) +
          line("capsule", options.out + "/" + capsule_key(sealer.capsule_id())),
      outcome_json(options, sealer, inputs.size(), plain)};
}

Result<Outcome> seal(const SealOptions& options) {
  TRICLAVE_TRY_ASSIGN(const Policy policy, Policy::load(options.policy));
  TRICLAVE_TRY_ASSIGN(const Signer producer, load_signer(options.producer, options.keys));
  if (options.table) return seal_table(options, policy, producer);
  if (options.compartment.empty())
    return fail(ErrorKind::invalid_argument,
                "--compartment says whose rule opens it: " + fmt::format("{}", fmt::join(policy.compartments(), ", ")));
  TRICLAVE_TRY_ASSIGN(const Sealer sealer, Sealer::make(policy, producer, std::span(&options.compartment, 1)));
  std::error_code ignored;
  const bool is_one = options.inputs.size() == 1 && !fs::is_directory(options.inputs.front(), ignored);
  return is_one ? seal_one(options, sealer) : seal_many(options, sealer);
}

}  // namespace

void add_seal(CLI::App& app, Program& program) {
  add_command<SealOptions>(
      app, program, "seal", "Seal files, a folder or standard input under a policy",
      [](CLI::App& command, SealOptions& options) {
        command.add_option("INPUT", options.inputs, "Files or a folder, or - for standard input")->required();
        command.add_option("--policy", options.policy, "Policy file")->required()->type_name("FILE");
        command.add_option("--producer", options.producer, "Private key of a producer whom the policy trusts")
            ->required()
            ->type_name("KEY");
        declare_passphrases(command, options.keys);
        auto* compartment = command.add_option("--compartment", options.compartment, "Compartment whose rule opens it")
                                ->type_name("NAME");
        command.add_option("-o,--output", options.out, "Sealed object, or - ; for several files a folder")
            ->required()
            ->type_name("OUT");
        command.add_option("--detached", options.detached, "Keep the capsule in a file of its own")
            ->type_name("CAPSULE");
        auto* sign = command.add_flag("--sign-content", options.sign_content,
                                      "Sign the content too, so that who can open it cannot have made it (slower)");
        command
            .add_option_function<std::string>(
                "--name",
                [&options](const std::string& name) {
                  options.name = name;
                  options.has_name = true;
                },
                "What the object is called in its public header (default: the file's name); may be empty")
            ->type_name("NAME");
        declare_threads(command, options.threads);
        command.add_flag("--force", options.force, "Replace what is there");
        auto* table =
            command.add_flag("--table", options.table,
                             "Seal a CSV file as a table; the policy says which column is in which compartment");
        table->excludes(compartment)->excludes(sign);
        declare_csv(command, options.csv, table);
        command.add_option("--compress", options.compress, "Columns to compress first: names with * and ?")
            ->type_name("COLUMN...")
            ->needs(table);
        command.add_flag("--append", options.append, "Put the rows behind those of OUT, in a session of their own")
            ->needs(table);
        command.footer(
            "An object's name, size and policy are public; its content is not. A folder keeps its files' relative "
            "names\n"
            "and gets one capsule for all of them.");
      },
      seal);
}

}  // namespace triclave::cli
