// Schemas that other code hands over: structures that lie, point at one another in circles or share their parts, in
// memory that is as large as they say. What is taken obeys the rules, and comes back the same when it is handed out.
#include <deque>
#include <limits>
#include <memory>
#include <string>

#include "harness.h"
#include "script.h"
#include "table/field.h"
#include "table/owned.h"

using namespace triclave;

namespace {

constexpr const char* kFormats[] = {
    "n",  "b",  "c",  "C",  "s",   "S",   "i",     "I",         "l",         "L",      "e",   "f",       "g",
    "u",  "U",  "z",  "Z",  "w:3", "w:0", "d:5,2", "d:5,2,128", "d:5,2,256", "d:77,2", "tdD", "tss:UTC", "tin",
    "+l", "+L", "+s", "+s", "+s",  "+l",  "+m",    "+ud:0",     "+r",        "+w:3",   "vu",  "",        "q"};
constexpr std::int64_t kCounts[] = {
    -1, 4096, 4097, 65536, 65537, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()};
constexpr std::int32_t kLengths[] = {-1, (1 << 20) + 1, std::numeric_limits<std::int32_t>::max(),
                                     std::numeric_limits<std::int32_t>::min()};

class Builder {
 public:
  explicit Builder(fuzz::Script& script) : script_(script) {}

  ArrowSchema* schema(std::size_t depth) {
    ArrowSchema* out = &schemas_.emplace_back();
    open_.push_back(out);
    if (!script_.rarely(2)) out->release = [](ArrowSchema*) {};
    out->format = depth == 0 ? "+s" : script_.rarely(2) ? nullptr : format();
    out->name = script_.rarely() ? nullptr : name();
    out->metadata = script_.rarely(64) ? blob() : nullptr;
    out->flags = script_.take<std::int8_t>();
    children(out, depth);
    if (script_.rarely(depth == 0 ? 2 : 32)) out->dictionary = below(depth);
    open_.pop_back();
    return out;
  }

 private:
  const char* format() {
    if (!script_.rarely()) return script_.one_of(kFormats);
    return text(script_.pick(8));
  }
  const char* name() { return script_.rarely() ? text(1020 + script_.pick(10)) : text(script_.pick(4)); }
  const char* text(std::size_t size) {
    std::string& out = texts_.emplace_back();
    for (std::size_t i = 0; i < size; ++i) out += i < 8 ? script_.take<char>() : 'x';
    return out.c_str();
  }

  // As many parts as it says, up to the first impossible one, behind which nobody may read.
  const char* blob() {
    std::string& out = texts_.emplace_back();
    const auto number = [&](std::int32_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); };
    const std::int32_t pairs =
        script_.rarely() ? script_.one_of(kLengths) : static_cast<std::int32_t>(script_.pick(67));
    number(pairs);
    for (std::int32_t i = 0; i < 2 * std::int64_t{pairs} && pairs <= 66; ++i) {
      if (script_.rarely(2)) {
        number(script_.one_of(kLengths));
        break;
      }
      const std::size_t size = script_.pick(4);
      number(static_cast<std::int32_t>(size));
      for (std::size_t j = 0; j < size; ++j) out += script_.take<char>();
    }
    out.shrink_to_fit();
    return out.data();
  }

  void children(ArrowSchema* out, std::size_t depth) {
    const std::string_view format = out->format == nullptr ? "" : out->format;
    const std::size_t honest = format == "+s" ? script_.pick(4) : format == "+l" || format == "+L" ? 1 : 0;
    out->n_children = script_.rarely(4) ? script_.one_of(kCounts) : static_cast<std::int64_t>(honest);
    if (out->n_children <= 0 || script_.rarely(2)) return;
    const auto there = static_cast<std::size_t>(std::min<std::int64_t>(out->n_children, 65536));
    const auto pointers = lists_.emplace_back(new ArrowSchema*[there]).get();
    for (std::size_t i = 0; i < there; ++i) pointers[i] = i < 4 ? below(depth) : pointers[i % 4];
    out->children = pointers;
  }

  // A new one mostly; else none, or one that stands above: a circle.
  ArrowSchema* below(std::size_t depth) {
    if (script_.rarely(2)) return nullptr;
    if (script_.rarely(2) || depth > 20 || schemas_.size() > 300) return open_[script_.pick(open_.size())];
    return schema(depth + 1);
  }

  fuzz::Script& script_;
  std::deque<ArrowSchema> schemas_;
  std::deque<std::string> texts_;
  std::deque<std::unique_ptr<ArrowSchema*[]>> lists_;
  std::vector<ArrowSchema*> open_;
};

bool same(const table::Field& a, const table::Field& b) {
  return a.name == b.name && a.format == b.format && a.type.layout == b.type.layout && a.type.width == b.type.width &&
         a.nullable == b.nullable && a.dictionary_ordered == b.dictionary_ordered && a.metadata == b.metadata &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), same) &&
         std::equal(a.dictionary.begin(), a.dictionary.end(), b.dictionary.begin(), b.dictionary.end(), same);
}

}  // namespace

FUZZ_TARGET(input) {
  fuzz::Script script(input);
  Builder builder(script);
  const auto imported = table::import_schema(*builder.schema(0));
  if (!imported)
    return REQUIRE(fuzz::is_one_of(imported.error(), {ErrorKind::invalid_argument, ErrorKind::unsupported}));
  for (table::Field column : imported->columns) REQUIRE(table::check_field(column));

  table::OwnedSchema again;
  table::export_schema(*imported, again.get());
  const auto back = table::import_schema(*again);
  REQUIRE(back && back->metadata == imported->metadata);
  REQUIRE(
      std::equal(back->columns.begin(), back->columns.end(), imported->columns.begin(), imported->columns.end(), same));
}
