#include "rows/column_builder.h"

#include <utility>

#include "table/bits.h"

namespace triclave::rows {
namespace {

// Appends bit number `index`, which is the first that has no place yet in its byte or in a new one.
void append_bit(Bytes& bits, std::uint64_t index, bool bit) {
  if (index % 8 == 0) bits.push_back(0);
  if (bit) bits.back() = static_cast<std::uint8_t>(bits.back() | 1u << (index % 8));
}

ByteView view_of(const std::vector<std::int32_t>& offsets) {
  return {reinterpret_cast<const std::uint8_t*>(offsets.data()), offsets.size() * sizeof(std::int32_t)};
}

}  // namespace

table::Node ColumnMemory::node(const CsvType& type) const {
  if (type.kind == CsvType::Kind::text) return {length, nulls, {validity, view_of(offsets), as_bytes(text)}};
  return {length, nulls, {validity, values, {}}};
}

void ColumnBuilder::clear() {
  memory_ = {};
  if (type_.kind == CsvType::Kind::text) memory_.offsets.push_back(0);
}

void ColumnBuilder::append_valid() {
  if (!memory_.validity.empty()) append_bit(memory_.validity, memory_.length, true);
  ++memory_.length;
}

void ColumnBuilder::append_null() {
  if (memory_.nulls == 0) {
    // So far all were valid; bits behind the last of them stay 0.
    memory_.validity.assign(static_cast<std::size_t>(memory_.length / 8), 0xFF);
    if (const unsigned rest = memory_.length % 8; rest != 0)
      memory_.validity.push_back(static_cast<std::uint8_t>((1u << rest) - 1));
  }
  append_bit(memory_.validity, memory_.length, false);
  switch (type_.kind) {
    case CsvType::Kind::text:
      memory_.offsets.push_back(memory_.offsets.back());
      break;
    case CsvType::Kind::boolean:
      append_bit(memory_.values, memory_.length, false);
      break;
    default:
      memory_.values.resize(memory_.values.size() + width_);
      break;
  }
  ++memory_.nulls;
  ++memory_.length;
}

void ColumnBuilder::append_text() {
  memory_.offsets.push_back(static_cast<std::int32_t>(memory_.text.size()));
  append_valid();
}

void ColumnBuilder::append(const Value& value) {
  if (type_.kind == CsvType::Kind::boolean) {
    append_bit(memory_.values, memory_.length, value.bytes[0] != 0);
  } else {
    memory_.values.insert(memory_.values.end(), value.bytes.data(), value.bytes.data() + width_);
  }
  append_valid();
}

ColumnMemory ColumnBuilder::take() {
  ColumnMemory taken = std::move(memory_);
  clear();
  return taken;
}

}  // namespace triclave::rows
