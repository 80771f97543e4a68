// A policy file as text: parsed by protobuf, with the place of everything in it, so that each error can say where.
#pragma once

#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <string_view>

#include "format/policy_file.pb.h"
#include "triclave/error.h"

namespace triclave::policy {

inline constexpr std::size_t kMaxPolicyFile = 1024 * 1024;

// Lines and columns count from 1; a column is a byte, and a tab reaches to the next multiple of 8, as protobuf counts.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

// What all places of one file share.
struct PolicyText {
  std::string origin;
  std::string_view text;
  v1::PolicyFile file;
  google::protobuf::TextFormat::ParseInfoTree tree;
};

// `text` must outlive the result. Errors: malformed.
Result<std::unique_ptr<PolicyText>> parse_policy_text(std::string_view text, std::string_view origin);

// A message of the file. Names of fields are those of policy_file.proto.
class Place {
 public:
  static Place of_file(const PolicyText& text);
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
  Place(const PolicyText& text, const google::protobuf::Descriptor& type, const Tree* tree, Position start)
      : text_(&text), type_(&type), tree_(tree), start_(start) {}
  Position position(const char* field, int index) const;
  tl::unexpected<Error> fail_at(Position at, std::string_view message, ErrorKind kind) const;

  const PolicyText* text_;
  const google::protobuf::Descriptor* type_;
  const Tree* tree_;  // nullptr where the message is not written
  Position start_;
};

}  // namespace triclave::policy
