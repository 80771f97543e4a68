#include "format/text_proto.h"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <optional>

#include "base/names.h"

namespace triclave::format {
namespace {

constexpr int kMaxNesting = 8;  // of messages; the schemas need 3
constexpr std::size_t kTab = 8;
constexpr std::size_t kMaxMessage = 512;  // bytes

// Some errors protobuf notices only when it stands behind the token that is wrong, perhaps on the next line.
bool is_about_token_before(std::string_view message) {
  constexpr std::string_view kSuch[] = {"has no field named", "specified multiple times", "Unknown enumeration value",
                                        "Invalid value for boolean field"};
  return std::any_of(std::begin(kSuch), std::end(kSuch),
                     [&](std::string_view such) { return message.find(such) != std::string_view::npos; });
}

// Protobuf goes on after an error and reports what follows from it; only the first one is the writer's.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (first_) return;
    // A line of -1 means the file as a whole.
    first_ = {{static_cast<std::size_t>(std::max(line, 0)) + 1, static_cast<std::size_t>(std::max(column, 0)) + 1},
              message};
  }
  const auto& get() const { return first_; }

 private:
  std::optional<std::pair<Position, std::string>> first_;
};

// Messages quote the file, which may hold anything; what would upset a terminal or a log is left out.
std::string located(std::string_view origin, Position at, std::string_view message) {
  std::string clean(message.substr(0, kMaxMessage));
  if (!is_text(clean, kMaxMessage))
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return fmt::format("{}:{}:{}: {}", origin, at.line, at.column, clean);
}

void step(Position& at, char c) {
  if (c == '\n') {
    ++at.line;
    at.column = 1;
  } else if (c == '\t') {
    at.column += kTab - (at.column - 1) % kTab;
  } else {
    ++at.column;
  }
}

// Walks a textproto string value, which may be several literals, to its byte `offset`. An escape counts as one byte.
class StringWalker {
 public:
  StringWalker(std::string_view text, Position field) : text_(text) {
    while (index_ < text.size() && (at_.line < field.line || (at_.line == field.line && at_.column < field.column)))
      next();
    while (index_ < text.size() && text_[index_] != ':') next();  // the field's name
    next();
    skip_blanks();
  }

  Position to(std::size_t offset) {
    while (index_ < text_.size()) {
      const char quote = text_[index_];
      if (quote != '"' && quote != '\'') break;
      next();
      while (index_ < text_.size() && text_[index_] != quote) {
        if (offset-- == 0) return at_;
        if (text_[index_] == '\\') next();
        next();
      }
      const Position end = at_;
      next();
      skip_blanks();
      if (index_ == text_.size() || (text_[index_] != '"' && text_[index_] != '\'')) return end;
    }
    return at_;
  }

 private:
  void next() {
    if (index_ < text_.size()) step(at_, text_[index_++]);
  }
  void skip_blanks() {
    while (index_ < text_.size()) {
      if (text_[index_] == '#')
        while (index_ < text_.size() && text_[index_] != '\n') next();
      else if (std::string_view(" \t\r\n\v\f").find(text_[index_]) == std::string_view::npos)
        return;
      else
        next();
    }
  }

  std::string_view text_;
  std::size_t index_ = 0;
  Position at_;
};

// Where the token before the one at `at` begins.
Position token_before(std::string_view text, Position at) {
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  FirstError ignored;
  google::protobuf::io::Tokenizer tokens(&input, &ignored);
  tokens.set_comment_style(google::protobuf::io::Tokenizer::SH_COMMENT_STYLE);
  Position before = at;
  while (tokens.Next()) {
    const Position here{static_cast<std::size_t>(tokens.current().line) + 1,
                        static_cast<std::size_t>(tokens.current().column) + 1};
    if (here.line > at.line || (here.line == at.line && here.column >= at.column)) break;
    before = here;
  }
  return before;
}

}  // namespace

Result<void> parse_text_proto(std::string_view text, std::string_view origin, std::string_view what, TextProto& out,
                              google::protobuf::Message& file) {
  if (text.size() > kMaxTextProto)
    return fail(ErrorKind::malformed, located(origin, {}, std::string(what) + " has at most 1 MiB"));
  out.origin = origin;
  out.text = text;
  FirstError errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(&out.tree);
  parser.SetRecursionLimit(kMaxNesting);
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  if (!parser.Parse(&input, &file) || errors.get()) {
    const auto [at, message] = errors.get().value_or(std::pair(Position{}, "this is not " + std::string(what)));
    return fail(ErrorKind::malformed,
                located(origin, is_about_token_before(message) ? token_before(text, at) : at, message));
  }
  return {};
}

Place Place::of_file(const TextProto& text, const google::protobuf::Descriptor& type) {
  return {text, type, &text.tree, {}};
}

Place Place::inside(const char* field, int index) const {
  const auto* descriptor = type_->FindFieldByName(field);
  const Tree* nested = tree_ != nullptr ? tree_->GetTreeForNested(descriptor, index) : nullptr;
  return {*text_, *descriptor->message_type(), nested, position(field, index)};
}

Position Place::position(const char* field, int index) const {
  if (tree_ == nullptr) return start_;
  const auto* descriptor = type_->FindFieldByName(field);
  // Of a list in brackets only the first value's place is known.
  for (int i = index; i >= -1; --i) {
    if (i == -1 && descriptor->is_repeated()) break;
    const auto found = tree_->GetLocation(descriptor, i);
    if (found.line >= 0) return {static_cast<std::size_t>(found.line) + 1, static_cast<std::size_t>(found.column) + 1};
  }
  return start_;
}

tl::unexpected<Error> Place::fail_at(Position at, std::string_view message, ErrorKind kind) const {
  return fail(kind, located(text_->origin, at, message));
}

tl::unexpected<Error> Place::error(const char* field, std::string_view message, ErrorKind kind) const {
  return fail_at(position(field, -1), message, kind);
}

tl::unexpected<Error> Place::error_at(const char* field, int index, std::string_view message, ErrorKind kind) const {
  return fail_at(position(field, index), message, kind);
}

tl::unexpected<Error> Place::error_in_string(const char* field, std::size_t offset, std::string_view message,
                                             ErrorKind kind) const {
  return fail_at(StringWalker(text_->text, position(field, -1)).to(offset), message, kind);
}

}  // namespace triclave::format
