#include <cstring>
#include <utility>

#include "table/field.h"

namespace triclave::table {
namespace {

// What an exported schema points to. A child that the consumer moved out lives on its own.
struct ExportedSchema {
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
  ArrowSchema dictionary{};
};

void release(ArrowSchema* schema) noexcept {
  auto* exported = static_cast<ExportedSchema*>(schema->private_data);
  for (ArrowSchema& child : exported->children)
    if (child.release != nullptr) child.release(&child);
  if (exported->dictionary.release != nullptr) exported->dictionary.release(&exported->dictionary);
  delete exported;
  schema->release = nullptr;
}

// Numbers are in the machine's byte order, as the standard says.
std::string blob_of(const std::vector<KeyValue>& pairs) {
  std::string blob;
  const auto number = [&](std::size_t value) {
    const auto narrow = static_cast<std::int32_t>(value);
    char bytes[sizeof narrow];
    std::memcpy(bytes, &narrow, sizeof narrow);
    blob.append(bytes, sizeof narrow);
  };
  if (pairs.empty()) return blob;
  number(pairs.size());
  for (const KeyValue& pair : pairs)
    for (const std::string* part : {&pair.key, &pair.value}) {
      number(part->size());
      blob += *part;
    }
  return blob;
}

void export_struct(std::string format, std::string name, const std::vector<KeyValue>& metadata, std::int64_t flags,
                   const std::vector<Field>& children, const Field* dictionary, ArrowSchema* out);

void export_field(const Field& field, ArrowSchema* out) {
  const std::int64_t flags =
      (field.nullable ? ARROW_FLAG_NULLABLE : 0) | (field.dictionary_ordered ? ARROW_FLAG_DICTIONARY_ORDERED : 0);
  export_struct(field.format, field.name, field.metadata, flags, field.children,
                field.dictionary.empty() ? nullptr : &field.dictionary[0], out);
}

void export_struct(std::string format, std::string name, const std::vector<KeyValue>& metadata, std::int64_t flags,
                   const std::vector<Field>& children, const Field* dictionary, ArrowSchema* out) {
  auto* exported = new ExportedSchema{std::move(format), std::move(name), blob_of(metadata), {}, {}, {}};
  exported->children.resize(children.size());
  for (std::size_t i = 0; i < children.size(); ++i) {
    export_field(children[i], &exported->children[i]);
    exported->child_pointers.push_back(&exported->children[i]);
  }
  if (dictionary != nullptr) export_field(*dictionary, &exported->dictionary);
  *out = {exported->format.c_str(),
          exported->name.c_str(),
          exported->metadata.empty() ? nullptr : exported->metadata.data(),
          flags,
          static_cast<std::int64_t>(children.size()),
          children.empty() ? nullptr : exported->child_pointers.data(),
          dictionary == nullptr ? nullptr : &exported->dictionary,
          release,
          exported};
}

}  // namespace

void export_schema(const Schema& schema, ArrowSchema* out) {
  export_struct("+s", "", schema.metadata, 0, schema.columns, nullptr, out);
}

}  // namespace triclave::table
