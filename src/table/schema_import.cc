#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_set>

#include "base/try.h"
#include "table/field.h"

namespace triclave::table {
namespace {

// Formats with one type id for each of 127 members are the longest that mean something.
constexpr std::size_t kMaxFormat = 1024;
// Bytes of a whole schema. Structures may share what they point to, so that a small one unfolds into a large one.
constexpr std::size_t kMaxSchemaCost = std::size_t{64} << 20;

tl::unexpected<Error> wrong(std::string what) { return fail(ErrorKind::invalid_argument, std::move(what)); }

// At most `most` + 1 bytes of a string that nobody vouches for.
std::string_view bounded(const char* text, std::size_t most) {
  return text == nullptr ? std::string_view() : std::string_view(text, ::strnlen(text, most + 1));
}

class Reader {
 public:
  Result<std::vector<KeyValue>> metadata(const char* blob) {
    std::vector<KeyValue> pairs;
    if (blob == nullptr) return pairs;
    const auto number = [&blob] {
      std::int32_t value = 0;
      std::memcpy(&value, blob, sizeof value);
      blob += sizeof value;
      return value;
    };
    const auto part = [&](std::string& out) -> Result<void> {
      const std::int32_t size = number();
      if (size < 0 || static_cast<std::size_t>(size) > kMaxPairPart)
        return wrong(
            fmt::format("a key or value of metadata has a length of {}, 0 to {} are taken", size, kMaxPairPart));
      TRICLAVE_TRY(spend(static_cast<std::size_t>(size)));
      out.assign(blob, static_cast<std::size_t>(size));
      blob += size;
      return {};
    };
    const std::int32_t count = number();
    if (count < 0 || static_cast<std::size_t>(count) > kMaxPairs)
      return wrong(fmt::format("{} pairs of metadata, 0 to {} are taken", count, kMaxPairs));
    for (std::int32_t i = 0; i < count; ++i) {
      KeyValue& pair = pairs.emplace_back();
      TRICLAVE_TRY(part(pair.key));
      TRICLAVE_TRY(part(pair.value));
    }
    return pairs;
  }

  // check_field() looks at what it all means; here only what must hold so that nothing is read that is not there.
  Result<Field> field(const ArrowSchema& schema, std::size_t depth) {
    TRICLAVE_TRY(structure(schema, kMaxFields));
    if (depth > kMaxFieldDepth) return wrong(fmt::format("fields are nested deeper than {} levels", kMaxFieldDepth));
    if (++fields_ > kMaxFields) return wrong(fmt::format("its column has more than {} fields", kMaxFields));
    Field field;
    field.name = bounded(schema.name, kMaxFieldName);
    field.format = bounded(schema.format, kMaxFormat);
    // The standard has two spellings of one type; the sealed table one.
    const auto commas = std::count(field.format.begin(), field.format.end(), ',');
    if (field.format.starts_with("d:") && commas == 2 && field.format.ends_with(",128"))
      field.format.resize(field.format.size() - 4);
    TRICLAVE_TRY(spend(sizeof(Field) + field.name.size() + field.format.size()));
    field.nullable = (schema.flags & ARROW_FLAG_NULLABLE) != 0;
    field.dictionary_ordered = schema.dictionary != nullptr && (schema.flags & ARROW_FLAG_DICTIONARY_ORDERED) != 0;
    TRICLAVE_TRY_ASSIGN(field.metadata, metadata(schema.metadata));
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
      auto child = this->field(*schema.children[i], depth + 1);
      if (!child) return wrong(fmt::format("child {}: {}", i, child.error().message));
      field.children.push_back(*std::move(child));
    }
    if (schema.dictionary != nullptr) {
      auto values = this->field(*schema.dictionary, depth + 1);
      if (!values) return wrong("dictionary: " + values.error().message);
      field.dictionary.push_back(*std::move(values));
    }
    return field;
  }

  Result<Field> column(const ArrowSchema& schema) {
    fields_ = 0;
    return field(schema, 1);
  }

  static Result<void> structure(const ArrowSchema& schema, std::size_t most_children) {
    if (schema.release == nullptr) return wrong("its schema was released already");
    if (schema.format == nullptr) return wrong("its schema has no format");
    if (schema.n_children < 0 || static_cast<std::uint64_t>(schema.n_children) > most_children)
      return wrong(fmt::format("its schema has {} children, 0 to {} are possible", schema.n_children, most_children));
    if (schema.n_children > 0 && schema.children == nullptr) return wrong("its schema has no array of children");
    for (std::int64_t i = 0; i < schema.n_children; ++i)
      if (schema.children[i] == nullptr) return wrong(fmt::format("child {} of its schema is missing", i));
    return {};
  }

 private:
  Result<void> spend(std::size_t cost) {
    cost_ += cost;
    if (cost_ > kMaxSchemaCost) return wrong("the whole schema would be larger than 64 MiB");
    return {};
  }

  std::size_t fields_ = 0;  // of the column that is being read
  std::size_t cost_ = 0;
};

}  // namespace

Result<Schema> import_schema(const ArrowSchema& schema) {
  if (auto sound = Reader::structure(schema, kMaxColumns); !sound) return wrong("the table: " + sound.error().message);
  if (const auto format = bounded(schema.format, kMaxFormat); format != "+s")
    return wrong("the table: its schema is not that of a record batch (Arrow format '+s')");
  if (schema.dictionary != nullptr) return wrong("the table: a record batch has no dictionary");
  Reader reader;
  Schema out;
  auto metadata = reader.metadata(schema.metadata);
  if (!metadata) return wrong("the table: " + metadata.error().message);
  out.metadata = *std::move(metadata);
  out.columns.reserve(static_cast<std::size_t>(schema.n_children));
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    auto column = reader.column(*schema.children[i]);
    if (!column) return wrong(fmt::format("column {} (counted from 0): {}", i, column.error().message));
    if (auto sound = check_field(*column); !sound) {
      const bool unsupported = sound.error().kind == ErrorKind::unsupported;
      return fail(unsupported ? ErrorKind::unsupported : ErrorKind::invalid_argument,
                  fmt::format("{} (number {}, counted from 0)", sound.error().message, i));
    }
    out.columns.push_back(*std::move(column));
  }
  std::unordered_set<std::string_view> names;
  for (const Field& column : out.columns)
    if (!names.insert(column.name).second) return wrong(fmt::format("two columns are called '{}'", column.name));
  return out;
}

}  // namespace triclave::table
