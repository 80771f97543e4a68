// Reading key files. The text may be hostile, and in private kinds it is secret: it is looked at through views only.
#include <charconv>
#include <chrono>
#include <limits>

#include "base/hash.h"
#include "base/names.h"
#include "base/text_codec.h"
#include "base/try.h"
#include "keys/key_file.h"

namespace triclave::keys {
namespace {

constexpr std::string_view kMagic = "triclave-key ";
constexpr std::array<KeyKind, 4> kAllKinds = {KeyKind::recipient_public, KeyKind::recipient_private,
                                              KeyKind::signer_public, KeyKind::signer_private};

tl::unexpected<Error> malformed(std::string_view origin, std::string_view why) {
  return fail(ErrorKind::malformed, std::string(origin) + ": " + std::string(why));
}

// Takes `prefix` off the front of `text`.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Takes a decimal number off the front; one too large to hold counts as the largest, which is above every limit.
bool take_number(std::string_view& text, std::uint32_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::invalid_argument || (text.starts_with('0') && end != text.data() + 1)) return false;
  if (error == std::errc::result_out_of_range) out = std::numeric_limits<std::uint32_t>::max();
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// The lines behind the first one, one after the other.
class Lines {
 public:
  Lines(std::string_view text, std::string_view origin)
      : text_(text), left_(text.substr(text.find('\n') + 1)), origin_(origin) {}

  // The value of the next line, which must be "NAME: VALUE".
  Result<std::string_view> value(std::string_view name) {
    ++number_;
    const std::size_t end = left_.find('\n');
    std::string_view line = left_.substr(0, end);
    if (end == std::string_view::npos || !take(line, name) || !take(line, ": "))
      return wrong("should be \"" + std::string(name) + ": ...\"");
    left_.remove_prefix(end + 1);
    return line;
  }
  // An error about the line that was read last.
  tl::unexpected<Error> wrong(std::string_view why, ErrorKind kind = ErrorKind::malformed) const {
    return fail(kind, std::string(origin_) + ": line " + std::to_string(number_) + ": " + std::string(why));
  }
  // Everything up to the next line.
  std::string_view before() const { return text_.substr(0, text_.size() - left_.size()); }
  bool done() const { return left_.empty(); }

 private:
  std::string_view text_;
  std::string_view left_;
  std::string_view origin_;
  unsigned number_ = 1;
};

bool is_public(KeyKind kind) { return kind == KeyKind::recipient_public || kind == KeyKind::signer_public; }

bool is_date(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != '-') return false;
  unsigned year = 0, month = 0, day = 0;
  std::from_chars(text.data(), text.data() + 4, year);
  std::from_chars(text.data() + 5, text.data() + 7, month);
  std::from_chars(text.data() + 8, text.data() + 10, day);
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                     std::chrono::day(day))
      .ok();
}

// Checks the version line and the checksum line; returns all lines but the latter.
Result<std::string_view> checked_lines(std::string_view text, std::string_view origin) {
  //= SPEC LIM-01
  if (text.size() > kMaxKeyFile) return malformed(origin, "larger than a key file may be (16 KiB)");
  std::string_view rest = text;
  std::uint32_t version = 0;
  if (!take(rest, kMagic) || !take_number(rest, version) || !take(rest, "\n") || version == 0)
    return malformed(origin, "not a key file: its first line is not \"triclave-key 1\"");
  if (version != 1)
    return fail(ErrorKind::unsupported, std::string(origin) + ": a key file of version " + std::to_string(version) +
                                            ", and this program knows version 1; use a newer one");
  if (rest.size() < kChecksumLine) return malformed(origin, "damaged: the file is cut short");
  const std::string_view lines = text.substr(0, text.size() - kChecksumLine);
  std::string_view last = text.substr(lines.size());
  if (!lines.ends_with('\n') || !take(last, kChecksum) || !last.ends_with('\n'))
    return malformed(origin, "damaged: the file does not end in a checksum line");
  const Id hash = sha256(as_bytes(lines));
  if (last.substr(0, kChecksumDigits) != to_hex(ByteView(hash).first(kChecksumDigits / 2)))
    return malformed(origin, "damaged: the checksum does not fit; get the file again or restore a copy");
  return lines;
}

Result<void> check_kind(const Lines& lines, std::string_view value, KeyKind wanted) {
  if (value == to_string(wanted)) return {};
  for (const KeyKind kind : kAllKinds)
    if (value == to_string(kind))
      return lines.wrong("this is a " + std::string(value) + " key, and a " + std::string(to_string(wanted)) +
                         " key is needed here");
  return lines.wrong("unknown kind of key");
}

//= SPEC KEY-02
Result<void> check_algorithm(const Lines& lines, std::string_view value, KeyKind wanted) {
  if (value == algorithm_of(wanted)) return {};
  for (const KeyKind kind : kAllKinds)
    if (value == algorithm_of(kind)) return lines.wrong("this algorithm does not fit this kind of key");
  return lines.wrong("unknown algorithm; a newer version of this program may know it", ErrorKind::unsupported);
}

Result<std::optional<Argon2Parameters>> parse_protection(const Lines& lines, std::string_view value) {
  if (value == "none") return std::nullopt;
  Argon2Parameters parameters;
  if (!take(value, "argon2id "))
    return lines.wrong("unknown protection; a newer version of this program may know it", ErrorKind::unsupported);
  if (!take(value, "m=") || !take_number(value, parameters.memory_kib) || !take(value, " t=") ||
      !take_number(value, parameters.passes) || !take(value, " p=") || !take_number(value, parameters.lanes) ||
      !take(value, " salt="))
    return lines.wrong("should be \"argon2id m=KIB t=PASSES p=LANES salt=BASE64\"");
  const auto salt = from_base64(value);
  if (!salt || salt->size() != parameters.salt.size()) return lines.wrong("the salt is not base64 of 16 bytes");
  std::copy(salt->begin(), salt->end(), parameters.salt.begin());
  if (auto fits = check_argon2(parameters); !fits) return lines.wrong(fits.error().message, fits.error().kind);
  return parameters;
}

Result<Id> parse_fingerprint(const Lines& lines, std::string_view value) {
  Id id;
  const auto bytes = from_hex(value);
  if (!bytes || bytes->size() != id.size() || to_hex(*bytes) != value)
    return lines.wrong("a fingerprint has 64 lowercase hexadecimal digits");
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

Result<Bytes> parse_base64(const Lines& lines, std::string_view value) {
  auto bytes = from_base64(value);
  if (!bytes) return lines.wrong(bytes.error().message);
  return bytes;
}

}  // namespace

//= SPEC KEY-05
Result<KeyFile> parse_key_file(std::string_view text, std::string_view origin, KeyKind wanted) {
  TRICLAVE_TRY_ASSIGN(const std::string_view checked, checked_lines(text, origin));
  Lines lines(checked, origin);
  KeyFile file;
  TRICLAVE_TRY_ASSIGN(const std::string_view kind, lines.value("kind"));
  TRICLAVE_TRY(check_kind(lines, kind, wanted));
  TRICLAVE_TRY_ASSIGN(file.name, lines.value("name"));
  if (!is_text(file.name, kMaxKeyName))
    return lines.wrong("a name is 1 to 64 bytes of UTF-8 without control characters");
  TRICLAVE_TRY_ASSIGN(const std::string_view algorithm, lines.value("algorithm"));
  TRICLAVE_TRY(check_algorithm(lines, algorithm, wanted));
  TRICLAVE_TRY_ASSIGN(const std::string_view created, lines.value("created"));
  if (!is_date(created)) return lines.wrong("not a date YYYY-MM-DD");
  TRICLAVE_TRY_ASSIGN(const std::string_view fingerprint, lines.value("fingerprint"));
  TRICLAVE_TRY_ASSIGN(file.fingerprint, parse_fingerprint(lines, fingerprint));

  if (is_public(wanted)) {
    TRICLAVE_TRY_ASSIGN(const std::string_view key, lines.value("public"));
    TRICLAVE_TRY_ASSIGN(file.public_key, parse_base64(lines, key));
    if (wanted == KeyKind::signer_public) {
      TRICLAVE_TRY_ASSIGN(const std::string_view proof, lines.value("proof"));
      TRICLAVE_TRY_ASSIGN(file.proof, parse_base64(lines, proof));
    }
  } else {
    TRICLAVE_TRY_ASSIGN(const std::string_view protection, lines.value("protection"));
    TRICLAVE_TRY_ASSIGN(file.protection, parse_protection(lines, protection));
    file.before_secret = lines.before();
    TRICLAVE_TRY_ASSIGN(file.secret, lines.value("secret"));
  }
  if (!lines.done()) return malformed(origin, "there is a line too many before the checksum");
  return file;
}

}  // namespace triclave::keys
