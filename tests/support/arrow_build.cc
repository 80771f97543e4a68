#include "support/arrow_build.h"

#include <memory>
#include <utility>

#include "base/text_codec.h"

namespace triclave::testing {
namespace {

std::atomic<std::int64_t> alive_structures = 0;

struct Given {
  std::vector<std::unique_ptr<std::uint8_t[]>> memory;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
  ArrowArray dictionary{};
};

void release_array(ArrowArray* array) {
  auto* given = static_cast<Given*>(array->private_data);
  for (ArrowArray& child : given->children)
    if (child.release != nullptr) child.release(&child);
  if (given->dictionary.release != nullptr) given->dictionary.release(&given->dictionary);
  delete given;
  array->release = nullptr;
  --alive_structures;
}

void give(const Parts& parts, ArrowArray* out) {
  auto* given = new Given;
  for (const auto& buffer : parts.buffers) {
    std::uint8_t* bytes = nullptr;
    if (buffer) {
      bytes = given->memory.emplace_back(new std::uint8_t[buffer->size()]).get();
      if (!buffer->empty()) std::memcpy(bytes, buffer->data(), buffer->size());
    }
    given->buffers.push_back(bytes);
  }
  given->children.resize(parts.children.size());
  for (std::size_t i = 0; i < parts.children.size(); ++i) {
    give(parts.children[i], &given->children[i]);
    given->child_pointers.push_back(&given->children[i]);
  }
  if (!parts.dictionary.empty()) give(parts.dictionary[0], &given->dictionary);
  *out = {parts.length,
          parts.null_count,
          parts.offset,
          static_cast<std::int64_t>(parts.buffers.size()),
          static_cast<std::int64_t>(parts.children.size()),
          given->buffers.data(),
          given->child_pointers.data(),
          parts.dictionary.empty() ? nullptr : &given->dictionary,
          release_array,
          given};
  ++alive_structures;
}

// The schema's side is the library's own, whose round trip has a test.
table::Field plain_field(const Parts& parts) {
  table::Field field;
  field.name = parts.name;
  field.format = parts.format;
  field.nullable = parts.nullable;
  field.dictionary_ordered = parts.ordered;
  field.metadata = parts.metadata;
  for (const Parts& child : parts.children) field.children.push_back(plain_field(child));
  for (const Parts& values : parts.dictionary) field.dictionary.push_back(plain_field(values));
  return field;
}

class Show {
 public:
  explicit Show(const std::vector<table::Node>& nodes) : nodes_(nodes) {}

  std::vector<std::string> values(const table::Field& field) {
    const table::Node& node = nodes_.at(next_++);
    std::vector<std::vector<std::string>> below;
    for (const auto& child : field.children) below.push_back(values(child));
    for (const auto& dictionary : field.dictionary) below.push_back(values(dictionary));
    std::vector<std::string> out;
    for (std::size_t i = 0; i < node.length; ++i) {
      const bool null = field.type.layout == table::Layout::null ||
                        (!node.buffers[0].empty() && (node.buffers[0][i / 8] >> (i % 8) & 1) == 0);
      out.push_back(null ? "null" : value(field, node, i, below));
    }
    return out;
  }

 private:
  template <class T>
  static T load(ByteView bytes, std::size_t index) {
    T value;
    std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
    return value;
  }

  static std::size_t offset(const table::Field& field, const table::Node& node, std::size_t i) {
    return field.type.width == 4 ? load<std::uint32_t>(node.buffers[1], i) : load<std::uint64_t>(node.buffers[1], i);
  }

  static std::string number(char format, ByteView bytes, std::size_t i) {
    switch (format) {
      case 'c':
        return std::to_string(load<std::int8_t>(bytes, i));
      case 'C':
        return std::to_string(load<std::uint8_t>(bytes, i));
      case 's':
        return std::to_string(load<std::int16_t>(bytes, i));
      case 'S':
        return std::to_string(load<std::uint16_t>(bytes, i));
      case 'i':
        return std::to_string(load<std::int32_t>(bytes, i));
      case 'I':
        return std::to_string(load<std::uint32_t>(bytes, i));
      case 'l':
        return std::to_string(load<std::int64_t>(bytes, i));
      default:
        return std::to_string(load<std::uint64_t>(bytes, i));
    }
  }

  static std::string value(const table::Field& field, const table::Node& node, std::size_t i,
                           const std::vector<std::vector<std::string>>& below) {
    switch (field.type.layout) {
      case table::Layout::null:
        return "null";
      case table::Layout::bits:
        return (node.buffers[1][i / 8] >> (i % 8) & 1) != 0 ? "true" : "false";
      case table::Layout::bytes: {
        const std::size_t begin = offset(field, node, i), end = offset(field, node, i + 1);
        return "'" + std::string(as_text(node.buffers[2].subspan(begin, end - begin))) + "'";
      }
      case table::Layout::list: {
        std::string text = "[";
        for (std::size_t j = offset(field, node, i); j < offset(field, node, i + 1); ++j)
          text += (text.size() > 1 ? ", " : "") + below[0].at(j);
        return text + "]";
      }
      case table::Layout::structs: {
        std::string text = "{";
        for (std::size_t j = 0; j < below.size(); ++j)
          text += (j != 0 ? ", " : "") + field.children[j].name + ": " + below[j].at(i);
        return text + "}";
      }
      case table::Layout::fixed:
        break;
    }
    if (std::string("cCsSiIlL").find(field.format[0]) != std::string::npos && field.format.size() == 1) {
      const std::string index = number(field.format[0], node.buffers[1], i);
      return field.dictionary.empty() ? index : below[0].at(std::stoul(index));
    }
    if (field.format == "g") return std::to_string(load<double>(node.buffers[1], i));
    return to_hex(node.buffers[1].subspan(i * field.type.width, field.type.width));
  }

  const std::vector<table::Node>& nodes_;
  std::size_t next_ = 0;
};

template <class Offset>
Bytes offsets_of(const std::vector<std::size_t>& sizes) {
  Bytes bytes((sizes.size() + 1) * sizeof(Offset));
  Offset end = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    end = static_cast<Offset>(end + static_cast<Offset>(sizes[i]));
    std::memcpy(bytes.data() + (i + 1) * sizeof(Offset), &end, sizeof(Offset));
  }
  return bytes;
}

Bytes offsets_for(const std::string& format, const std::vector<std::size_t>& sizes) {
  return format == "U" || format == "Z" || format == "+L" ? offsets_of<std::int64_t>(sizes)
                                                          : offsets_of<std::int32_t>(sizes);
}

}  // namespace

table::OwnedSchema schema_of(const Parts& parts) {
  table::Schema columns;
  for (const Parts& child : parts.children) columns.columns.push_back(plain_field(child));
  columns.metadata = parts.metadata;
  table::OwnedSchema out;
  export_schema(columns, out.get());
  return out;
}

table::OwnedArray array_of(const Parts& parts) {
  table::OwnedArray out;
  give(parts, out.get());
  return out;
}

std::int64_t alive() { return alive_structures; }

table::Field field_of(const Parts& parts) {
  table::Field field = plain_field(parts);
  if (!check_field(field)) std::abort();  // a test's mistake
  return field;
}

Parts batch_of(std::vector<Parts> columns) {
  Parts parts{.format = "+s", .length = columns.empty() ? 0 : columns[0].length, .null_count = 0};
  parts.buffers = {std::nullopt};
  parts.children = std::move(columns);
  return parts;
}

std::optional<Bytes> bitmap_of(const std::vector<bool>& flags) {
  Bytes bitmap((flags.size() + 7) / 8);
  bool all = true;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) bitmap[i / 8] = static_cast<std::uint8_t>(bitmap[i / 8] | 1u << (i % 8));
    all = all && flags[i];
  }
  return all ? std::nullopt : std::optional(bitmap);
}

Parts nulls(std::string name, std::int64_t length) {
  return {.format = "n", .name = std::move(name), .length = length, .null_count = length};
}

Parts booleans(std::string name, const std::vector<std::optional<bool>>& values) {
  Parts parts{.format = "b", .name = std::move(name), .length = static_cast<std::int64_t>(values.size())};
  Bytes bits((values.size() + 7) / 8);
  std::vector<bool> valid;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].value_or(false)) bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1u << (i % 8));
    valid.push_back(values[i].has_value());
  }
  parts.buffers = {bitmap_of(valid), std::move(bits)};
  return parts;
}

Parts texts(std::string name, const std::vector<std::optional<std::string>>& values, std::string format) {
  Parts parts{.format = std::move(format), .name = std::move(name), .length = static_cast<std::int64_t>(values.size())};
  Bytes data;
  std::vector<bool> valid;
  std::vector<std::size_t> sizes;
  for (const auto& value : values) {
    const std::string text = value.value_or("");
    data.insert(data.end(), text.begin(), text.end());
    sizes.push_back(text.size());
    valid.push_back(value.has_value());
  }
  parts.buffers = {bitmap_of(valid), offsets_for(parts.format, sizes), std::move(data)};
  return parts;
}

Parts lists(std::string name, const std::vector<std::optional<std::int64_t>>& sizes, Parts child, std::string format) {
  Parts parts{.format = std::move(format), .name = std::move(name), .length = static_cast<std::int64_t>(sizes.size())};
  std::vector<bool> valid;
  std::vector<std::size_t> plain;
  for (const auto& size : sizes) {
    plain.push_back(static_cast<std::size_t>(size.value_or(0)));
    valid.push_back(size.has_value());
  }
  parts.buffers = {bitmap_of(valid), offsets_for(parts.format, plain)};
  parts.children.push_back(std::move(child));
  return parts;
}

Parts structs(std::string name, std::int64_t length, std::vector<Parts> children, const std::vector<bool>& valid) {
  Parts parts{.format = "+s", .name = std::move(name), .length = length};
  parts.buffers = {bitmap_of(valid)};
  parts.children = std::move(children);
  return parts;
}

Parts with_dictionary(Parts indices, Parts values) {
  indices.dictionary.push_back(std::move(values));
  return indices;
}

std::vector<std::string> shown(const table::Field& field, const std::vector<table::Node>& nodes) {
  return Show(nodes).values(field);
}

}  // namespace triclave::testing
