// Files that people write as textproto: parsed by protobuf, with the place of everything in them, so that each error can
// say where.
#pragma once

#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>

#include "triclave/error.h"

namespace triclave::format {

inline constexpr std::size_t kMaxTextProto = 1024 * 1024;

// Lines and columns count from 1; a column is a byte, and a tab reaches to the next multiple of 8, as protobuf counts.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

// What all places of one file share.
struct TextProto {
  std::string origin;
  std::string_view text;
  google::protobuf::TextFormat::ParseInfoTree tree;
};

// Fills `out` and `file`; `text` must outlive `out`. `what`: "a policy file". Errors: malformed.
Result<void> parse_text_proto(std::string_view text, std::string_view origin, std::string_view what, TextProto& out,
                              google::protobuf::Message& file);

// A message of the file. Names of fields are those of the file's .proto.
class Place {
 public:
  static Place of_file(const TextProto& text, const google::protobuf::Descriptor& type);
  // `index` counts the values of a repeated field.
  Place inside(const char* field, int index = -1) const;

  // "ORIGIN:LINE:COLUMN: message", at the field where it stands, else where this message begins.
  tl::unexpected<Error> error(const char* field, std::string_view message, ErrorKind kind = ErrorKind::malformed) const;
  tl::unexpected<Error> error_at(const char* field, int index, std::string_view message,
                                 ErrorKind kind = ErrorKind::malformed) const;
  // Inside the text of a string field that is not repeated.
  tl::unexpected<Error> error_in_string(const char* field, std::size_t offset, std::string_view message,
                                        ErrorKind kind = ErrorKind::malformed) const;

 private:
  using Tree = google::protobuf::TextFormat::ParseInfoTree;
  Place(const TextProto& text, const google::protobuf::Descriptor& type, const Tree* tree, Position start)
      : text_(&text), type_(&type), tree_(tree), start_(start) {}
  Position position(const char* field, int index) const;
  tl::unexpected<Error> fail_at(Position at, std::string_view message, ErrorKind kind) const;

  const TextProto* text_;
  const google::protobuf::Descriptor* type_;
  const Tree* tree_;  // nullptr where the message is not written
  Position start_;
};

}  // namespace triclave::format
