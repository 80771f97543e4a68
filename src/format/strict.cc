#include "format/strict.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "base/names.h"

namespace triclave::format {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Walks the bytes of one message beside its schema. Only what suite 1 uses is known: uint32, uint64, bool, string,
// bytes and nested messages.
class Walk {
 public:
  Walk(std::string_view what, std::size_t max_fields) : what_(what), max_fields_(max_fields) {}

  Result<void> message(ByteView bytes, const Descriptor& type, int depth) {
    if (depth > kMaxDepth) return refuse(type, "is nested too deeply");
    int previous = 0;
    std::uint64_t oneofs = 0;  // those of which a member stands, by their index
    while (!bytes.empty()) {
      //= SPEC PB-08
      if (++fields_ > max_fields_) return refuse(type, "has too many fields");
      std::uint64_t tag = 0;
      if (!varint(bytes, tag) || tag > 0xFFFFFFFF) return refuse(type, "has a broken field tag");
      const auto number = static_cast<int>(tag >> 3);
      const auto wire_type = static_cast<unsigned>(tag & 7);
      const FieldDescriptor* field = type.FindFieldByNumber(number);
      //= SPEC PB-05
      if (field == nullptr) return refuse(type, fmt::format("has an unknown field {}", number));
      //= SPEC PB-01, PB-02
      if (number < previous || (number == previous && !field->is_repeated()))
        return refuse(type, fmt::format("has its field {} out of order or twice", field->name()));
      previous = number;
      if (const auto* oneof = field->real_containing_oneof(); oneof != nullptr) {
        const std::uint64_t bit = std::uint64_t{1} << oneof->index();
        if ((oneofs & bit) != 0) return refuse(type, fmt::format("has two members of its oneof {}", oneof->name()));
        oneofs |= bit;
      }
      const bool is_number = field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
                             field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64 ||
                             field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
      //= SPEC PB-06
      if (wire_type != (is_number ? 0u : 2u))
        return refuse(type, fmt::format("has a wrong wire type at {}", field->name()));
      std::uint64_t value = 0;
      //= SPEC PB-04
      if (!varint(bytes, value)) return refuse(type, fmt::format("has a broken integer at {}", field->name()));
      if (is_number) {
        if (auto ok = number_field(*field, value, type); !ok) return ok;
        continue;
      }
      if (value > bytes.size()) return refuse(type, fmt::format("is cut short at {}", field->name()));
      const ByteView content = bytes.first(static_cast<std::size_t>(value));
      bytes = bytes.subspan(content.size());
      if (auto ok = content_field(*field, content, type, depth); !ok) return ok;
    }
    return {};
  }

 private:
  Result<void> number_field(const FieldDescriptor& field, std::uint64_t value, const Descriptor& type) const {
    //= SPEC PB-03
    if (value == 0) return refuse(type, fmt::format("spells out the default of {}", field.name()));
    const std::uint64_t most = field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ? 0xFFFFFFFF
                               : field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL ? 1
                                                                                   : ~std::uint64_t{0};
    if (value > most) return refuse(type, fmt::format("has a number out of range at {}", field.name()));
    return {};
  }

  Result<void> content_field(const FieldDescriptor& field, ByteView content, const Descriptor& type, int depth) {
    //= SPEC PB-03
    if (content.empty() && !field.is_repeated())
      return refuse(type, fmt::format("spells out the default of {}", field.name()));
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return message(content, *field.message_type(), depth + 1);
    //= SPEC PB-07
    if (field.type() == FieldDescriptor::TYPE_STRING && !is_utf8(as_text(content)))
      return refuse(type, fmt::format("has text at {} that is not UTF-8", field.name()));
    return {};
  }

  // Reads a minimal base-128 integer of up to 64 bits.
  static bool varint(ByteView& bytes, std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
      const std::uint8_t byte = bytes[i];
      if (i == 9 && byte > 1) return false;
      value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
      if ((byte & 0x80) == 0) {
        bytes = bytes.subspan(i + 1);
        return i == 0 || byte != 0;
      }
    }
    return false;
  }

  tl::unexpected<Error> refuse(const Descriptor& type, std::string_view why) const {
    return fail(ErrorKind::malformed,
                fmt::format("{} is damaged or not in Triclave's format: {} {}", what_, type.name(), why));
  }

  std::string_view what_;
  std::size_t max_fields_;
  std::size_t fields_ = 0;
};

}  // namespace

Result<void> check_strict(ByteView bytes, const Descriptor& type, std::string_view what, std::size_t max_fields) {
  return Walk(what, max_fields).message(bytes, type, 1);
}

Bytes serialize(const google::protobuf::Message& message) {
  Bytes out(message.ByteSizeLong());
  google::protobuf::io::ArrayOutputStream array(out.data(), static_cast<int>(out.size()));
  google::protobuf::io::CodedOutputStream coded(&array);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  return out;
}

}  // namespace triclave::format
