// Sealing and opening tables for whoever can load a shared library and call C functions, as Python's ctypes can. For
// tests alone: everything comes from key files without passphrases. Each function gives back null, or the kind and text
// of its error, good until the thread's next call.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "table/owned.h"
#include "triclave/table.h"

using namespace triclave;

namespace {

const char* told(const Result<void>& result) {
  thread_local std::string text;
  if (result) return nullptr;
  text = std::string(to_string(result.error().kind)) + ": " + result.error().text();
  return text.c_str();
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out.emplace_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

Result<void> seal(ArrowArrayStream& stream, const char* policy_file, const char* producer_file, const char* table_file,
                  TableOptions options) {
  const auto policy = Policy::load(policy_file);
  if (!policy) return tl::unexpected(policy.error());
  const auto producer = Signer::load(producer_file);
  if (!producer) return tl::unexpected(producer.error());
  const auto sealer = Sealer::make(*policy, *producer);
  if (!sealer) return tl::unexpected(sealer.error());
  auto out = file_sink(table_file);
  if (!out) return tl::unexpected(out.error());
  table::OwnedSchema schema;
  if (stream.get_schema(&stream, schema.get()) != 0) return fail(ErrorKind::io, "the stream has no schema");
  auto writer = TableWriter::make(*sealer, *policy, *schema, "table", *std::move(out), std::move(options));
  if (!writer) return tl::unexpected(writer.error());
  if (auto written = writer->write_all(stream); !written) return written;
  return writer->finish();
}

Result<void> open(const char* policy_file, std::string_view key_files, const char* table_file, std::string_view columns,
                  ArrowArrayStream* out) {
  const auto policy = Policy::load(policy_file);
  if (!policy) return tl::unexpected(policy.error());
  std::vector<std::unique_ptr<MaskProvider>> providers;
  for (const std::string& file : lines(key_files)) {
    auto identity = Identity::load(file);
    if (!identity) return tl::unexpected(identity.error());
    providers.push_back(key_provider(*std::move(identity)));
  }
  Opener opener = Opener::make(*policy, std::move(providers));
  auto source = file_source(table_file);
  if (!source) return tl::unexpected(source.error());
  auto table = OpenTable::open(opener, *std::move(source));
  if (!table) return tl::unexpected(table.error());
  return table->stream(lines(columns), out);
}

}  // namespace

extern "C" {

// Seals the stream, and releases it. `compress`: patterns of columns, one a line.
__attribute__((visibility("default"))) const char* arrow_bridge_seal(ArrowArrayStream* stream, const char* policy_file,
                                                                     const char* producer_file, const char* table_file,
                                                                     std::uint64_t row_group_bytes,
                                                                     const char* compress) {
  table::OwnedStream owned(*stream);
  TableOptions options;
  options.embed_capsule = true;
  options.row_group_bytes = row_group_bytes;
  options.compress = lines(compress);
  return told(seal(*owned, policy_file, producer_file, table_file, std::move(options)));
}

// Opens what the keys are enough for. `key_files` and `columns` (all where empty): one a line.
__attribute__((visibility("default"))) const char* arrow_bridge_open(const char* policy_file, const char* key_files,
                                                                     const char* table_file, const char* columns,
                                                                     ArrowArrayStream* out) {
  return told(open(policy_file, key_files, table_file, columns, out));
}

}  // extern "C"
