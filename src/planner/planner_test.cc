#include "planner/planner.h"

#include <gtest/gtest.h>

#include <functional>

#include "planner/function_rows.h"
#include "planner/sql_fixture.h"

namespace leat::planner {
namespace {

class PlannerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = fixture_.run(
        "create table orders (id bigint primary key, customer int, region varchar, amount int);"
        "create table customers (id int primary key, name varchar);"
        "create table events (kind varchar, value int) append only;"
        "create table loose (a int, b int);");
    ASSERT_TRUE(made) << made.error().to_string();
  }

  PhysicalPlan plan(std::string_view sql, PlanMode mode) {
    auto query = fixture_.bind(sql);
    EXPECT_TRUE(query) << query.error().to_string();
    auto planned = plan_query(*query, fixture_.context(mode));
    EXPECT_TRUE(planned) << planned.error().to_string();
    return *planned;
  }

  SinkPlan sink(std::string_view sql) {
    auto query = fixture_.bind(sql);
    EXPECT_TRUE(query) << query.error().to_string();
    Relation draft;
    draft.name = "s";
    auto planned = plan_sink(*query, draft, fixture_.context(PlanMode::kJob));
    EXPECT_TRUE(planned) << planned.error().to_string();
    return *planned;
  }

  RelationPlan view(std::string_view sql) {
    auto query = fixture_.bind(sql);
    EXPECT_TRUE(query) << query.error().to_string();
    Relation draft;
    draft.name = "v";
    auto planned = plan_materialize(*query, draft, fixture_.context(PlanMode::kJob));
    EXPECT_TRUE(planned) << planned.error().to_string();
    return *planned;
  }

  SqlFixture fixture_;
};

void for_each_node(const PhysicalNode& node, const std::function<void(const PhysicalNode&)>& f) {
  f(node);
  for (const PhysicalPtr& input : node.inputs) for_each_node(*input, f);
}

std::vector<std::string> column_names(const Relation& relation) {
  std::vector<std::string> names;
  for (const ColumnDefinition& column : relation.columns)
    names.push_back(column.name + (column.hidden ? " hidden" : ""));
  return names;
}

TEST_F(PlannerTest, NodesAreNumberedInPreOrder) {
  const PhysicalPlan planned = plan(
      "select o.id, c.name from orders o join customers c on o.customer = c.id where o.amount > 1",
      PlanMode::kJob);
  int next = 1;
  for_each_node(*planned.root, [&](const PhysicalNode& node) { EXPECT_EQ(node.id, next++); });
  EXPECT_GT(next, 4);
}

TEST_F(PlannerTest, TheFingerprintIsThePlansAlone) {
  const std::string_view sql = "select region, count(*) from orders group by region";
  const uint64_t first = plan_fingerprint(*plan(sql, PlanMode::kJob).root);
  EXPECT_EQ(first, plan_fingerprint(*plan(sql, PlanMode::kJob).root));
  EXPECT_NE(
      first,
      plan_fingerprint(
          *plan("select region, sum(amount) from orders group by region", PlanMode::kJob).root));
  EXPECT_NE(
      first,
      plan_fingerprint(
          *plan("select customer, count(*) from orders group by customer", PlanMode::kJob).root));
}

TEST_F(PlannerTest, QueriesHaveNoExchangesAndNoKeys) {
  const PhysicalPlan planned = plan(
      "select c.name, count(*) from orders o join customers c on o.customer = c.id group by c.name "
      "order by 2 desc",
      PlanMode::kQuery);
  for_each_node(*planned.root, [](const PhysicalNode& node) {
    EXPECT_NE(node.kind, PhysicalKind::kExchange);
    EXPECT_TRUE(node.key.empty());
    EXPECT_TRUE(node.append_only);
  });
  ASSERT_EQ(planned.root->kind, PhysicalKind::kTopN);
  EXPECT_EQ(planned.order, planned.root->order);
  ASSERT_EQ(planned.order.size(), 1u);
  EXPECT_EQ(planned.order[0].column, 1);
  EXPECT_TRUE(planned.order[0].descending);
}

TEST_F(PlannerTest, StatefulNodesOfJobsHaveTheirRowsTogether) {
  for (const std::string_view sql : {
           "select o.id, c.name from orders o join customers c on o.customer = c.id",
           "select region, count(*) from orders group by region",
           "select id, row_number() over (partition by region order by amount) from orders",
           "select distinct on (region) region, id from orders order by region, amount",
           "select id from orders order by amount limit 3",
           "select region from orders except select name from customers",
           "select count(*) from (select distinct region from orders) x",
       }) {
    for_each_node(*plan(sql, PlanMode::kJob).root, [&](const PhysicalNode& node) {
      const bool stateful =
          node.kind == PhysicalKind::kHashJoin || node.kind == PhysicalKind::kHashAggregate ||
          node.kind == PhysicalKind::kTopN || node.kind == PhysicalKind::kOverWindow ||
          node.kind == PhysicalKind::kSetOperation;
      if (!stateful) return;
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        const Distribution& lies = node.inputs[i]->distribution;
        EXPECT_NE(lies.kind, Distribution::kAny) << sql << "\n" << physical_text(node);
        if (lies.kind != Distribution::kHash) continue;
        const auto& keys = node.kind != PhysicalKind::kHashJoin ? node.keys
                           : i == 0                             ? node.left_keys
                                                                : node.right_keys;
        for (const int column : lies.columns) {
          EXPECT_GT(std::count(keys.begin(), keys.end(), column), 0) << sql << "\n"
                                                                     << physical_text(node);
        }
      }
    });
  }
}

TEST_F(PlannerTest, AViewStoresItsHiddenKey) {
  const RelationPlan planned = view("select region, amount from orders");
  EXPECT_EQ(column_names(*planned.relation),
            (std::vector<std::string>{"region", "amount", "_id hidden"}));
  EXPECT_EQ(planned.relation->key, std::vector<int>{2});
  EXPECT_EQ(planned.relation->stored_order, (std::vector<SortColumn>{{2, false, false}}));
  EXPECT_FALSE(planned.relation->append_only);
  EXPECT_EQ(planned.plan.root->kind, PhysicalKind::kMaterialize);
  EXPECT_EQ(planned.plan.root->target, planned.relation);
  EXPECT_EQ(planned.plan.columns.size(), 2u);
}

TEST_F(PlannerTest, AViewIsStoredInItsOrder) {
  const RelationPlan planned = view("select id, region from orders order by amount desc, region");
  EXPECT_EQ(column_names(*planned.relation),
            (std::vector<std::string>{"id", "region", "_amount hidden"}));
  EXPECT_EQ(planned.relation->stored_order,
            (std::vector<SortColumn>{{2, true, true}, {1, false, false}, {0, false, false}}));
  EXPECT_EQ(planned.relation->key, std::vector<int>{0});
}

TEST_F(PlannerTest, AViewOfOneRowHasAnEmptyKey) {
  const RelationPlan planned = view("select count(*) from orders");
  EXPECT_TRUE(planned.relation->key.empty());
  EXPECT_TRUE(planned.relation->stored_order.empty());
}

TEST_F(PlannerTest, AViewOfAJoinHasTheKeysItNeeds) {
  // The customer is found by its key: an order's id is enough.
  const RelationPlan by_key =
      view("select o.id, c.name from orders o join customers c on o.customer = c.id");
  EXPECT_EQ(by_key.relation->key, std::vector<int>{0});
  const RelationPlan by_both =
      view("select o.id as oid, c.id as cid from orders o join customers c on o.region = c.name");
  EXPECT_EQ(by_both.relation->key, (std::vector<int>{0, 1}));
}

TEST_F(PlannerTest, AViewOfAppendOnlyRowsIsAppendOnly) {
  EXPECT_TRUE(view("select kind from events where value > 1").relation->append_only);
  EXPECT_TRUE(view("select distinct kind from events").relation->append_only);
  EXPECT_TRUE(
      view("select a.kind from events a join events b on a.value = b.value").relation->append_only);
  EXPECT_TRUE(
      view("select kind from events union all select kind from events").relation->append_only);
  EXPECT_FALSE(view("select kind, count(*) from events group by kind").relation->append_only);
  EXPECT_FALSE(view("select a.kind from events a left join events b on a.value = b.value")
                   .relation->append_only);
}

TEST_F(PlannerTest, AnIndexHasAllColumns) {
  ASSERT_TRUE(fixture_.run("create index by_region on orders (region, amount desc)"));
  const RelationPtr index = fixture_.find("by_region");
  ASSERT_NE(index, nullptr);
  EXPECT_EQ(index->index_columns, (std::vector<int>{2, 3, 0, 1}));
  EXPECT_EQ(index->stored_order,
            (std::vector<SortColumn>{{0, false, false}, {1, true, true}, {2, false, false}}));
  EXPECT_EQ(index->key, std::vector<int>{2});
}

TEST_F(PlannerTest, ASinkIsToldWhyItRetracts) {
  EXPECT_TRUE(sink("select kind from events").append_only);
  EXPECT_EQ(sink("select kind from events").retracts_because, "");
  EXPECT_EQ(sink("select id from orders").retracts_because,
            "rows of table \"orders\" can be changed and deleted");
  EXPECT_EQ(sink("select kind, count(*) from events group by kind").retracts_because,
            "an aggregate takes its old result back when a group changes");
  EXPECT_EQ(
      sink("select a.kind from events a left join events b on a.value = b.value").retracts_because,
      "an outer or anti join takes a row back when a match for it arrives");
  EXPECT_EQ(sink("select kind from events order by value limit 3").retracts_because,
            "a row leaves the first N when an earlier one arrives");
}

TEST_F(PlannerTest, ASinkKeepsItsDeclaredKey) {
  auto query = fixture_.bind("select region, sum(amount) as total from orders group by region");
  Relation draft;
  draft.name = "s";
  draft.key = {0};
  auto planned = plan_sink(*query, draft, fixture_.context(PlanMode::kJob));
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->relation->key, std::vector<int>{0});
  EXPECT_EQ(planned->plan.root->keys, std::vector<int>{0});
  EXPECT_EQ(planned->plan.root->kind, PhysicalKind::kSinkOut);
}

TEST_F(PlannerTest, ATableWithoutAKeyHasItsRowId) {
  const RelationPtr table = fixture_.find("loose");
  auto planned = plan_table(table, fixture_.context(PlanMode::kJob));
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->root->kind, PhysicalKind::kMaterialize);
  EXPECT_EQ(planned->root->key, table->key);
  ASSERT_EQ(table->key.size(), 1u);
  EXPECT_TRUE(table->columns[static_cast<size_t>(table->key[0])].hidden);
}

TEST_F(PlannerTest, AnUnboundedScalarSubqueryIsChecked) {
  int checked = 0;
  for_each_node(
      *plan("select id, (select c.name from customers c where c.name = o.region) from orders o",
            PlanMode::kQuery)
           .root,
      [&](const PhysicalNode& node) { checked += node.single_row ? 1 : 0; });
  EXPECT_EQ(checked, 1);
  for_each_node(
      *plan("select id, (select c.name from customers c where c.id = o.customer) from orders o",
            PlanMode::kQuery)
           .root,
      [&](const PhysicalNode& node) { EXPECT_FALSE(node.single_row); });
}

TEST_F(PlannerTest, ParametersBoundAKey) {
  const PhysicalPlan planned =
      plan("select region from orders where id = $1 and amount > $2", PlanMode::kQuery);
  const PhysicalNode* scan = nullptr;
  for_each_node(*planned.root, [&](const PhysicalNode& node) {
    if (node.kind == PhysicalKind::kScan) scan = &node;
  });
  ASSERT_NE(scan, nullptr);
  ASSERT_EQ(scan->bounds.equal.size(), 1u);
  EXPECT_EQ(scan->bounds.equal[0]->kind, ExprKind::kParameter);
  EXPECT_EQ(scan->bounds.equal[0]->type, Type(TypeId::kInt64));
}

// Every type can be a correlated column.
TEST_F(PlannerTest, EveryTypeCanBeMatched) {
  std::vector<Type> types = {Type::list_of(TypeId::kInt32),
                             Type::struct_of({{"a", TypeId::kVarchar}})};
  for (int id = 0; id < static_cast<int>(TypeId::kStruct); ++id)
    types.emplace_back(static_cast<TypeId>(id));
  for (const Type& type : types) {
    const ExprPtr column = make_column(0, type);
    EXPECT_TRUE(is_equality(*make_equal(column, column))) << type.name();
    EXPECT_TRUE(is_not_distinct(*make_not_distinct(column, column))) << type.name();
    EXPECT_NE(make_is_null(column), nullptr) << type.name();
    EXPECT_NE(make_is_not_null(column), nullptr) << type.name();
  }
}

TEST_F(PlannerTest, DeepExpressionsArePlanned) {
  std::string sql = "select id";
  for (int i = 0; i < 900; ++i) sql += " + amount";
  const PhysicalPlan planned = plan(sql + " from orders", PlanMode::kJob);
  EXPECT_EQ(planned.root->kind, PhysicalKind::kProject);
}

TEST_F(PlannerTest, TooDeepPlansAreRefused) {
  auto query = fixture_.bind("select id from orders");
  LogicalPtr deep = query->plan;
  for (int i = 0; i < 3000; ++i) {
    auto filter = std::make_shared<LogicalNode>();
    filter->kind = LogicalKind::kFilter;
    filter->schema = deep->schema;
    filter->inputs = {deep};
    filter->exprs = {make_literal(Value::boolean(true))};
    deep = filter;
  }
  auto planned = plan_query({deep, deep->schema}, fixture_.context(PlanMode::kQuery));
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, SqlState::kStatementTooComplex);
}

TEST_F(PlannerTest, NowInAJobNeedsAComparison) {
  auto query = fixture_.bind("select id, now() from orders");
  ASSERT_TRUE(query);
  auto planned = plan_query(*query, fixture_.context(PlanMode::kJob));
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().code, SqlState::kFeatureNotSupported);
  EXPECT_EQ(planned.error().position, 12u);
  EXPECT_TRUE(plan_query(*query, fixture_.context(PlanMode::kQuery)));
}

}  // namespace
}  // namespace leat::planner
