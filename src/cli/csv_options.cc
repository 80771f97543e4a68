#include "cli/csv_options.h"

#include <fmt/format.h>

#include "base/try.h"
#include "cli/command.h"

namespace triclave::cli {

void declare_csv(CLI::App& command, CsvTexts& texts, CLI::Option* needed) {
  command
      .add_option("--types", texts.types,
                  "Types of columns, else inferred: text, int64, float64, date, bool, decimal(P,S); "
                  "COLUMN=TYPE, or TYPE for all others")
      ->type_name("TYPE...")
      ->needs(needed);
  command.add_option("--delimiter", texts.delimiter, "Between fields: , ; | or tab (else found out)")
      ->type_name("CHARACTER")
      ->needs(needed);
  command.add_option("--encoding", texts.encoding, "utf8, latin1 or windows1252 (else found out)")
      ->type_name("NAME")
      ->needs(needed);
  auto* comma = command.add_flag("--decimal-comma", texts.decimal_comma, "Numbers are written 1,5 (else found out)");
  auto* point = command.add_flag("--decimal-point", texts.decimal_point, "Numbers are written 1.5 (else found out)");
  comma->needs(needed)->excludes(point);
  point->needs(needed);
  command
      .add_option_function<std::string>(
          "--null",
          [&texts](const std::string& text) {
            texts.null_text = text;
            texts.has_null_text = true;
          },
          "What stands where a value is missing, such as NA (else found out); may be empty")
      ->type_name("TEXT")
      ->needs(needed);
  command.add_flag("--no-header", texts.no_header, "The first row holds values, not names")->needs(needed);
}

Result<CsvOptions> read_csv_options(const CsvTexts& texts) {
  CsvOptions out;
  for (const std::string& each : texts.types) {
    const std::size_t equals = each.rfind('=');
    TRICLAVE_TRY_ASSIGN(const CsvType type,
                        parse_csv_type(equals == std::string::npos ? each : each.substr(equals + 1)));
    if (equals != std::string::npos)
      out.types.push_back({each.substr(0, equals), type});
    else
      out.other_types = type;
  }
  if (!texts.delimiter.empty()) {
    const std::string delimiter = texts.delimiter == "tab" ? "\t" : texts.delimiter;
    if (delimiter.size() != 1)
      return fail(ErrorKind::invalid_argument, "--delimiter is one of , ; | and tab, not " + texts.delimiter);
    out.delimiter = delimiter[0];
  }
  if (texts.encoding == "utf8")
    out.encoding = CsvEncoding::utf8;
  else if (texts.encoding == "latin1")
    out.encoding = CsvEncoding::latin1;
  else if (texts.encoding == "windows1252")
    out.encoding = CsvEncoding::windows1252;
  else if (!texts.encoding.empty())
    return fail(ErrorKind::invalid_argument, "--encoding is utf8, latin1 or windows1252, not " + texts.encoding);
  if (texts.decimal_comma || texts.decimal_point) out.decimal_comma = texts.decimal_comma;
  if (texts.has_null_text) out.null_text = texts.null_text;
  out.header = !texts.no_header;
  return out;
}

}  // namespace triclave::cli
