// What an independent implementation, written from SPEC.md alone, says of permits, answers and logs (tests/vectors).
#include "support/vectors.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/text_codec.h"
#include "custodian/log/entry.h"
#include "custodian/log/witness.h"
#include "custodian/messages/answer.h"
#include "custodian/messages/permit.h"
#include "keys/xwing.h"
#include "support/result.h"
#include "support/temp_folder.h"

namespace triclave::custodian {
namespace {

constexpr std::string_view kEveryKey[] = {
    "comment",  "type",    "rule",   "expect",   "record",  "covers",  "permit-id", "permit-hash", "one-use",
    "mask",     "request", "answer", "entry",    "log-key", "note",    "witness",   "size",        "root",
    "cosigned", "proof",   "index",  "log-file", "kept",    "receipt", "path",      "asks"};

class FilesOfVector final : public LogFiles {
 public:
  explicit FilesOfVector(const testing::Vector& vector) {
    for (const std::string& line : vector.all("log-file")) {
      const std::size_t space = std::min(line.find(' '), line.size());
      files_[line.substr(0, space)] = testing::vector_bytes(line.substr(std::min(space + 1, line.size())));
    }
  }
  Result<Bytes> read(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(ErrorKind::io, "no " + path);
    return found->second;
  }

 private:
  std::map<std::string, Bytes> files_;
};

class CustodianVectors : public ::testing::TestWithParam<std::string> {
 protected:
  std::string text(std::string_view key) const { return std::string(as_text(vector.bytes(key))); }
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> out;
    for (const std::string& each : vector.all(key)) out.emplace_back(as_text(testing::vector_bytes(each)));
    return out;
  }
  std::vector<LogKey> log_keys(std::string_view key) const {
    std::vector<LogKey> out;
    for (const std::string& each : vector.all(key)) out.push_back(LogKey::parse(each).value());
    return out;
  }
  LogKey log_key() const { return LogKey::parse(vector.one("log-key")).value(); }
  bool is_good() const { return vector.one("expect") == "ok"; }

  Result<void> judge_permit() const {
    const auto permit = read_permit(vector.bytes("record"));
    if (!permit) return tl::unexpected(permit.error());
    if (vector.has("covers")) {
      std::istringstream words(vector.one("covers"));
      std::string dataset, compartment;
      std::int64_t time = 0;
      words >> dataset >> compartment >> time;
      const std::chrono::sys_seconds now{std::chrono::seconds{time}};
      if (auto covers = check_covers(*permit, dataset, {compartment}, now); !covers) return covers;
    }
    EXPECT_EQ(to_hex(permit->id), vector.one("permit-id"));
    EXPECT_EQ(to_hex(parse_permit(vector.bytes("record"))->hash), vector.one("permit-hash"));
    return {};
  }

  Result<void> judge_revocation() const {
    const auto revocation = read_revocation(vector.bytes("record"));
    if (!revocation) return tl::unexpected(revocation.error());
    EXPECT_EQ(to_hex(revocation->permit), vector.one("permit-id"));
    return {};
  }

  Result<void> judge_answer() const {
    const Bytes bytes = vector.bytes("request");
    const auto request = parse_request(bytes);
    if (!request) return tl::unexpected(request.error());
    const SecretBytes seed = secret_from_hex(vector.one("one-use")).value();
    const PendingRequest pending{bytes,
                                 {},
                                 request->key_id,
                                 request->hash,
                                 request->items.size(),
                                 keys::xwing::PrivateKey(Secret<32>::copy_of(seed.view().first<32>()))};
    Bytes masks(kMaskSize * request->items.size());
    if (auto opened = open_answer(pending, vector.bytes("answer"), masks); !opened) return opened;
    std::string expected;
    for (const std::string& each : vector.all("mask")) expected += each;
    EXPECT_EQ(to_hex(masks), expected);
    return {};
  }

  Result<void> judge_entry() const {
    const Bytes bytes = vector.bytes("entry");
    const auto entry = parse_log_entry(bytes);
    if (!entry) return tl::unexpected(entry.error());
    EXPECT_EQ(serialize_log_entry(*entry).value_or(Bytes{}), bytes);
    return {};
  }

  Result<void> judge_log_key() const {
    const auto key = LogKey::parse(vector.one("log-key"));
    if (!key) return tl::unexpected(key.error());
    EXPECT_EQ(key->text(), vector.one("log-key"));
    return {};
  }

  Result<void> judge_checkpoint() const {
    const auto checkpoint = open_checkpoint(text("note"), log_key());
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    const auto cosigned = count_cosignatures(text("note"), log_keys("witness"));
    if (!cosigned) return tl::unexpected(cosigned.error());
    EXPECT_EQ(std::to_string(checkpoint->size), vector.one("size"));
    EXPECT_EQ(to_hex(checkpoint->root), vector.one("root"));
    EXPECT_EQ(std::to_string(*cosigned), vector.one("cosigned"));
    return {};
  }

  Result<void> judge_proof() const {
    LoggedAt at;
    if (vector.has("entry")) {
      const auto verified = verify_log_proof(log_key(), vector.bytes("entry"), text("proof"));
      if (!verified) return tl::unexpected(verified.error());
      at = *verified;
    } else {
      const auto receipt = verify_receipt(log_key(), text("proof"));
      if (!receipt) return tl::unexpected(receipt.error());
      at = receipt->at;
    }
    EXPECT_EQ(std::to_string(at.index), vector.one("index"));
    return {};
  }

  Result<void> judge_log() const {
    FilesOfVector files(vector);
    AuditOptions options;
    for (const std::string& each : texts("receipt")) options.receipts.push_back({"receipt", each});
    for (const std::string& each : texts("kept")) options.checkpoints.push_back({"kept", each});
    const auto audit = audit_log(files, log_key(), options);
    if (!audit) return tl::unexpected(audit.error());
    EXPECT_EQ(std::to_string(audit->checkpoint.size), vector.one("size"));
    EXPECT_EQ(to_hex(audit->checkpoint.root), vector.one("root"));
    return {};
  }

  Result<void> judge_path() const {
    const auto path = parse_tile_path(vector.one("path"));
    if (!path) return tl::unexpected(path.error());
    EXPECT_EQ(format_tile_path(*path), vector.one("path"));
    return {};
  }

  // The last of what a witness is asked counts.
  Result<void> judge_cosign() const {
    const auto signer = NoteSigner::make("a.example/witness", LogKey::Type::witness, Secret<NoteSigner::kSeedSize>{});
    const std::vector<LogKey> logs = log_keys("log-key");
    const testing::TempFolder folder;
    const Database database = Database::create(folder / "witness.db").value();
    EXPECT_OK(database.run(kWitnessSchema));
    auto witness = Witness::open(database, signer.value());
    Result<CosignAnswer> answer = CosignAnswer{};
    const auto asks = texts("asks");
    for (const std::string& each : asks) {
      answer = parse_cosign_request(each).and_then([&](const CosignRequest& request) {
        return check_watched(request, logs).and_then([&] { return witness->cosign(request, 1); });
      });
      EXPECT_TRUE(answer || &each == &asks.back()) << testing::text_of(answer);
    }
    if (!answer) return tl::unexpected(answer.error());
    const auto parsed = parse_cosign_answer(to_text(*answer));
    EXPECT_OK(parsed);
    EXPECT_EQ(parsed->other_size ? std::to_string(*parsed->other_size) : "cosigned", vector.one("answer"));
    return {};
  }

  using Judge = Result<void> (CustodianVectors::*)() const;
  static const std::map<std::string, Judge>& judges() {
    static const std::map<std::string, Judge> all = {
        {"permit", &CustodianVectors::judge_permit},   {"revocation", &CustodianVectors::judge_revocation},
        {"answer", &CustodianVectors::judge_answer},   {"log-entry", &CustodianVectors::judge_entry},
        {"log-key", &CustodianVectors::judge_log_key}, {"checkpoint", &CustodianVectors::judge_checkpoint},
        {"log-proof", &CustodianVectors::judge_proof}, {"log", &CustodianVectors::judge_log},
        {"log-path", &CustodianVectors::judge_path},   {"cosign", &CustodianVectors::judge_cosign}};
    return all;
  }

  const testing::Vector vector = testing::read_vector(GetParam());

 public:
  static std::vector<std::string> types() {
    std::vector<std::string> out;
    for (const auto& each : judges()) out.push_back(each.first);
    return out;
  }
};

TEST_P(CustodianVectors, IsJudgedAsItExpects) {
  for (const auto& line : vector.lines)
    EXPECT_THAT(kEveryKey, ::testing::Contains(line.first)) << "a key that this test does not know";
  const auto result = (this->*judges().at(vector.one("type")))();
  EXPECT_EQ(testing::kind_of(result), is_good() ? "success" : vector.one("expect")) << testing::text_of(result);
}

INSTANTIATE_TEST_SUITE_P(All, CustodianVectors, ::testing::ValuesIn(testing::vector_names(CustodianVectors::types())),
                         testing::test_name);

}  // namespace
}  // namespace triclave::custodian
