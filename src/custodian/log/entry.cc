#include "custodian/log/entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/labels.h"
#include "base/message.h"
#include "base/names.h"
#include "base/try.h"
#include "format/log.pb.h"
#include "format/strict.h"

namespace triclave {
namespace custodian {
namespace {

// A field as a bit, so that what a kind must and may have is one row of a table.
enum FieldBit : unsigned {
  kKey = 1,
  kRequest = 2,
  kAnswer = 4,
  kSession = 8,
  kPermit = 16,
  kRequester = 32,
  kDataset = 64,
  kCompartments = 128,
  kPurpose = 256,
  kMasks = 512,
  kError = 1024,
  kReason = 2048,
  kOwner = 4096,
  kEpoch = 8192,
};

struct KindRule {
  std::string_view name;
  unsigned must;
  unsigned may;  // besides
};

constexpr unsigned kWhatWasAsked = kKey | kSession | kPermit | kRequester | kDataset | kCompartments;

// In the order of the kinds' numbers, from 1.
constexpr KindRule kRules[] = {
    {"release", kWhatWasAsked | kRequest | kAnswer | kMasks, kPurpose},
    {"refusal", kRequest | kError | kReason, kWhatWasAsked | kPurpose},
    {"key created", kKey | kOwner | kDataset, kEpoch},
    {"key destroyed", kKey | kOwner | kDataset, kEpoch | kReason},
    {"permit approved", kPermit, kRequester | kDataset | kCompartments | kPurpose | kReason},
    {"permit revoked", kPermit, kReason},
    {"started", 0, kReason},
};

const KindRule* rule_of(LogEntryKind kind) {
  const auto number = static_cast<std::size_t>(kind);
  return number >= 1 && number <= std::size(kRules) ? &kRules[number - 1] : nullptr;
}

unsigned fields_of(const LogEntry& entry) {
  unsigned out = 0;
  const auto mark = [&](bool stands, FieldBit bit) { out |= stands ? bit : 0u; };
  mark(!entry.key_id.empty(), kKey);
  mark(!entry.request_hash.empty(), kRequest);
  mark(!entry.answer_hash.empty(), kAnswer);
  mark(!entry.session.empty(), kSession);
  mark(!entry.permit_id.empty(), kPermit);
  mark(!entry.requester.empty(), kRequester);
  mark(!entry.dataset.empty(), kDataset);
  mark(!entry.compartments.empty(), kCompartments);
  mark(!entry.purpose.empty(), kPurpose);
  mark(entry.masks != 0, kMasks);
  mark(entry.error != 0, kError);
  mark(!entry.reason.empty(), kReason);
  mark(!entry.owner.empty(), kOwner);
  mark(entry.epoch != 0, kEpoch);
  return out;
}

bool is_id(const Bytes& bytes) { return bytes.empty() || bytes.size() == Id().size(); }

bool is_log_text(const std::string& text) { return text.empty() || is_text(text, kMaxLogText); }

bool ascends(const std::vector<std::string>& names) {
  return std::adjacent_find(names.begin(), names.end(), std::greater_equal<>()) == names.end();
}

// What is wrong with an entry; empty where nothing is.
std::string flaw(const LogEntry& entry) {
  //= SPEC LOG-02
  const KindRule* rule = rule_of(entry.kind);
  if (rule == nullptr) return fmt::format("kind {} is none", static_cast<unsigned>(entry.kind));
  const unsigned fields = fields_of(entry);
  if ((fields & rule->must) != rule->must) return fmt::format("an entry of kind {} lacks a field", rule->name);
  if ((fields & ~(rule->must | rule->may)) != 0)
    return fmt::format("an entry of kind {} has a field that does not belong there", rule->name);
  //= SPEC LOG-03
  if (entry.time == 0) return "it has no time";
  if (!is_id(entry.key_id) || !is_id(entry.request_hash) || !is_id(entry.answer_hash) || !is_id(entry.session) ||
      !is_id(entry.requester) || !is_id(entry.owner))
    return "an id or a hash does not have 32 bytes";
  if (!entry.permit_id.empty() && entry.permit_id.size() != kPermitIdSize) return "a permit's id has 16 bytes";
  if (!entry.dataset.empty() && !is_name(entry.dataset)) return "its dataset is no name";
  if (entry.compartments.size() > kMaxLogCompartments || !ascends(entry.compartments) ||
      !std::all_of(entry.compartments.begin(), entry.compartments.end(), is_name))
    return "its compartments are not at most 64 ascending names";
  if (!is_log_text(entry.purpose) || !is_log_text(entry.reason))
    return fmt::format("its purpose or its reason is no text of at most {} bytes", kMaxLogText);
  return {};
}

Bytes bytes_of(const std::string& field) { return Bytes(field.begin(), field.end()); }

void put(std::string& field, ByteView bytes) { field.assign(as_text(bytes)); }

}  // namespace

Result<Bytes> serialize_log_entry(const LogEntry& entry) {
  if (const std::string wrong = flaw(entry); !wrong.empty())
    return fail(ErrorKind::invalid_argument, "this cannot be an entry of the log: " + wrong);
  v1::LogEntry message;
  message.set_kind(static_cast<std::uint32_t>(entry.kind));
  message.set_time(entry.time);
  put(*message.mutable_key_id(), entry.key_id);
  put(*message.mutable_request_hash(), entry.request_hash);
  put(*message.mutable_answer_hash(), entry.answer_hash);
  put(*message.mutable_session(), entry.session);
  put(*message.mutable_permit_id(), entry.permit_id);
  put(*message.mutable_requester(), entry.requester);
  message.set_dataset(entry.dataset);
  for (const std::string& each : entry.compartments) message.add_compartments(each);
  message.set_purpose(entry.purpose);
  message.set_masks(entry.masks);
  message.set_error(entry.error);
  message.set_reason(entry.reason);
  put(*message.mutable_owner(), entry.owner);
  message.set_epoch(entry.epoch);
  return format::serialize(message);
}

//= SPEC LOG-05
Id session_of(const Id& permit_hash, ByteView nonce) { return hash_of({label::kSession, permit_hash, nonce}); }

std::string log_text(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxLogText)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  while (!out.empty() && !is_utf8(out)) out.pop_back();
  return out;
}

}  // namespace custodian

std::string_view to_string(LogEntryKind kind) noexcept {
  const auto* rule = custodian::rule_of(kind);
  return rule != nullptr ? rule->name : std::string_view("unknown");
}

//= SPEC LOG-01
Result<LogEntry> parse_log_entry(ByteView bytes) {
  constexpr std::string_view kWhat = "the log's entry";
  TRICLAVE_TRY_ASSIGN(const auto message, format::parse_strict<v1::LogEntry>(bytes, custodian::kMaxLogEntry, kWhat));
  LogEntry out;
  out.kind = static_cast<LogEntryKind>(std::min<std::uint32_t>(message.kind(), 0xFF));
  out.time = message.time();
  out.key_id = custodian::bytes_of(message.key_id());
  out.request_hash = custodian::bytes_of(message.request_hash());
  out.answer_hash = custodian::bytes_of(message.answer_hash());
  out.session = custodian::bytes_of(message.session());
  out.permit_id = custodian::bytes_of(message.permit_id());
  out.requester = custodian::bytes_of(message.requester());
  out.dataset = message.dataset();
  out.compartments.assign(message.compartments().begin(), message.compartments().end());
  out.purpose = message.purpose();
  out.masks = message.masks();
  out.error = message.error();
  out.reason = message.reason();
  out.owner = custodian::bytes_of(message.owner());
  out.epoch = message.epoch();
  if (const std::string wrong = custodian::flaw(out); !wrong.empty())
    return fail(ErrorKind::malformed,
                std::string(kWhat) + " breaks the format: " + wrong + "; whoever keeps the log must explain it");
  return out;
}

}  // namespace triclave
