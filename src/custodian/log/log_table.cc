#include "custodian/log/log_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

#include "base/merkle.h"
#include "base/try.h"
#include "custodian/log/checkpoint.h"
#include "custodian/log/entry.h"
#include "custodian/log/proof_text.h"

namespace triclave::custodian {
namespace {

// The nodes in the order in which they become full, which is how they are written: a leaf, then what it completes. Leaf
// n comes after the 2n - popcount(n) nodes of the leaves before it, and its ancestors right behind it.
std::uint64_t position_of(unsigned height, std::uint64_t index) {
  const std::uint64_t last_leaf = ((index + 1) << height) - 1;
  return 2 * last_leaf - static_cast<std::uint64_t>(std::popcount(last_leaf)) + height;
}

tl::unexpected<Error> lacks(std::string_view what, std::uint64_t number) {
  return fail(
      ErrorKind::malformed,
      fmt::format("the log's database lacks {} {}: something else changed it; restore it from a backup", what, number));
}

}  // namespace

const char* const kLogSchema =
    "CREATE TABLE log (idx INTEGER PRIMARY KEY, entry BLOB NOT NULL);"
    "CREATE TABLE log_node (position INTEGER PRIMARY KEY, hash BLOB NOT NULL);"
    "CREATE TABLE log_head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, note TEXT NOT NULL);";

Result<LogTable> LogTable::open(const Database& database) {
  TRICLAVE_TRY_ASSIGN(Statement count, database.prepare("SELECT ifnull(max(idx) + 1, 0) FROM log"));
  TRICLAVE_TRY_ASSIGN(Statement add, database.prepare("INSERT INTO log (idx, entry) VALUES (?, ?)"));
  TRICLAVE_TRY_ASSIGN(Statement read, database.prepare("SELECT entry FROM log WHERE idx = ?"));
  TRICLAVE_TRY_ASSIGN(Statement add_node, database.prepare("INSERT INTO log_node (position, hash) VALUES (?, ?)"));
  TRICLAVE_TRY_ASSIGN(Statement read_node, database.prepare("SELECT hash FROM log_node WHERE position = ?"));
  TRICLAVE_TRY_ASSIGN(Statement set_head,
                      database.prepare("INSERT OR REPLACE INTO log_head (one, size, note) VALUES (1, ?, ?)"));
  TRICLAVE_TRY_ASSIGN(Statement read_head, database.prepare("SELECT size, note FROM log_head"));
  return LogTable(database, {std::move(count), std::move(add), std::move(read), std::move(add_node),
                             std::move(read_node), std::move(set_head), std::move(read_head)});
}

Result<std::uint64_t> LogTable::size() {
  TRICLAVE_TRY(statements_.count.step());
  const std::uint64_t out = statements_.count.number(0);
  statements_.count.reset();
  return out;
}

Result<Bytes> LogTable::entry(std::uint64_t index) {
  TRICLAVE_TRY_ASSIGN(const bool found, statements_.read.bind(1, index).step());
  if (!found) return lacks("entry", index);
  const ByteView stored = statements_.read.bytes(0);
  Bytes out(stored.begin(), stored.end());
  statements_.read.reset();
  return out;
}

Result<Id> LogTable::node(unsigned height, std::uint64_t index) {
  const std::uint64_t position = position_of(height, index);
  TRICLAVE_TRY_ASSIGN(const bool found, statements_.read_node.bind(1, position).step());
  if (!found) return lacks("hash", position);
  auto out = statements_.read_node.id(0);
  statements_.read_node.reset();
  return out;
}

NodeReader LogTable::reader() {
  return [this](unsigned height, std::uint64_t index) { return node(height, index); };
}

// Leaf `index` and the ancestors that it completes: one for each 1 at the end of the number.
Result<void> LogTable::add_nodes(std::uint64_t index, ByteView entry) {
  Id hash = merkle_leaf(entry);
  for (unsigned height = 0;; ++height) {
    TRICLAVE_TRY(statements_.add_node.bind(1, position_of(height, index >> height)).bind(2, hash).run());
    if ((index >> height & 1) == 0) return {};
    TRICLAVE_TRY_ASSIGN(const Id left, node(height, (index >> height) - 1));
    hash = merkle_node(left, hash);
  }
}

Result<std::uint64_t> LogTable::append(ByteView entry) {
  //= SPEC LOG-04
  if (entry.empty() || entry.size() > kMaxLogEntry)
    return fail(ErrorKind::invalid_argument, fmt::format("an entry of the log has 1 to {} bytes", kMaxLogEntry));
  TRICLAVE_TRY_ASSIGN(const std::uint64_t index, size());
  TRICLAVE_TRY(statements_.add.bind(1, index).bind(2, entry).run());
  TRICLAVE_TRY(add_nodes(index, entry));
  return index;
}

Result<std::string> LogTable::sign(const NoteSigner& signer) {
  TRICLAVE_TRY_ASSIGN(const std::uint64_t entries, size());
  TRICLAVE_TRY_ASSIGN(const Id root, tree_root(entries, reader()));
  std::string note = sign_checkpoint(signer, entries, root);
  TRICLAVE_TRY(set_head({entries, note}));
  return note;
}

Result<LogTable::Head> LogTable::head() {
  TRICLAVE_TRY_ASSIGN(const bool found, statements_.read_head.step());
  if (!found)
    return fail(ErrorKind::invalid_argument, "the log has no checkpoint yet: the custodian signs one when it starts");
  Head out{statements_.read_head.number(0), statements_.read_head.text(1)};
  statements_.read_head.reset();
  return out;
}

Result<void> LogTable::set_head(const Head& head) {
  return statements_.set_head.bind(1, head.size).bind(2, std::string_view(head.note)).run();
}

Result<std::string> LogTable::checkpoint() {
  return head().map([](Head found) { return std::move(found.note); });
}

Result<void> LogTable::add_cosignatures(std::uint64_t size, std::string_view lines,
                                        const std::vector<LogKey>& witnesses) {
  //= SPEC LOG-17
  TRICLAVE_TRY_ASSIGN(Head now, head());
  if (now.size != size) return {};  // the log went on meanwhile; its next checkpoint asks again
  TRICLAVE_TRY_ASSIGN(const auto offered, parse_signature_lines(lines));
  TRICLAVE_TRY_ASSIGN(Note note, parse_note(now.note));
  for (const NoteSignature& each : offered)
    for (const LogKey& witness : witnesses) {
      const auto is_witness = [&](const NoteSignature& one) {
        return one.key_id == witness.id() && one.name == witness.name();
      };
      if (!is_witness(each)) continue;
      TRICLAVE_TRY(verify_cosignature({note.text, {each}}, witness));
      std::erase_if(note.signatures, is_witness);
      note.signatures.push_back(each);
    }
  if (note.signatures.size() > kMaxNoteSignatures)
    return fail(ErrorKind::invalid_argument, "a checkpoint has at most 64 signatures; name fewer witnesses");
  now.note = note.text + "\n";
  for (const NoteSignature& each : note.signatures) now.note += signature_line(each);
  return set_head(now);
}

Result<std::string> LogTable::proof(std::uint64_t index) {
  return proofs({&index, 1}).map([](auto made) { return std::move(made.front()); });
}

Result<std::vector<std::string>> LogTable::proofs(std::span<const std::uint64_t> indices) {
  TRICLAVE_TRY_ASSIGN(const Head under, head());
  std::map<std::uint64_t, Id> known;  // by position
  const NodeReader remembered = [&](unsigned height, std::uint64_t index) -> Result<Id> {
    const std::uint64_t position = position_of(height, index);
    if (const auto found = known.find(position); found != known.end()) return found->second;
    TRICLAVE_TRY_ASSIGN(const Id hash, node(height, index));
    known.emplace(position, hash);
    return hash;
  };
  std::vector<std::string> out;
  for (const std::uint64_t index : indices) {
    TRICLAVE_TRY_ASSIGN(auto path, inclusion_proof(index, under.size, remembered));
    out.push_back(format_proof({{}, index, std::move(path), under.note}));
  }
  return out;
}

Result<std::vector<Id>> LogTable::consistency(std::uint64_t old_size, std::uint64_t size) {
  return consistency_proof(old_size, size, reader());
}

Result<Bytes> LogTable::file(std::string_view path) {
  TRICLAVE_TRY_ASSIGN(const TilePath wanted, parse_tile_path(path));
  TRICLAVE_TRY_ASSIGN(const Head under, head());
  if (wanted.kind == TilePath::Kind::checkpoint) return Bytes(under.note.begin(), under.note.end());
  // A partial tile of an earlier checkpoint is the beginning of today's.
  if (tile_in(wanted.kind, wanted.level, wanted.index, under.size).width < wanted.width)
    return fail(ErrorKind::invalid_argument,
                fmt::format("the log of {} entries has no {}", under.size, format_tile_path(wanted)));
  Bytes out;
  for (std::uint64_t i = 0; i < wanted.width; ++i) {
    const std::uint64_t at = wanted.index * kTileWidth + i;
    if (wanted.kind == TilePath::Kind::entries) {
      TRICLAVE_TRY_ASSIGN(const Bytes each, entry(at));
      put_bundled(out, each);
    } else {
      TRICLAVE_TRY_ASSIGN(const Id each, node(wanted.level * 8, at));
      out.insert(out.end(), each.begin(), each.end());
    }
  }
  return out;
}

Result<void> LogTable::mend() {
  const auto promised =
      head().and_then([](const Head& found) { return parse_note(found.note); }).and_then([](const Note& note) {
        return parse_checkpoint(note.text);
      });
  if (!promised) return rebuild();
  TRICLAVE_TRY_ASSIGN(const std::uint64_t entries, size());
  const auto root = tree_root(promised->size, reader());
  return entries == promised->size && root && *root == promised->root ? Result<void>() : rebuild();
}

Result<void> LogTable::rebuild() {
  TRICLAVE_TRY(database_->run("DELETE FROM log_node"));
  TRICLAVE_TRY_ASSIGN(const std::uint64_t entries, size());
  for (std::uint64_t i = 0; i < entries; ++i) {
    TRICLAVE_TRY_ASSIGN(const Bytes each, entry(i));
    TRICLAVE_TRY(add_nodes(i, each));
  }
  const auto signed_head = head();
  if (!signed_head) return {};  // nothing was ever promised
  TRICLAVE_TRY_ASSIGN(const Note note, parse_note(signed_head->note));
  TRICLAVE_TRY_ASSIGN(const Checkpoint promised, parse_checkpoint(note.text));
  const auto root = tree_root(std::min(promised.size, entries), reader());
  if (!root) return tl::unexpected(root.error());
  if (promised.size > entries || *root != promised.root)
    return fail(
        ErrorKind::forged,
        fmt::format("the log's {} entries are not those that its checkpoint over {} signs: somebody changed the "
                    "database; keep it as evidence and restore a backup",
                    entries, promised.size));
  return {};
}

}  // namespace triclave::custodian
