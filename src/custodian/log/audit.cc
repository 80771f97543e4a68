// A whole log, computed again from its entries.
#include "triclave/audit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/merkle.h"
#include "base/try.h"
#include "custodian/log/checkpoint.h"
#include "custodian/log/tile_path.h"

namespace triclave {
namespace {

using custodian::kTileWidth;
using custodian::TilePath;

// What something that was kept says of the log.
struct Claim {
  std::uint64_t at = 0;  // the entry's index, or the tree's size
  Id hash{};             // the leaf, or the root
  const std::string* kept = nullptr;
};

// Claims in the order in which the walk comes by.
class Claims {
 public:
  void add(Claim claim) { all_.push_back(claim); }
  void sort() {
    std::sort(all_.begin(), all_.end(), [](const Claim& a, const Claim& b) { return a.at < b.at; });
  }
  // Calls wrong(claim) for those of `at` that say something else.
  template <class Hash, class Wrong>
  void check(std::uint64_t at, Hash&& hash, Wrong&& wrong) {
    for (; next_ < all_.size() && all_[next_].at == at; ++next_)
      if (all_[next_].hash != hash()) wrong(all_[next_]);
  }

 private:
  std::vector<Claim> all_;
  std::size_t next_ = 0;
};

class LogAudit {
 public:
  LogAudit(LogFiles& files, const LogKey& key, const AuditOptions& options)
      : files_(files), key_(key), options_(options) {}

  Result<Audit> run() {
    TRICLAVE_TRY(read_checkpoint());
    TRICLAVE_TRY(read_kept());
    for (std::uint64_t index = 0; index * kTileWidth < size(); ++index) TRICLAVE_TRY(read_bundle(index));
    for (unsigned level = 0; level < levels_.size(); ++level) TRICLAVE_TRY(end_level(level));
    //= SPEC LOG-15
    if (tree_.root() != out_.checkpoint.root)
      return broken(fmt::format("its {} entries do not give the root that its checkpoint signs", size()));
    if (culprits_.empty()) return std::move(out_);
    return fail(ErrorKind::forged,
                fmt::format("the log {} contradicts what was kept of it: it was forked, rewritten or rolled back. The "
                            "kept files and this copy of the log are the evidence",
                            key_.name()),
                std::move(culprits_));
  }

 private:
  struct Level {
    std::uint64_t index = 0;  // of the tile that is being filled
    Bytes hashes;
    MerkleTree tree;
  };

  std::uint64_t size() const { return out_.checkpoint.size; }

  tl::unexpected<Error> broken(std::string_view why, ErrorKind kind = ErrorKind::forged) const {
    return fail(kind, fmt::format("the log {} is broken: {}. Copy it again; where it stays so, its keeper must explain",
                                  key_.name(), why));
  }

  void blame(const std::string& kept, std::string why) {
    culprits_.push_back({kept, std::move(why), ErrorKind::forged});
  }

  Result<void> read_checkpoint() {
    TRICLAVE_TRY_ASSIGN(const Bytes note, files_.read("checkpoint"));
    TRICLAVE_TRY_ASSIGN(out_.checkpoint, open_checkpoint(as_text(note), key_));
    TRICLAVE_TRY_ASSIGN(out_.cosignatures, count_cosignatures(as_text(note), options_.witnesses));
    if (out_.cosignatures < options_.cosignatures)
      return fail(
          ErrorKind::forged,
          fmt::format("the checkpoint of {} is cosigned by {} of the witnesses named, and should be by {}: it may "
                      "be a view made for you alone",
                      key_.name(), out_.cosignatures, options_.cosignatures));
    return {};
  }

  // A root that was signed for a tree of so many entries.
  void claim_root(const Checkpoint& checkpoint, const std::string& kept) {
    if (checkpoint.size > size())
      blame(kept, fmt::format("shows {} entries, and the log has {} now: it was rolled back, or this copy is older",
                              checkpoint.size, size()));
    else
      roots_.add({checkpoint.size, checkpoint.root, &kept});
  }

  Result<void> read_kept() {
    for (const Kept& each : options_.receipts) {
      const auto receipt = verify_receipt(key_, each.text);
      if (!receipt) return fail(receipt.error().kind, each.name + ": " + receipt.error().message);
      claim_root(receipt->at.checkpoint, each.name);
      if (receipt->at.index < size()) leaves_.add({receipt->at.index, merkle_leaf(receipt->entry), &each.name});
      ++out_.receipts;
    }
    for (const Kept& each : options_.checkpoints) {
      const auto checkpoint = open_checkpoint(each.text, key_);
      if (!checkpoint) return fail(checkpoint.error().kind, each.name + ": " + checkpoint.error().message);
      claim_root(*checkpoint, each.name);
      ++out_.checkpoints;
    }
    roots_.sort();
    leaves_.sort();
    check_root(0);
    return {};
  }

  void check_root(std::uint64_t entries) {
    roots_.check(
        entries, [this] { return tree_.root(); },
        [&](const Claim& claim) {
          blame(*claim.kept, fmt::format("is signed over {} entries that are not the first ones of this log", entries));
        });
  }

  Result<Bytes> read_tile(const TilePath& path) {
    ++out_.tiles;
    return files_.read(format_tile_path(path));
  }

  Result<void> read_bundle(std::uint64_t index) {
    const TilePath path = tile_in(TilePath::Kind::entries, 0, index, size());
    TRICLAVE_TRY_ASSIGN(const Bytes bytes, read_tile(path));
    const auto entries = custodian::parse_bundle(bytes, path.width);
    if (!entries) return broken(format_tile_path(path) + ": " + entries.error().message, ErrorKind::malformed);
    std::uint64_t at = index * kTileWidth;
    for (const ByteView each : *entries) {
      TRICLAVE_TRY(add_entry(at, each));
      check_root(++at);
    }
    return {};
  }

  Result<void> add_entry(std::uint64_t index, ByteView bytes) {
    const auto entry = parse_log_entry(bytes);
    if (!entry) return broken(fmt::format("entry {}: {}", index, entry.error().message), entry.error().kind);
    if (options_.each) options_.each(index, *entry);
    const Id leaf = merkle_leaf(bytes);
    leaves_.check(
        index, [&] { return leaf; },
        [&](const Claim& claim) {
          blame(*claim.kept, fmt::format("proves another entry {} than this log has", index));
        });
    tree_.add_leaf(leaf);
    return add_hash(0, leaf);
  }

  Result<void> add_hash(unsigned level, const Id& hash) {
    if (levels_.size() == level) levels_.emplace_back();
    levels_[level].hashes.insert(levels_[level].hashes.end(), hash.begin(), hash.end());
    levels_[level].tree.add_leaf(hash);
    if (levels_[level].hashes.size() < kTileWidth * hash.size()) return {};
    const Id above = levels_[level].tree.root();
    TRICLAVE_TRY(end_level(level));
    return add_hash(level + 1, above);
  }

  // Compares the tile that was filled, and begins the next one.
  Result<void> end_level(unsigned level) {
    Level& mine = levels_[level];
    if (mine.hashes.empty()) return {};
    const TilePath path{TilePath::Kind::hashes, level, mine.index, mine.hashes.size() / Id().size()};
    TRICLAVE_TRY_ASSIGN(const Bytes tile, read_tile(path));
    //= SPEC LOG-13
    if (tile.size() != mine.hashes.size())
      return broken(fmt::format("{} has {} bytes instead of {}", format_tile_path(path), tile.size(), mine.hashes.size()),
                    ErrorKind::malformed);
    if (tile != mine.hashes)
      return broken(format_tile_path(path) + " does not hold the hashes of the entries below it");
    mine = {mine.index + 1, {}, {}};
    return {};
  }

  LogFiles& files_;
  const LogKey& key_;
  const AuditOptions& options_;
  Audit out_;
  Claims roots_;
  Claims leaves_;
  MerkleTree tree_;
  std::vector<Level> levels_;
  std::vector<Culprit> culprits_;
};

}  // namespace

Result<Audit> audit_log(LogFiles& files, const LogKey& log_key, const AuditOptions& options) {
  return LogAudit(files, log_key, options).run();
}

}  // namespace triclave
