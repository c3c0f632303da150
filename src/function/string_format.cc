// Strings put together: concat, format, quoting; numbers in other bases.
#include <algorithm>
#include <charconv>

#include "function/functions.h"
#include "function/rows.h"
#include "function/utf8.h"
#include "types/format_value.h"

namespace leat {
namespace {

using namespace function_rows;

// Keywords that may not stand as a column name everywhere; an identifier like them needs quotes.
constexpr std::string_view kQuotedWords[] = {"all",
                                             "analyse",
                                             "analyze",
                                             "and",
                                             "any",
                                             "array",
                                             "as",
                                             "asc",
                                             "asymmetric",
                                             "authorization",
                                             "between",
                                             "bigint",
                                             "binary",
                                             "bit",
                                             "boolean",
                                             "both",
                                             "case",
                                             "cast",
                                             "char",
                                             "character",
                                             "check",
                                             "coalesce",
                                             "collate",
                                             "collation",
                                             "column",
                                             "concurrently",
                                             "constraint",
                                             "create",
                                             "cross",
                                             "current_catalog",
                                             "current_date",
                                             "current_role",
                                             "current_schema",
                                             "current_time",
                                             "current_timestamp",
                                             "current_user",
                                             "dec",
                                             "decimal",
                                             "default",
                                             "deferrable",
                                             "desc",
                                             "distinct",
                                             "do",
                                             "else",
                                             "end",
                                             "except",
                                             "exists",
                                             "extract",
                                             "false",
                                             "fetch",
                                             "float",
                                             "for",
                                             "foreign",
                                             "freeze",
                                             "from",
                                             "full",
                                             "grant",
                                             "greatest",
                                             "group",
                                             "grouping",
                                             "having",
                                             "ilike",
                                             "in",
                                             "initially",
                                             "inner",
                                             "inout",
                                             "int",
                                             "integer",
                                             "intersect",
                                             "interval",
                                             "into",
                                             "is",
                                             "isnull",
                                             "join",
                                             "lateral",
                                             "leading",
                                             "least",
                                             "left",
                                             "like",
                                             "limit",
                                             "localtime",
                                             "localtimestamp",
                                             "national",
                                             "natural",
                                             "nchar",
                                             "none",
                                             "normalize",
                                             "not",
                                             "notnull",
                                             "null",
                                             "nullif",
                                             "numeric",
                                             "offset",
                                             "on",
                                             "only",
                                             "or",
                                             "order",
                                             "out",
                                             "outer",
                                             "overlaps",
                                             "overlay",
                                             "placing",
                                             "position",
                                             "precision",
                                             "primary",
                                             "real",
                                             "references",
                                             "returning",
                                             "right",
                                             "row",
                                             "select",
                                             "session_user",
                                             "setof",
                                             "similar",
                                             "smallint",
                                             "some",
                                             "substring",
                                             "symmetric",
                                             "table",
                                             "tablesample",
                                             "then",
                                             "time",
                                             "timestamp",
                                             "to",
                                             "trailing",
                                             "treat",
                                             "trim",
                                             "true",
                                             "union",
                                             "unique",
                                             "user",
                                             "using",
                                             "values",
                                             "varchar",
                                             "variadic",
                                             "verbose",
                                             "when",
                                             "where",
                                             "window",
                                             "with",
                                             "xmlattributes",
                                             "xmlconcat",
                                             "xmlelement",
                                             "xmlexists",
                                             "xmlforest",
                                             "xmlnamespaces",
                                             "xmlparse",
                                             "xmlpi",
                                             "xmlroot",
                                             "xmlserialize",
                                             "xmltable"};

void append_ident(std::string& to, std::string_view name) {
  const bool plain_start = !name.empty() && ((name[0] >= 'a' && name[0] <= 'z') || name[0] == '_');
  const bool plain = plain_start && std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                     });
  if (plain && !std::binary_search(std::begin(kQuotedWords), std::end(kQuotedWords), name)) {
    to += name;
    return;
  }
  to += '"';
  for (const char c : name) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

void append_literal(std::string& to, std::string_view text) {
  const bool escapes = text.find('\\') != text.npos;
  if (escapes) to += 'E';
  to += '\'';
  for (const char c : text) {
    if (c == '\'' || c == '\\') to += c;
    to += c;
  }
  to += '\'';
}

// A non-null argument in its text form.
void append_arg(std::string& to, const KernelCall& call, size_t arg, size_t row) {
  append_text(to, *call.args[arg], row, *call.context.zone);
}

void concat(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    for (size_t i = 0; i < call.args.size(); ++i) {
      if (!call.args[i]->is_null(row)) append_arg(out, call, i, row);
    }
  });
}
void concat_ws(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    if (call.args[0]->is_null(row)) return false;
    bool first = true;
    for (size_t i = 1; i < call.args.size(); ++i) {
      if (call.args[i]->is_null(row)) continue;
      if (!first) out += call.args[0]->string_at(row);
      first = false;
      append_arg(out, call, i, row);
    }
    return true;
  });
}

// format('%s %1$I %-10L', ...)
class Formatter {
 public:
  Formatter(const KernelCall& call, size_t row, std::string& out)
      : call_(call), row_(row), out_(out) {}

  Result<void> run(std::string_view format) {
    for (size_t i = 0; i < format.size();) {
      if (format[i] != '%') {
        out_ += format[i++];
        continue;
      }
      if (++i == format.size()) return unterminated();
      if (format[i] == '%') {
        out_ += '%';
        ++i;
        continue;
      }
      TRY(specifier(format, i));
    }
    return {};
  }

 private:
  std::unexpected<Error> unterminated() const {
    return fail(make_error(SqlState::kInvalidParameterValue, "unterminated format() type specifier")
                    .with_hint("For a single \"%\" use \"%%\"."));
  }
  Result<bool> number(std::string_view format, size_t& i, int64_t& value) const {
    const size_t begin = i;
    value = 0;
    while (i < format.size() && format[i] >= '0' && format[i] <= '9') {
      value = value * 10 + (format[i++] - '0');
      if (value > INT32_MAX)
        return fail(SqlState::kNumericValueOutOfRange, "number is out of range");
    }
    return i > begin;
  }
  Result<void> check_index(int64_t index) const {
    if (index == 0) {
      return fail(SqlState::kInvalidParameterValue,
                  "format specifies argument 0, but arguments are numbered from 1");
    }
    if (index >= static_cast<int64_t>(call_.args.size())) {
      return fail(SqlState::kInvalidParameterValue, "too few arguments for format()");
    }
    return {};
  }

  Result<void> specifier(std::string_view format, size_t& i) {
    int64_t index = -1, width = 0, value;
    bool has_number = TRY(number(format, i, value));
    if (has_number && i < format.size() && format[i] == '$') {
      index = value;
      if (index == 0) return check_index(0);
      ++i;
      has_number = false;
    }
    bool left = false;
    if (!has_number) {
      while (i < format.size() && format[i] == '-') {
        left = true;
        ++i;
      }
      if (i < format.size() && format[i] == '*') {
        ++i;
        int64_t from = -1;
        if (TRY(number(format, i, value))) {
          from = value;
          if (i == format.size()) return unterminated();
          if (format[i] != '$') {
            return fail(SqlState::kInvalidParameterValue,
                        "width argument position must be ended by \"$\"");
          }
          ++i;
        } else {
          from = next_++;
        }
        TRY(check_index(from));
        if (from >= next_) next_ = from + 1;
        width = TRY(width_of(static_cast<size_t>(from)));
      } else if (TRY(number(format, i, value))) {
        width = value;
      }
    } else {
      width = value;
    }
    if (width < 0) {
      left = true;
      width = -width;
    }
    if (i == format.size()) return unterminated();
    const char kind = format[i];
    if (kind != 's' && kind != 'I' && kind != 'L') {
      const size_t n = std::min(utf8_size(kind), format.size() - i);
      return fail(make_error(SqlState::kInvalidParameterValue,
                             "unrecognized format() type specifier \"{}\"", format.substr(i, n))
                      .with_hint("For a single \"%\" use \"%%\"."));
    }
    ++i;
    if (index < 0) index = next_;
    next_ = index + 1;
    TRY(check_index(index));
    return put(kind, static_cast<size_t>(index), width, left);
  }

  Result<int64_t> width_of(size_t arg) const {
    if (call_.args[arg]->is_null(row_)) return 0;
    std::string text;
    append_arg(text, call_, arg, row_);
    return TRY(parse_int32(text));
  }

  Result<void> put(char kind, size_t arg, int64_t width, bool left) {
    std::string text;
    if (call_.args[arg]->is_null(row_)) {
      if (kind == 'I') {
        return fail(SqlState::kNullValueNotAllowed,
                    "null values cannot be formatted as an SQL identifier");
      }
      if (kind == 'L') text = "NULL";
    } else {
      std::string plain;
      append_arg(plain, call_, arg, row_);
      if (kind == 's') text = std::move(plain);
      if (kind == 'I') append_ident(text, plain);
      if (kind == 'L') append_literal(text, plain);
    }
    const auto have = static_cast<int64_t>(utf8_length(text));
    constexpr int64_t kWidthMax = 0x3FFFFFF;
    if (width > kWidthMax)
      return fail(SqlState::kProgramLimitExceeded, "requested length too large");
    const auto blanks = static_cast<size_t>(std::max<int64_t>(0, width - have));
    if (!left) out_.append(blanks, ' ');
    out_ += text;
    if (left) out_.append(blanks, ' ');
    return {};
  }

  const KernelCall& call_;
  size_t row_;
  std::string& out_;
  int64_t next_ = 1;
};

void format(const KernelCall& call) {
  std::string text;
  call.rows.for_each([&](size_t row) {
    if (call.args[0]->is_null(row)) return call.out.set_null_value(row);
    text.clear();
    auto r = Formatter(call, row, text).run(call.args[0]->string_at(row));
    if (r)
      call.out.set_string(row, text);
    else
      row_error(call, row, std::move(r.error()));
  });
}

struct QuoteIdent {
  static void apply(std::string_view s, std::string& out) { append_ident(out, s); }
};
struct QuoteLiteral {
  static void apply(std::string_view s, std::string& out) { append_literal(out, s); }
};
void quote_any(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    std::string text;
    append_arg(text, call, 0, row);
    append_literal(out, text);
  });
}
void quote_nullable(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    if (call.args[0]->is_null(row)) {
      out = "NULL";
      return;
    }
    std::string text;
    append_arg(text, call, 0, row);
    append_literal(out, text);
  });
}

template <class T>
struct ToHex {
  static void apply(T value, std::string& out) {
    char text[17];
    out.assign(text, std::to_chars(text, text + sizeof text,
                                   static_cast<std::make_unsigned_t<T>>(value), 16)
                         .ptr);
  }
};

constexpr TypeSpec kAny = TypeSpec::kAny;
constexpr NullMode kCalled = NullMode::kCalled;

constexpr ScalarFunction kRows[] = {
    {.name = "concat",
     .args = {kAny},
     .result = kVarchar,
     .kernel = concat,
     .doc = "the text forms of all arguments that are not NULL",
     .example = "concat('a', 2, NULL, true) -> a2t",
     .nulls = kCalled,
     .volatility = Volatility::kStable,
     .variadic = true},
    {.name = "concat_ws",
     .args = {kVarchar, kAny},
     .result = kVarchar,
     .kernel = concat_ws,
     .doc = "the text forms with a separator between, NULLs left out",
     .example = "concat_ws(',', 'a', 2, NULL, 'b') -> a,2,b",
     .nulls = kCalled,
     .volatility = Volatility::kStable,
     .variadic = true},
    {.name = "format",
     .args = {kVarchar, kAny},
     .result = kVarchar,
     .kernel = format,
     .doc = "text with arguments put in: %s, %I (identifier), %L (literal)",
     .example = "format('Hello %s, %1$s', 'World') -> Hello World, World",
     .nulls = kCalled,
     .volatility = Volatility::kStable,
     .variadic = true},
    {.name = "quote_ident",
     .args = {kVarchar},
     .result = kVarchar,
     .kernel = kernel_string1<std::string_view, QuoteIdent>,
     .doc = "quoted where an identifier needs it",
     .example = "quote_ident('Foo bar') -> \"Foo bar\""},
    {.name = "quote_literal",
     .args = {kVarchar},
     .result = kVarchar,
     .kernel = kernel_string1<std::string_view, QuoteLiteral>,
     .doc = "as an SQL string literal",
     .example = "quote_literal('O''Reilly') -> 'O''Reilly'"},
    {.name = "quote_literal",
     .args = {kAny},
     .result = kVarchar,
     .kernel = quote_any,
     .doc = "the text form as an SQL string literal",
     .example = "quote_literal(42.5) -> '42.5'",
     .volatility = Volatility::kStable},
    {.name = "quote_nullable",
     .args = {kAny},
     .result = kVarchar,
     .kernel = quote_nullable,
     .doc = "the text form as an SQL string literal, NULL as NULL",
     .example = "quote_nullable(NULL::varchar) -> NULL",
     .nulls = kCalled,
     .volatility = Volatility::kStable},
    {.name = "to_hex",
     .args = {kInt32},
     .result = kVarchar,
     .kernel = kernel_string1<int32_t, ToHex<int32_t>>,
     .doc = "in base 16",
     .example = "to_hex(255) -> ff"},
    {.name = "to_hex",
     .args = {kInt64},
     .result = kVarchar,
     .kernel = kernel_string1<int64_t, ToHex<int64_t>>,
     .doc = "in base 16",
     .example = "to_hex(2147483648) -> 80000000"},
};

}  // namespace

FunctionFamily string_format_functions() { return kRows; }

}  // namespace leat
