// Writes the inputs that fuzzing begins with: make_seeds SOURCE_FOLDER OUT_FOLDER. One folder a target. Whether a seed
// is right decides nothing; the better it is, the deeper a short run gets.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>

#include "base/hash.h"
#include "base/text_codec.h"
#include "capsule/core.h"
#include "capsule/derive.h"
#include "capsule/record.h"
#include "capsule/wrap.h"
#include "custodian/messages/answer.h"
#include "envelope/frame.h"
#include "format/capsule.pb.h"
#include "format/erasure.pb.h"
#include "format/log.pb.h"
#include "format/record.h"
#include "format/strict.h"
#include "policy/compartment_policy.h"
#include "table/chunk.h"
#include "table/compression.h"
#include "table/segments.h"
#include "triclave/permit.h"

using namespace triclave;

namespace {

namespace fs = std::filesystem;

class Seeds {
 public:
  Seeds(fs::path source, fs::path out) : source_(std::move(source)), out_(std::move(out)) {}

  void add(const std::string& target, ByteView bytes) {
    const fs::path folder = out_ / ("fuzz_" + target);
    fs::create_directories(folder);
    std::ofstream(folder / std::to_string(count_++), std::ios::binary) << as_text(bytes);
  }
  void add(const std::string& target, std::string_view text) { add(target, as_bytes(text)); }
  // The same behind a byte that chooses.
  void add(const std::string& target, std::uint8_t choice, ByteView bytes) {
    Bytes out = {choice};
    out.insert(out.end(), bytes.begin(), bytes.end());
    add(target, ByteView(out));
  }
  void add_files(const std::string& target, const char* folder, const char* extension) {
    for (const std::string& text : files(folder, extension)) add(target, std::string_view(text));
  }
  std::vector<std::string> files(const char* folder, const char* extension) const {
    std::vector<std::string> out;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(source_ / folder, missing)) {
      if (entry.path().extension() != extension) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return out;
  }

 private:
  fs::path source_, out_;
  unsigned count_ = 0;
};

constexpr Id kOwner{1}, kOutscale{2}, kOvh{3}, kOrange{4};

policy::CompartmentPolicy sample_policy() {
  const auto leaf = [](const Id& id, const char* name) { return policy::Node{id, name, 0, {}}; };
  const policy::Node two_of_three{
      {}, {}, 2, {leaf(kOutscale, "Outscale"), leaf(kOvh, "OVHcloud"), leaf(kOrange, "Orange")}};
  return {
      Id{9}, {{"US"}, {"SECNUMCLOUD"}, "EEA", 2, 2}, 1'900'000'000, {{}, {}, 2, {leaf(kOwner, "CHU"), two_of_three}}};
}

capsule::Wrap sample_wrap(const Id& capsule_id, std::uint32_t generation, std::initializer_list<const char*> names) {
  capsule::Wrap wrap{capsule_id, generation, {}, {}, {Id{7}, Id{8}}};
  for (const Id& id : {kOwner, kOutscale, kOvh, kOrange}) wrap.recipients.push_back({id, Kem::xwing, Bytes(1120, 5)});
  for (const char* name : names) {
    const auto policy = sample_policy();
    wrap.compartments.push_back(
        {name, policy::serialize_compartment_policy(policy), {}, policy, {}, std::vector<capsule::MaskedLeaf>(4)});
  }
  return wrap;
}

void capsules(Seeds& seeds) {
  const capsule::Core core{{1}, {2}, {3}, "pmsi-2025", {{"clinical", {4}}, {"identifiers", {5}}}};
  const Bytes core_bytes = capsule::serialize_core(core);
  const Id id = capsule::capsule_id(core_bytes);
  const Bytes first = capsule::serialize_wrap(sample_wrap(id, 0, {"clinical", "identifiers"}));
  const Bytes second = capsule::serialize_wrap(sample_wrap(id, 3, {"clinical"}));
  const Bytes policy = policy::serialize_compartment_policy(sample_policy());
  const capsule::Signed signed_core{core_bytes, Bytes(8, 1)}, signed_first{first, Bytes(8, 2)},
      signed_second{second, {}};
  const Bytes record = capsule::serialize_capsule(signed_core, {&signed_first, &signed_second}).value();
  const auto object = envelope::write_frame({id, {6}, "stays.csv", "pmsi-2025", {"clinical"}, true}, {});
  const auto carrying = envelope::write_frame({id, {6}, "", "pmsi-2025", {"clinical"}, false}, record);
  constexpr std::size_t kRecordHead = 16, kObjectHead = 20;

  seeds.add("core", core_bytes);
  seeds.add("wrap", first);
  seeds.add("wrap", second);
  seeds.add("capsule_record", record);
  seeds.add("compartment_policy", policy);
  seeds.add("strict", 0, ByteView(record).subspan(kRecordHead));
  seeds.add("strict", 1, core_bytes);
  seeds.add("strict", 2, second);
  seeds.add("strict", 3, policy);
  seeds.add("strict", 4, ByteView(object.bytes).subspan(kObjectHead));
  for (const auto& frame : {object, carrying}) {
    Bytes whole = frame.bytes;
    whole.resize(whole.size() + 56 + 16 + 3373);
    seeds.add("frame", whole);
  }
}

void texts(Seeds& seeds) {
  for (const char* text : {"owner", "all(owner, 2 of (outscale, ovh, orange))", "any(a, all(b, 3 of (c, d, e, f)))"})
    seeds.add("access", std::string_view(text));
  for (const char* text : {"none", "argon2id m=262144 t=3 p=4 salt=AAECAwQFBgcICQoLDA0ODw==",
                           "argon2id m=4294967296 t=17 p=65 salt=AAECAwQFBgcICQoLDA0ODw=="})
    seeds.add("protection", std::string_view(text));
  const std::string hex = "000102030405060708090A0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  const std::string base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  for (const std::string& text : {hex, base64, base64 + "\r\n", std::string("0123456789abcdefghijklmnopqrstuv")}) {
    seeds.add("own_key", text);
    seeds.add("text_codec", text);
  }
  for (const char* text :
       {"pmsi-2025", "Hôpital Édouard-Herriot", "医療/データ/🏥", "a/b/../c", "\xC3\x28\xED\xA0\x80\xF4\x90"}) {
    seeds.add("names", std::string_view(text));
    seeds.add("store_key", std::string_view(text));
  }
  for (const char* text : {"0:100", "16384:", "18446744073709551615:1"})
    seeds.add("range_text", std::string_view(text));
  const std::string line = std::string(64, '0') + " clinical ";
  seeds.add("generation_memory", line + "3\n" + line + "12\n" + std::string(64, 'a') + " clinical 5\n" + line + "4");
  seeds.add_files("key_file", "tests/vectors/keys", ".key");
  seeds.add_files("policy_file", "src/policy/samples", ".textproto");
}

// A capsule record and, as far as protobuf reads it, what is inside.
void add_capsule(Seeds& seeds, ByteView record) {
  constexpr std::size_t kHead = 16;
  seeds.add("capsule_record", record);
  v1::Capsule message;
  if (record.size() < kHead || !message.ParseFromArray(record.data() + kHead, static_cast<int>(record.size() - kHead)))
    return;
  seeds.add("core", message.core());
  seeds.add("strict", 1, as_bytes(message.core()));
  for (const auto& each : message.wraps()) {
    seeds.add("wrap", each.wrap());
    v1::Wrap wrap;
    if (!wrap.ParseFromString(each.wrap())) continue;
    for (const auto& compartment : wrap.compartments()) {
      seeds.add("compartment_policy", compartment.policy());
      seeds.add("strict", 3, as_bytes(compartment.policy()));
    }
  }
}

// The files that tests/vectors/README.md describes, right ones and wrong ones.
void vectors(Seeds& seeds) {
  constexpr std::size_t kMost = 32 * 1024;
  const auto shared_files = seeds.files("tests/vectors", ".txt");
  std::map<std::string, Bytes> shared;
  const auto each_line = [](const std::string& text, auto&& use) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (const auto colon = line.find(": "); colon != line.npos) use(line.substr(0, colon), line.substr(colon + 2));
  };
  const auto bytes_of = [&](const std::string& value) {
    Bytes out;
    std::istringstream pieces(value);
    for (std::string piece; pieces >> piece;) {
      const Bytes bytes = piece[0] == '@'   ? shared[piece.substr(1)]
                          : piece[0] == '*' ? Bytes(std::min(kMost, std::size_t{std::stoul(piece.substr(1))}))
                                            : from_base64(piece).value_or(Bytes());
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
    return out;
  };
  for (const std::string& text : shared_files)
    each_line(text, [&](const std::string& name, const std::string& value) { shared[name] = bytes_of(value); });
  for (const std::string& text : seeds.files("tests/vectors", ".vec"))
    each_line(text, [&](const std::string& key, const std::string& value) {
      if (key != "capsule" && key != "object" && key != "file" && key != "table" && key != "certificate") return;
      const Bytes bytes = bytes_of(value);
      if (bytes.size() > kMost) return;
      if (key == "capsule") add_capsule(seeds, bytes);
      if (key == "object") seeds.add("frame", bytes);
      if (key == "table") seeds.add("table_segments", bytes);
      if (key == "file") seeds.add("key_file", bytes);
      if (v1::SignedErasure message; key == "certificate" && bytes.size() > format::kPreambleSize &&
                                     message.ParseFromArray(bytes.data() + format::kPreambleSize,
                                                            static_cast<int>(bytes.size() - format::kPreambleSize)))
        seeds.add("erasure", as_bytes(message.statement()));
    });
}

// Scripts for edits.h, and their beginnings: each object and each kind of source, whole and changed.
void scripts(Seeds& seeds) {
  const Bytes flip = {0, 0, 0, 99, 0, 0, 0, 0, 0, 1}, cut = {1, 0, 64, 120, 0, 0, 0, 0, 0, 0};
  const Bytes ranges = {0, 0, 0, 0, 64, 0, 0x3F, 0xF0, 0, 0x40, 0, 0x80, 0, 0xFF, 0xFF, 0, 0, 1, 0, 9};
  for (std::uint8_t object = 0; object < 10; ++object)
    for (std::uint8_t kind = 0; kind < 3; ++kind)
      for (const Bytes& edit : {Bytes(), flip, cut}) {
        Bytes script = {object, kind};
        script.insert(script.end(), edit.begin(), edit.end());
        seeds.add("object", script);
        script.insert(script.begin() + 2, ranges.begin(), ranges.end());
        seeds.add("range", script);
      }
  for (std::uint8_t choice = 0; choice < 4; ++choice)
    for (const Bytes& edit : {Bytes(), flip, cut}) {
      Bytes script = {choice};
      script.insert(script.end(), edit.begin(), edit.end());
      seeds.add("open", script);
      script.insert(script.begin(), static_cast<std::uint8_t>(choice % 3));
      seeds.add("sealed_store", script);
    }
  for (std::uint8_t first = 0; first < 4; ++first)
    for (std::uint8_t last = 0; last < 2; ++last) seeds.add("cobblestone", Bytes{first, last, 1, 1, 0, 0, 0, 0});
}

Bytes joined(const std::vector<ByteView>& pieces) {
  Bytes out;
  for (const ByteView piece : pieces) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

table::Field field(const char* name, const char* format) {
  table::Field out;
  out.name = name;
  out.format = format;
  static_cast<void>(table::check_field(out));
  return out;
}

// Footers, chunks and segments as a table has them, and edits of whole tables and cells.
void tables(Seeds& seeds) {
  table::Field code = field("code", "c");
  code.dictionary.push_back(field("", "u"));
  code.metadata = {{"unit", "mmol/l"}};
  table::Footer footer{5, {{0, field("stay", "l"), Compression::none}, {3, code, Compression::zstd}}, {}, {}};
  footer.row_groups = {{1000, {{0, 8192}, {8192, 500}}}, {7, {{9000, 136}, {9200, 200}}}};
  footer.notes = {{"source", "CHU"}};
  seeds.add("table_footer", joined({Bytes{0, 0, 0x40, 0, 1}, table::serialize_footer(footer)}));

  const Bytes offsets = {0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}, text = {'a', 'b', 'c'}, valid = {5},
              bits = {3};
  const table::Node words{3, 1, {valid, offsets, text}};
  const struct {
    std::uint8_t type;  // in table_chunk.cc
    const char* format;
    table::Node node;
  } chunks[] = {{0, "n", {3, 3, {}}},
                {1, "b", {3, 1, {valid, ByteView(bits).first(1), {}}}},
                {2, "i", {4, 0, {ByteView(), offsets, {}}}},
                {3, "s", {8, 0, {ByteView(), offsets, {}}}},
                {4, "u", words},
                {6, "w:3", {1, 0, {ByteView(), text, {}}}}};
  for (const auto& each : chunks) {
    const auto laid_out = table::lay_out(field("f", each.format), {each.node});
    const Bytes plain = joined(laid_out.pieces), compressed = table::compress(laid_out.pieces, laid_out.size).value();
    const auto rows = static_cast<std::uint8_t>(each.node.length);
    seeds.add("table_chunk", joined({Bytes{each.type, 0, 0, rows}, plain}));
    seeds.add("table_chunk", joined({Bytes{each.type, 1, 0, rows}, compressed}));
  }

  Bytes file;
  std::optional<Id> previous;
  for (int i = 0; i < 2; ++i) {
    const auto frame = envelope::write_frame(
        {{1}, {2}, "stays", "pmsi-2025", {"clinical", "identifiers"}, false, format::RecordKind::table, previous}, {});
    const Bytes body(300, 7), tail = table::write_tail({{0, 80}, {0, 90}}, frame.bytes.size() + body.size() + 24);
    file = joined({file, frame.bytes, body, tail});
    previous = frame.header_hash;
    seeds.add("table_segments", file);
  }

  const Bytes none, flip = {0, 0, 2, 99, 0, 0, 0, 0, 0, 1}, cut = {1, 0, 6, 120, 0, 0, 0, 0, 0, 0},
                    swap = {6, 0, 1, 0, 0, 2, 0, 0, 0, 0}, copy = {4, 0, 1, 0, 0, 3, 0, 0, 200, 0};
  for (std::uint8_t choice = 0; choice < 3; ++choice)
    for (const Bytes& edit : {none, flip, cut, swap, copy}) {
      seeds.add("table_open", choice, edit);
      seeds.add("cells", choice, edit);
    }
}

// What hospitals, R and pandas write; two bytes of options come first.
void csv_files(Seeds& seeds) {
  using namespace std::string_literals;
  for (const std::string& text : {
           "NIR;Nom;Poids;Note\r\n076017500123456;H\xe9l\xe8ne;61,5;\"lit 3\r\nchambre 4\"\r\n1;\"\";70;\r\n"s,
           "\"\",\"id\",\"sex\",\"rate\"\n\"1\",7,\"m\",1e+05\n\"2\",NA,\"f\",0.5\n"s,
           "id,day,value,ok\n1,2020-02-29,75.0,True\n2,,1e-05,False\n"s,
           "\xEF\xBB\xBF"
           "a|b\n12.50|123456789012345678901234567890\n0.05|-1"s,
           "a\n\n\"\"\nb"s,
           "a\tb\r1\t\"x\ny\"\r"s,
       })
    for (const auto& options : {"\0\0"s, "\0\1"s, "\x20\0"s, "\x0F\2"s})
      seeds.add("csv", std::string_view(options + text));
}

// What goes to and from custodians.
void messages(Seeds& seeds) {
  const Signer authority = Signer::generate("authority"), requester = Signer::generate("requester");
  const std::chrono::sys_seconds begin{std::chrono::seconds{1'800'000'000}};
  const Bytes permit = issue_permit({requester.verifier().id(),
                                     "pmsi-2025",
                                     {"clinical", "identifiers"},
                                     "Étude OSIRIS",
                                     begin,
                                     begin + std::chrono::days(90),
                                     100,
                                     true},
                                    authority)
                           .value();
  seeds.add("permit", permit);
  seeds.add("revocation", revoke_permit(read_permit(permit).value(), authority, begin).value());
  const Bytes policy = policy::serialize_compartment_policy(sample_policy());
  const MaskRequest asked{
      {1}, 2, Kem::xwing, Bytes(1120, 5), "pmsi-2025", {{"clinical", {2, 1}, policy}, {"identifiers", {}, policy}}};
  const auto pending = custodian::make_request({1}, {2}, {}, begin, asked, requester).value();
  seeds.add("request", pending.bytes);
  seeds.add("answer", custodian::seal_answer(custodian::parse_request(pending.bytes).value(), Bytes(64)).value());
}

// Of custodians' logs: the examples of C2SP signed-note, tlog-proof and tlog-tiles.
void logs(Seeds& seeds) {
  const std::string note =
      "example.com/foo\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\xE2\x80\x94 example.com/foo "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
  const std::string hash = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";
  seeds.add("log_note", note);
  seeds.add("log_note", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  seeds.add("log_proof", "c2sp.org/tlog-proof@v1\nindex 73894\n" + hash + hash + "\n" + note);
  seeds.add("log_proof", "c2sp.org/tlog-proof@v1\nextra AQID\nindex 0\n\n" + note);
  seeds.add("cosign_request", "old 0\n\n" + note);
  seeds.add("cosign_request", "old 2\n" + hash + hash + "\n" + note);
  for (const char* path : {"checkpoint", "tile/0/x001/x234/067", "tile/entries/273.p/112", "5\n"})
    seeds.add("log_tile", std::string_view(path));
  seeds.add("log_tile", 1, Bytes{0, 3, 'o', 'n', 'e', 0, 1, '2'});
  seeds.add("log_tile", note);
  const std::string id(32, 'i');
  v1::LogEntry release, refusal;
  release.set_kind(1);
  release.set_time(1767225600);
  for (auto* field : {release.mutable_key_id(), release.mutable_request_hash(), release.mutable_answer_hash(),
                      release.mutable_session(), release.mutable_requester()})
    *field = id;
  release.set_permit_id(id.substr(0, 16));
  release.set_dataset("pmsi-2025");
  release.add_compartments("clinical");
  release.add_compartments("identifiers");
  release.set_purpose("diabetes study");
  release.set_masks(2);
  refusal.set_kind(2);
  refusal.set_time(1767225601);
  refusal.set_request_hash(id);
  refusal.set_error(6);
  refusal.set_reason("the permit expired");
  seeds.add("log_entry", format::serialize(release));
  seeds.add("log_entry", format::serialize(refusal));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  Seeds seeds(arguments[1], arguments[2]);
  capsules(seeds);
  texts(seeds);
  logs(seeds);
  vectors(seeds);
  scripts(seeds);
  csv_files(seeds);
  tables(seeds);
  messages(seeds);
}
