// bytea: length, parts, bits, encode and decode, hashes.
#include <openssl/evp.h>

#include <algorithm>

#include "function/functions.h"
#include "function/rows.h"
#include "types/format_value.h"

namespace leat {
namespace {

using namespace function_rows;

struct Length {
  static int32_t apply(std::string_view s) { return static_cast<int32_t>(s.size()); }
};
struct BitLength {
  static int32_t apply(std::string_view s) { return static_cast<int32_t>(s.size() * 8); }
};

std::string_view part(std::string_view s, int64_t start, int64_t length) {
  const int64_t end = std::min<int64_t>(start + length, static_cast<int64_t>(s.size()) + 1);
  start = std::max<int64_t>(start, 1);
  return end <= start ? std::string_view()
                      : s.substr(static_cast<size_t>(start - 1), static_cast<size_t>(end - start));
}
void substr(const KernelCall& call) {
  call.out.share_strings(*call.args[0]);
  StringSlot* out = call.out.data<StringSlot>();
  for_each_valid(call, [&](size_t row) {
    const int64_t length = call.args.size() > 2 ? call.args[2]->at<int32_t>(row) : INT32_MAX;
    if (length < 0)
      return call.error(row, SqlState::kSubstringError, "negative substring length not allowed");
    out[row] =
        StringSlot(part(call.args[0]->string_at(row), call.args[1]->at<int32_t>(row), length));
  });
}
struct Position {
  static int32_t apply(std::string_view s, std::string_view p) {
    const size_t at = s.find(p);
    return at == s.npos ? 0 : static_cast<int32_t>(at) + 1;
  }
};
struct Concat {
  static void apply(std::string_view a, std::string_view b, std::string& out) {
    out.append(a).append(b);
  }
};
template <bool kLeft, bool kRight>
struct Trim {
  static void apply(std::string_view s, std::string_view set, std::string& out) {
    if (kLeft) s.remove_prefix(std::min(s.find_first_not_of(set), s.size()));
    if (kRight) s = s.substr(0, s.find_last_not_of(set) + 1);
    out = s;
  }
};

Result<int32_t> byte_at(std::string_view s, int64_t index, int64_t bits) {
  const int64_t size = static_cast<int64_t>(s.size()) * bits;
  if (index < 0 || index >= size) {
    return fail(SqlState::kArraySubscriptError, "index {} out of valid range, 0..{}", index,
                size - 1);
  }
  return static_cast<uint8_t>(s[static_cast<size_t>(index / bits)]);
}
void get_byte(const KernelCall& call) {
  fill_result<int32_t>(call, [&](size_t row) {
    return byte_at(call.args[0]->string_at(row), call.args[1]->at<int32_t>(row), 1);
  });
}
void get_bit(const KernelCall& call) {
  fill_result<int32_t>(call, [&](size_t row) -> Result<int32_t> {
    const int64_t n = call.args[1]->at<int64_t>(row);
    return (TRY(byte_at(call.args[0]->string_at(row), n, 8)) >> (n % 8)) & 1;
  });
}
void set_byte(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const int64_t n = call.args[1]->at<int32_t>(row);
    TRY(byte_at(call.args[0]->string_at(row), n, 1));
    out = call.args[0]->string_at(row);
    out[static_cast<size_t>(n)] = static_cast<char>(call.args[2]->at<int32_t>(row));
    return {};
  });
}

// encode and decode: hex, base64, escape.
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_base64(std::string& to, std::string_view s) {
  constexpr size_t kLine = 76;
  size_t column = 0;
  for (size_t i = 0; i < s.size(); i += 3) {
    const size_t n = std::min<size_t>(3, s.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k)
      bits = (bits << 8) | (k < n ? static_cast<uint8_t>(s[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) to += k <= n ? kBase64[(bits >> (18 - 6 * k)) & 63] : '=';
    column += 4;
    if (column == kLine && i + 3 < s.size()) {
      to += '\n';
      column = 0;
    }
  }
}

Result<void> append_from_base64(std::string& to, std::string_view s) {
  uint32_t bits = 0;
  int count = 0, padding = 0;
  for (const char c : s) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    int value = 0;
    if (c == '=') {
      if (padding == 0 && count < 2) {
        return fail(SqlState::kInvalidParameterValue,
                    "unexpected \"=\" while decoding base64 sequence");
      }
      ++padding;
    } else {
      const char* found = std::find(kBase64, kBase64 + 64, c);
      if (found == kBase64 + 64 || padding != 0) {
        return fail(SqlState::kInvalidParameterValue,
                    "invalid symbol \"{}\" found while decoding base64 sequence", c);
      }
      value = static_cast<int>(found - kBase64);
    }
    bits = (bits << 6) | static_cast<uint32_t>(value);
    if (++count == 4) {
      to += static_cast<char>(bits >> 16);
      if (padding < 2) to += static_cast<char>(bits >> 8);
      if (padding < 1) to += static_cast<char>(bits);
      bits = 0;
      count = 0;
    }
  }
  if (count != 0) {
    return fail(
        make_error(SqlState::kInvalidParameterValue, "invalid base64 end sequence")
            .with_hint("Input data is missing padding, is truncated, or is otherwise corrupted."));
  }
  return {};
}

void append_hex(std::string& to, std::string_view s) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : s) {
    to += kDigits[static_cast<uint8_t>(c) >> 4];
    to += kDigits[static_cast<uint8_t>(c) & 15];
  }
}
void append_escape(std::string& to, std::string_view s) {
  for (const char c : s) {
    const auto b = static_cast<uint8_t>(c);
    if (b == 0 || b >= 0x80) {
      to += '\\';
      to += static_cast<char>('0' + (b >> 6));
      to += static_cast<char>('0' + ((b >> 3) & 7));
      to += static_cast<char>('0' + (b & 7));
    } else {
      if (c == '\\') to += '\\';
      to += c;
    }
  }
}

enum class Encoding : uint8_t { kHex, kBase64, kEscape };
Result<Encoding> encoding_of(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (lower == "hex") return Encoding::kHex;
  if (lower == "base64") return Encoding::kBase64;
  if (lower == "escape") return Encoding::kEscape;
  return fail(SqlState::kInvalidParameterValue, "unrecognized encoding: \"{}\"", name);
}
void encode(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view s = call.args[0]->string_at(row);
    switch (TRY(encoding_of(call.args[1]->string_at(row)))) {
      case Encoding::kHex:
        append_hex(out, s);
        break;
      case Encoding::kBase64:
        append_base64(out, s);
        break;
      case Encoding::kEscape:
        append_escape(out, s);
        break;
    }
    return {};
  });
}
void decode(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    const std::string_view s = call.args[0]->string_at(row);
    switch (TRY(encoding_of(call.args[1]->string_at(row)))) {
      case Encoding::kHex:
        out = TRY(parse_bytea(std::string("\\x").append(s)));
        break;
      case Encoding::kBase64:
        TRY(append_from_base64(out, s));
        break;
      case Encoding::kEscape:
        // The escape form alone; a leading \x is not hex here.
        if (s.starts_with("\\x"))
          return fail(SqlState::kInvalidTextRepresentation, "invalid input syntax for type bytea");
        out = TRY(parse_bytea(s));
        break;
    }
    return {};
  });
}
std::string digest(std::string_view s, const EVP_MD* kind) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  CHECK(EVP_Digest(s.data(), s.size(), bytes, &size, kind, nullptr) == 1, "digest failed");
  return {reinterpret_cast<const char*>(bytes), size};
}
void md5(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    append_hex(out, digest(call.args[0]->string_at(row), EVP_md5()));
  });
}
template <const EVP_MD* (*kKind)()>
void sha(const KernelCall& call) {
  fill_string(call, [&](size_t row, std::string& out) {
    out = digest(call.args[0]->string_at(row), kKind());
  });
}

void convert_from(const KernelCall& call) {
  fill_string_result(call, [&](size_t row, std::string& out) -> Result<void> {
    std::string name(call.args[1]->string_at(row));
    std::erase_if(name, [](char c) { return c == '-' || c == '_'; });
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (name != "utf8" && name != "unicode") {
      return fail(SqlState::kInvalidParameterValue, "encoding \"{}\" is not supported, only UTF8",
                  call.args[1]->string_at(row));
    }
    out = call.args[0]->string_at(row);
    return check_utf8(out);
  });
}

constexpr ScalarFunction row(std::string_view name, Signature args, TypeSpec result, Kernel kernel,
                             std::string_view doc, std::string_view example) {
  return {.name = name,
          .args = args,
          .result = result,
          .kernel = kernel,
          .doc = doc,
          .example = example};
}

constexpr ScalarFunction kRows[] = {
    row("length", {kBytea}, kInt32, kernel1<std::string_view, int32_t, Length>, "number of bytes",
        "length('\\x1234'::bytea) -> 2"),
    row("octet_length", {kBytea}, kInt32, kernel1<std::string_view, int32_t, Length>,
        "number of bytes", "octet_length('\\x1234'::bytea) -> 2"),
    row("bit_length", {kBytea}, kInt32, kernel1<std::string_view, int32_t, BitLength>,
        "number of bits", "bit_length('\\x1234'::bytea) -> 16"),
    row("substr", {kBytea, kInt32}, kBytea, substr, "the bytes from a position on",
        "substr('\\x123456'::bytea, 2) -> \\x3456"),
    row("substr", {kBytea, kInt32, kInt32}, kBytea, substr, "the bytes from a position, so many",
        "substr('\\x123456'::bytea, 2, 1) -> \\x34"),
    row("substring", {kBytea, kInt32}, kBytea, substr, "the bytes from a position on",
        "substring('\\x123456'::bytea FROM 2) -> \\x3456"),
    row("substring", {kBytea, kInt32, kInt32}, kBytea, substr, "the bytes from a position, so many",
        "substring('\\x123456'::bytea FROM 2 FOR 1) -> \\x34"),
    row("position", {kBytea, kBytea}, kInt32,
        kernel2<std::string_view, std::string_view, int32_t, Position>,
        "position of a part, 0 if there is none",
        "position('\\x56'::bytea IN '\\x123456'::bytea) -> 3"),
    row("btrim", {kBytea, kBytea}, kBytea,
        kernel_string2<std::string_view, std::string_view, Trim<true, true>>,
        "without these bytes at both ends", "btrim('\\x00120000'::bytea, '\\x00'::bytea) -> \\x12"),
    row("ltrim", {kBytea, kBytea}, kBytea,
        kernel_string2<std::string_view, std::string_view, Trim<true, false>>,
        "without these bytes at the start", "ltrim('\\x001200'::bytea, '\\x00'::bytea) -> \\x1200"),
    row("rtrim", {kBytea, kBytea}, kBytea,
        kernel_string2<std::string_view, std::string_view, Trim<false, true>>,
        "without these bytes at the end", "rtrim('\\x001200'::bytea, '\\x00'::bytea) -> \\x0012"),
    row("||", {kBytea, kBytea}, kBytea, kernel_string2<std::string_view, std::string_view, Concat>,
        "one after the other", "'\\x12'::bytea || '\\x34'::bytea -> \\x1234"),
    row("get_byte", {kBytea, kInt32}, kInt32, get_byte, "a byte, counted from 0",
        "get_byte('\\x1234'::bytea, 1) -> 52"),
    row("get_bit", {kBytea, kInt64}, kInt32, get_bit, "a bit, counted from 0",
        "get_bit('\\x1234'::bytea, 2) -> 0"),
    row("set_byte", {kBytea, kInt32, kInt32}, kBytea, set_byte, "with one byte replaced",
        "set_byte('\\x1234'::bytea, 0, 255) -> \\xff34"),
    row("encode", {kBytea, kVarchar}, kVarchar, encode, "as text: hex, base64 or escape",
        "encode('\\x1234'::bytea, 'base64') -> EjQ="),
    row("decode", {kVarchar, kVarchar}, kBytea, decode, "from text: hex, base64 or escape",
        "decode('EjQ=', 'base64') -> \\x1234"),
    row("md5", {kVarchar}, kVarchar, md5, "MD5 in hex",
        "md5('abc') -> 900150983cd24fb0d6963f7d28e17f72"),
    row("md5", {kBytea}, kVarchar, md5, "MD5 in hex",
        "md5('\\x616263'::bytea) -> 900150983cd24fb0d6963f7d28e17f72"),
    row("sha224", {kBytea}, kBytea, sha<EVP_sha224>, "SHA-224",
        "length(sha224('abc'::bytea)) -> 28"),
    row("sha256", {kBytea}, kBytea, sha<EVP_sha256>, "SHA-256",
        "sha256('abc'::bytea) -> "
        "\\xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    row("sha384", {kBytea}, kBytea, sha<EVP_sha384>, "SHA-384",
        "length(sha384('abc'::bytea)) -> 48"),
    row("sha512", {kBytea}, kBytea, sha<EVP_sha512>, "SHA-512",
        "length(sha512('abc'::bytea)) -> 64"),
    row("convert_from", {kBytea, kVarchar}, kVarchar, convert_from, "UTF-8 bytes as text",
        "convert_from('\\x616263'::bytea, 'UTF8') -> abc"),
};

}  // namespace

FunctionFamily bytea_functions() { return kRows; }

}  // namespace leat
