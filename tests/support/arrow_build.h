// Arrow arrays and their schemas, built from values by tests, and spoilt by them before they are handed out.
#pragma once

#include <atomic>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "table/column.h"
#include "table/owned.h"

namespace triclave::testing {

// One array with its part of the schema, as plain values. What is not set is a null pointer.
struct Parts {
  std::string format = {};
  std::string name = {};
  bool nullable = true;
  bool ordered = false;  // its dictionary
  std::vector<table::KeyValue> metadata = {};

  std::int64_t length = 0;
  std::int64_t null_count = -1;
  std::int64_t offset = 0;
  std::vector<std::optional<Bytes>> buffers = {};
  std::vector<Parts> children = {};
  std::vector<Parts> dictionary = {};  // none or one
};

// C structures with these parts, in memory of their own: each buffer is an allocation of exactly its size, so that
// valgrind and ASan see reads beyond it.
table::OwnedSchema schema_of(const Parts& parts);
table::OwnedArray array_of(const Parts& parts);

// How many structures made by the two functions above were not released yet.
std::int64_t alive();

// What a table's schema keeps of these parts.
table::Field field_of(const Parts& parts);

// A record batch of columns of one length.
Parts batch_of(std::vector<Parts> columns);

// The bitmap of these flags; none where all are set.
std::optional<Bytes> bitmap_of(const std::vector<bool>& flags);

Parts nulls(std::string name, std::int64_t length);
Parts booleans(std::string name, const std::vector<std::optional<bool>>& values);
// `format`: u, U, z or Z.
Parts texts(std::string name, const std::vector<std::optional<std::string>>& values, std::string format = "u");
// Lists of these numbers of `child`'s values; `format`: +l or +L.
Parts lists(std::string name, const std::vector<std::optional<std::int64_t>>& sizes, Parts child,
            std::string format = "+l");
// `valid`: which structs are not null; empty: all.
Parts structs(std::string name, std::int64_t length, std::vector<Parts> children, const std::vector<bool>& valid = {});
Parts with_dictionary(Parts indices, Parts values);

template <class T>
Parts fixed(std::string name, std::string format, const std::vector<std::optional<T>>& values) {
  Parts parts{.format = std::move(format), .name = std::move(name), .length = static_cast<std::int64_t>(values.size())};
  Bytes bytes(values.size() * sizeof(T));
  std::vector<bool> valid;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = values[i].value_or(T{});
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
    valid.push_back(values[i].has_value());
  }
  parts.buffers = {bitmap_of(valid), std::move(bytes)};
  return parts;
}

// Each value of a canonical column as text: null, true, -7, 1.5, 'text', [1, null], {a: 1, b: 'x'}; what has a
// dictionary as its value there, and what is fixed and none of the above, in hex.
std::vector<std::string> shown(const table::Field& field, const std::vector<table::Node>& nodes);

}  // namespace triclave::testing
