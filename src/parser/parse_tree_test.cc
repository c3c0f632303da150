#include <gtest/gtest.h>

#include "parser/parser.h"
#include "parser/to_sql.h"

// What the tree holds, beyond what printing shows: kinds, positions, slices of text.
namespace leat::parser {
namespace {

ast::ExprPtr parse(std::string_view sql) {
  auto result = parse_expression(sql);
  EXPECT_TRUE(result) << sql << ": " << result.error().to_string();
  return std::move(*result);
}

template <class T>
std::unique_ptr<T> parse_as(std::string_view sql) {
  auto result = parse_statements(sql);
  EXPECT_TRUE(result) << sql << ": " << (result ? "" : result.error().to_string());
  EXPECT_EQ(result->size(), 1u);
  auto& statement = result->front().statement;
  EXPECT_EQ(statement->kind, T::kKind);
  return std::unique_ptr<T>(static_cast<T*>(statement.release()));
}

TEST(ParseTree, SplitsStatements) {
  const std::string sql = " ;; select 1 ; -- c ; \n\tselect ';' /* ; */ ;begin";
  const auto statements = parse_statements(sql);
  ASSERT_TRUE(statements);
  ASSERT_EQ(statements->size(), 3u);
  EXPECT_EQ((*statements)[0].text, "select 1");
  EXPECT_EQ((*statements)[0].begin, 4u);
  EXPECT_EQ((*statements)[1].text, "select ';'");
  EXPECT_EQ((*statements)[2].text, "begin");
  EXPECT_EQ((*statements)[2].statement->position, sql.size() - 5);
  for (const std::string_view empty : {"", ";", " \n", "-- c", "/* a /* b */ */", ";;-- x\n;"}) {
    EXPECT_EQ(parse_statements(empty)->size(), 0u) << empty;
  }
}

TEST(ParseTree, KnowsPositions) {
  const auto tree = parse("abc + f(x, 'y')::int");
  const auto& sum = ast::as<ast::Binary>(*tree);
  EXPECT_EQ(sum.position, 4u);
  EXPECT_EQ(sum.left->position, 0u);
  const auto& cast = ast::as<ast::Cast>(*sum.right);
  EXPECT_EQ(cast.position, 15u);
  EXPECT_EQ(cast.type.position, 17u);
  const auto& call = ast::as<ast::FunctionCall>(*cast.operand);
  EXPECT_EQ(call.position, 6u);
  EXPECT_EQ(call.arguments[1].value->position, 11u);

  const auto in = parse("a not in (1)");
  EXPECT_EQ(in->position, 2u);
  EXPECT_EQ(parse("-1")->position, 0u);
  EXPECT_EQ(parse("(a, b)")->position, 0u);
}

TEST(ParseTree, CountsCharactersForErrors) {
  EXPECT_EQ(character_position("select", 0), 1u);
  EXPECT_EQ(character_position("\u00e9\u00e9x", 4), 3u);
  EXPECT_EQ(character_position("ab", 99), 3u);
}

TEST(ParseTree, NestsByPrecedence) {
  const auto tree = parse("a or b and not c = d + e * f");
  const auto& either = ast::as<ast::Logical>(*tree);
  ASSERT_FALSE(either.is_and);
  const auto& both = ast::as<ast::Logical>(*either.operands[1]);
  ASSERT_TRUE(both.is_and);
  const auto& equal = ast::as<ast::Binary>(*ast::as<ast::Not>(*both.operands[1]).operand);
  EXPECT_EQ(equal.op, "=");
  const auto& sum = ast::as<ast::Binary>(*equal.right);
  EXPECT_EQ(sum.op, "+");
  EXPECT_EQ(ast::as<ast::Binary>(*sum.right).op, "*");
}

TEST(ParseTree, KeepsLogicalChainsFlat) {
  std::string sql = "a";
  for (int i = 0; i < 20'000; ++i) sql += " and a";
  const auto tree = parse(sql);
  EXPECT_EQ(ast::as<ast::Logical>(*tree).operands.size(), 20'001u);
}

TEST(ParseTree, FoldsAndCutsNames) {
  EXPECT_EQ(ast::as<ast::ColumnRef>(*parse("AbC")).parts[0].text, "abc");
  const auto quoted = parse("\"AbC\".X");
  EXPECT_EQ(ast::as<ast::ColumnRef>(*quoted).parts[0].text, "AbC");
  EXPECT_TRUE(ast::as<ast::ColumnRef>(*quoted).parts[0].quoted);
  EXPECT_EQ(ast::as<ast::ColumnRef>(*quoted).parts[1].text, "x");

  const std::string long_name(100, 'a');
  EXPECT_EQ(ast::as<ast::ColumnRef>(*parse(long_name)).parts[0].text, std::string(63, 'a'));
  // Never inside a character: 62 bytes and a two-byte one.
  const std::string accented = std::string(62, 'a') + "\u00e9";
  EXPECT_EQ(ast::as<ast::ColumnRef>(*parse(accented)).parts[0].text, std::string(62, 'a'));
}

TEST(ParseTree, BringsSpecialCallsToFunctions) {
  const auto shown = [](std::string_view sql) {
    const auto tree = parse(sql);
    const auto& call = ast::as<ast::FunctionCall>(*tree);
    std::string text = call.name.last().text + "(";
    for (const auto& argument : call.arguments) {
      if (!text.ends_with('(')) text += ", ";
      text += to_sql(*argument.value);
    }
    return text + ")";
  };
  EXPECT_EQ(shown("extract(year from x)"), "extract('year', x)");
  EXPECT_EQ(shown("substring(x from 2 for 3)"), "substring(x, 2, 3)");
  EXPECT_EQ(shown("substring(x for 3)"), "substring(x, 1, 3)");
  EXPECT_EQ(shown("position(a in b)"), "position(b, a)");
  EXPECT_EQ(shown("trim(leading 'c' from x)"), "ltrim(x, 'c')");
  EXPECT_EQ(shown("trim(trailing from x)"), "rtrim(x)");
  EXPECT_EQ(shown("trim(both 'c' from x)"), "btrim(x, 'c')");
  EXPECT_EQ(shown("overlay(a placing b from 1 for 2)"), "overlay(a, b, 1, 2)");
  EXPECT_EQ(shown("x at time zone 'UTC'"), "timezone('UTC', x)");
  EXPECT_EQ(shown("current_timestamp(3)"), "current_timestamp(3)");
  EXPECT_EQ(shown("coalesce(a, b)"), "coalesce(a, b)");
}

TEST(ParseTree, NamesTypesOneWay) {
  const auto type = [](std::string_view sql) {
    const auto result = parse_type(sql);
    EXPECT_TRUE(result) << sql;
    std::string text = result->name.last().text;
    for (const int32_t modifier : result->modifiers) text += fmt::format(" {}", modifier);
    for (uint32_t i = 0; i < result->array_dimensions; ++i) text += "[]";
    return (result->builtin ? "" : "generic ") + text;
  };
  EXPECT_EQ(type("INT"), "int4");
  EXPECT_EQ(type("integer"), "int4");
  EXPECT_EQ(type("int4"), "generic int4");
  EXPECT_EQ(type("bigint[]"), "int8[]");
  EXPECT_EQ(type("double precision"), "float8");
  EXPECT_EQ(type("float(24)"), "float4");
  EXPECT_EQ(type("float(25)"), "float8");
  EXPECT_EQ(type("dec(10, -2)"), "numeric 10 -2");
  EXPECT_EQ(type("character varying(20)"), "varchar 20");
  EXPECT_EQ(type("char"), "bpchar 1");
  EXPECT_EQ(type("\"char\""), "generic char");
  EXPECT_EQ(type("timestamp (3) with time zone"), "timestamptz 3");
  EXPECT_EQ(type("timestamp without time zone"), "timestamp");
  EXPECT_EQ(type("time with time zone"), "timetz");
  EXPECT_EQ(type("text array"), "generic text[]");
  EXPECT_EQ(type("int array[3]"), "int4[]");
  EXPECT_EQ(type("int[3][4]"), "int4[][]");
  EXPECT_EQ(type("pg_catalog.regclass"), "generic regclass");

  const auto nested = parse_type("struct<a int, b struct<c varchar, d int[]>>[]");
  ASSERT_TRUE(nested);
  ASSERT_TRUE(nested->is_struct());
  EXPECT_EQ(nested->array_dimensions, 1u);
  ASSERT_EQ(nested->fields.size(), 2u);
  EXPECT_EQ(nested->fields[1].type.fields[1].type.array_dimensions, 1u);
  EXPECT_TRUE(parse_type("map(varchar, int)")->is_map());
  EXPECT_EQ(parse_type("interval day to second(3)")->interval_fields, "day to second");
}

TEST(ParseTree, HoldsSourcesWhole) {
  const auto source = parse_as<ast::CreateSource>(
      "CREATE SOURCE IF NOT EXISTS s (a int PRIMARY KEY, *, WATERMARK FOR t AS t - INTERVAL '5s',) "
      "INCLUDE header 'k' bytea AS h ON CONFLICT DO UPDATE IF NOT NULL "
      "WITH (connector='nats', scan.startup.mode=`earliest` connect_mode=plain, n=5,) "
      "ROW FORMAT PROTOBUF MESSAGE 'm' ROW SCHEMA LOCATION 'u'");
  const ast::TableDefinition& table = source->definition;
  EXPECT_TRUE(table.if_not_exists);
  EXPECT_TRUE(table.columns[0].primary_key);
  EXPECT_EQ(table.wildcard_at, 1u);
  EXPECT_EQ(table.watermarks[0].column.text, "t");
  EXPECT_EQ(table.includes[0].what.text, "header");
  EXPECT_EQ(table.includes[0].inner_field, "k");
  EXPECT_EQ(table.includes[0].alias->text, "h");
  EXPECT_EQ(table.on_conflict, ast::OnConflict::kDoUpdateIfNotNull);
  ASSERT_EQ(table.options.size(), 4u);
  EXPECT_EQ(table.options[1].key, "scan.startup.mode");
  EXPECT_EQ(table.options[1].value, "earliest");
  EXPECT_EQ(table.options[2].kind, ast::OptionValueKind::kWord);
  EXPECT_EQ(table.options[3].kind, ast::OptionValueKind::kNumber);
  ASSERT_TRUE(table.format);
  EXPECT_TRUE(table.format->legacy);
  EXPECT_EQ(table.format->format.text, "plain");
  EXPECT_EQ(table.format->encode.text, "protobuf");
  EXPECT_EQ(table.format->options[0].key, "message");
  EXPECT_EQ(table.format->options[1].key, "schema.location");
}

TEST(ParseTree, HoldsStatementsInStatements) {
  const std::string sql = "prepare p (int) as  select $1 + 1 ";
  const auto prepare = parse_as<ast::Prepare>(sql);
  EXPECT_EQ(sql.substr(prepare->statement_begin, prepare->statement_end - prepare->statement_begin),
            "select $1 + 1");
  const auto explain = parse_as<ast::Explain>("explain (format json) delete from t");
  EXPECT_EQ(explain->options[0].key, "format");
  EXPECT_EQ(explain->statement->kind, ast::StatementKind::kDelete);
}

TEST(ParseTree, AsChecksTheKind) {
  const auto tree = parse("a");
  EXPECT_EQ(ast::try_as<ast::Literal>(tree.get()), nullptr);
  EXPECT_NE(ast::try_as<ast::ColumnRef>(tree.get()), nullptr);
  EXPECT_DEATH(ast::as<ast::Literal>(*tree), "syntax node of another kind");
}

TEST(ParseTree, QuotesWhatNeedsIt) {
  EXPECT_EQ(quote_identifier("abc_1"), "abc_1");
  EXPECT_EQ(quote_identifier("Abc"), "\"Abc\"");
  EXPECT_EQ(quote_identifier("a b"), "\"a b\"");
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_identifier("select"), "\"select\"");
  EXPECT_EQ(quote_identifier("name"), "name");
  EXPECT_EQ(quote_identifier("1a"), "\"1a\"");
  EXPECT_EQ(quote_identifier(""), "\"\"");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal("a\\b"), "E'a\\\\b'");
}

}  // namespace
}  // namespace leat::parser
