// Text and binary views (formats vu and vz) as text and binary with 64 bit offsets (U and Z). All other buffers stay
// where they are: a rebuilt array keeps the one that it was made of.
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "arrow_in.h"

namespace triclave::python {
namespace {

constexpr int kMaxDepth = 64;  // of hostile nesting; sealed tables take less and say so

bool is_view(const ArrowSchema& schema) {
  const std::string_view format = schema.format == nullptr ? "" : schema.format;
  return format == "vu" || format == "vz";
}

bool has_views(const ArrowSchema& schema, int depth) {
  if (depth > kMaxDepth) return false;
  if (is_view(schema)) return true;
  for (std::int64_t i = 0; i < schema.n_children; ++i)
    if (has_views(*schema.children[i], depth + 1)) return true;
  return schema.dictionary != nullptr && has_views(*schema.dictionary, depth + 1);
}

// A rebuilt schema or array: its own list of children, and what they were made of.
struct BuiltSchema {
  OwnedSchema dictionary;
  std::vector<OwnedSchema> children;
  std::vector<ArrowSchema*> pointers;
  std::string format, name, metadata;
};
struct BuiltArray {
  OwnedArray from, dictionary;
  std::vector<OwnedArray> children;
  std::vector<ArrowArray*> pointers;
  std::vector<const void*> buffers;
  std::vector<std::int64_t> offsets;
  std::unique_ptr<std::uint8_t[]> bytes;
};

template <class Built, class Struct>
void adopt(std::unique_ptr<Built> built, Struct* out) {
  for (auto& child : built->children) built->pointers.push_back(child.get());
  out->n_children = static_cast<std::int64_t>(built->pointers.size());
  out->children = built->pointers.data();
  out->dictionary = built->dictionary->release == nullptr ? nullptr : built->dictionary.get();
  out->private_data = built.release();
  out->release = [](Struct* self) {
    delete static_cast<Built*>(self->private_data);
    self->release = nullptr;
  };
}

// Metadata of the C Data Interface: native int32 counts and lengths.
std::string metadata_of(const char* metadata) {
  if (metadata == nullptr) return {};
  const char* at = metadata;
  const auto number = [&at] {
    std::int32_t out = 0;
    std::memcpy(&out, at, sizeof out);
    at += sizeof out;
    return out;
  };
  for (std::int32_t left = 2 * number(); left > 0; --left) {
    const std::int32_t length = number();
    at += length;
  }
  return {metadata, at};
}

OwnedSchema copied(const ArrowSchema& schema) {
  auto built = std::make_unique<BuiltSchema>();
  built->format = is_view(schema) ? (std::string_view(schema.format) == "vu" ? "U" : "Z") : schema.format;
  built->name = schema.name == nullptr ? "" : schema.name;
  built->metadata = metadata_of(schema.metadata);
  for (std::int64_t i = 0; i < schema.n_children; ++i) built->children.push_back(copied(*schema.children[i]));
  if (schema.dictionary != nullptr) built->dictionary = copied(*schema.dictionary);
  ArrowSchema out{};
  out.format = built->format.c_str();
  out.name = built->name.c_str();
  out.metadata = schema.metadata == nullptr ? nullptr : built->metadata.data();
  out.flags = schema.flags;
  adopt(std::move(built), &out);
  return OwnedSchema(&out);
}

// Sixteen bytes: a length, then up to twelve bytes, or four of them with a buffer's number and an offset there.
struct View {
  std::int32_t length;
  union {
    std::uint8_t inlined[12];
    struct {
      std::uint8_t prefix[4];
      std::int32_t buffer, offset;
    } far;
  };
};
static_assert(sizeof(View) == 16);

class ViewReader {
 public:
  explicit ViewReader(const ArrowArray& array) : array_(array) {}

  bool is_sound() const {
    if (array_.length < 0 || array_.offset < 0 || array_.n_buffers < 3 || array_.buffers == nullptr) return false;
    return (array_.length == 0 || array_.buffers[1] != nullptr) && (array_.n_buffers == 3 || array_.buffers[array_.n_buffers - 1] != nullptr);
  }
  bool is_null(std::int64_t i) const {
    const auto* valid = static_cast<const std::uint8_t*>(array_.buffers[0]);
    const auto bit = static_cast<std::uint64_t>(array_.offset + i);
    return valid != nullptr && (valid[bit / 8] >> (bit % 8) & 1) == 0;
  }
  // The bytes at `i`; false where the view leads out of its buffer.
  bool get(std::int64_t i, std::string_view* out) const {
    const View& view = static_cast<const View*>(array_.buffers[1])[array_.offset + i];
    if (view.length < 0) return false;
    const auto length = static_cast<std::size_t>(view.length);
    if (length <= sizeof view.inlined) {
      *out = {reinterpret_cast<const char*>(view.inlined), length};
      return true;
    }
    const auto* sizes = static_cast<const std::int64_t*>(array_.buffers[array_.n_buffers - 1]);
    if (view.far.buffer < 0 || view.far.buffer >= array_.n_buffers - 3 || view.far.offset < 0) return false;
    if (std::int64_t{view.far.offset} + view.length > sizes[view.far.buffer]) return false;
    const auto* bytes = static_cast<const char*>(array_.buffers[2 + view.far.buffer]);
    if (bytes == nullptr) return false;
    *out = {bytes + view.far.offset, length};
    return true;
  }

 private:
  const ArrowArray& array_;
};

// The validity as it stands: the offset goes with it, so that offsets begin with as many empty places.
Result<OwnedArray> flattened(OwnedArray array) {
  auto built = std::make_unique<BuiltArray>();
  const ViewReader views(*array);
  const auto unsound = [] { return fail(ErrorKind::invalid_argument, "a column's text view leads out of its buffers"); };
  if (!views.is_sound()) return unsound();
  const auto front = static_cast<std::size_t>(array->offset), rows = static_cast<std::size_t>(array->length);
  built->offsets.resize(front + rows + 1);
  std::uint64_t size = 0;
  std::string_view text;
  for (std::size_t i = 0; i < rows; ++i) {
    if (!views.is_null(static_cast<std::int64_t>(i))) {
      if (!views.get(static_cast<std::int64_t>(i), &text)) return unsound();
      size += text.size();
    }
    built->offsets[front + i + 1] = static_cast<std::int64_t>(size);
  }
  built->bytes = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  for (std::size_t i = 0; i < rows; ++i)
    if (!views.is_null(static_cast<std::int64_t>(i)) && views.get(static_cast<std::int64_t>(i), &text) && !text.empty())
      std::memcpy(built->bytes.get() + built->offsets[front + i], text.data(), text.size());
  built->buffers = {array->buffers[0], built->offsets.data(), built->bytes.get()};
  ArrowArray out{array->length, array->null_count, array->offset, 3, 0, built->buffers.data(), nullptr, nullptr, nullptr, nullptr};
  built->from = std::move(array);
  adopt(std::move(built), &out);
  return OwnedArray(&out);
}

Result<OwnedArray> rebuilt(const ArrowSchema& schema, OwnedArray array, int depth) {
  if (!has_views(schema, depth)) return array;
  if (is_view(schema)) return flattened(std::move(array));
  if (array->n_children != schema.n_children || (schema.dictionary != nullptr) != (array->dictionary != nullptr))
    return fail(ErrorKind::invalid_argument, "a column's arrays are not what its schema says");
  auto built = std::make_unique<BuiltArray>();
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    auto child = rebuilt(*schema.children[i], OwnedArray(array->children[i]), depth + 1);
    if (!child) return child;
    built->children.push_back(std::move(*child));
  }
  if (schema.dictionary != nullptr) {
    auto dictionary = rebuilt(*schema.dictionary, OwnedArray(array->dictionary), depth + 1);
    if (!dictionary) return dictionary;
    built->dictionary = std::move(*dictionary);
  }
  ArrowArray out{array->length, array->null_count, array->offset, array->n_buffers, 0, array->buffers, nullptr, nullptr, nullptr, nullptr};
  built->from = std::move(array);
  adopt(std::move(built), &out);
  return OwnedArray(&out);
}

}  // namespace

bool has_views(const ArrowSchema& schema) { return has_views(schema, 0); }

Result<OwnedSchema> schema_without_views(const ArrowSchema& schema) { return copied(schema); }

Result<OwnedArray> array_without_views(const ArrowSchema& schema, OwnedArray array) { return rebuilt(schema, std::move(array), 0); }

}  // namespace triclave::python
