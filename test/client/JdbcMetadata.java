// What tools on JDBC ask of a server (DatabaseMetaData) and do with it; every question must be answered.
//   java -cp postgresql.jar JdbcMetadata.java PORT
import java.sql.Array;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class JdbcMetadata {
  interface Question {
    Object ask() throws Exception;
  }

  static int failed = 0;

  static void expect(String name, Object wanted, Question question) {
    try {
      Object found = question.ask();
      if (wanted == null || wanted.equals(found)) return;
      System.out.println("FAILED  " + name + ": found " + found + ", wanted " + wanted);
    } catch (Exception error) {
      System.out.println("FAILED  " + name + ": " + error.getMessage());
    }
    ++failed;
  }

  static void answered(String name, Question question) {
    expect(name, null, question);
  }

  // The values of one column.
  static List<String> column(ResultSet rows, String name) throws Exception {
    List<String> values = new ArrayList<>();
    while (rows.next()) values.add(rows.getString(name));
    return values;
  }

  static int count(ResultSet rows) throws Exception {
    int count = 0;
    while (rows.next()) ++count;
    return count;
  }

  public static void main(String[] args) throws Exception {
    Connection connection = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + args[0] + "/dev?user=root");
    try (Statement make = connection.createStatement()) {
      make.execute("create table orders (id int primary key, item varchar not null, price double precision)");
      make.execute("create index orders_item on orders (item desc)");
      make.execute("create materialized view sales as select item, count(*) as n from orders group by item");
      make.execute("create view cheap as select id from orders where price < 2");
    }
    metadata(connection.getMetaData());
    work(connection);
    System.exit(failed == 0 ? 0 : 1);
  }

  static void metadata(DatabaseMetaData data) {
    expect("catalogs", List.of("dev"), () -> column(data.getCatalogs(), "TABLE_CAT"));
    answered("schemas", () -> count(data.getSchemas()));
    expect("tables", List.of("sales", "orders", "cheap"), () -> column(
        data.getTables(null, "public", "%", new String[] {"TABLE", "VIEW", "MATERIALIZED VIEW"}), "TABLE_NAME"));
    answered("table types", () -> count(data.getTableTypes()));
    expect("columns", List.of("id", "item", "price"),
        () -> column(data.getColumns(null, "public", "orders", "%"), "COLUMN_NAME"));
    expect("nullable", List.of("NO", "NO", "YES"),
        () -> column(data.getColumns(null, "public", "orders", "%"), "IS_NULLABLE"));
    expect("primary key", List.of("id"), () -> column(data.getPrimaryKeys(null, "public", "orders"), "COLUMN_NAME"));
    expect("indexes", List.of("A", "D"),
        () -> column(data.getIndexInfo(null, "public", "orders", false, false), "ASC_OR_DESC"));
    expect("imported keys", 0, () -> count(data.getImportedKeys(null, "public", "orders")));
    expect("exported keys", 0, () -> count(data.getExportedKeys(null, "public", "orders")));
    answered("best row identifier", () -> count(data.getBestRowIdentifier(null, "public", "orders", 1, true)));
    answered("types", () -> count(data.getTypeInfo()));
    expect("functions", 6, () -> count(data.getFunctions(null, null, "abs")));
    expect("arguments", 12, () -> count(data.getFunctionColumns(null, null, "abs", null)));
    answered("procedures", () -> count(data.getProcedures(null, null, "%")));
    answered("table privileges", () -> count(data.getTablePrivileges(null, "public", "orders")));
    answered("column privileges", () -> count(data.getColumnPrivileges(null, "public", "orders", "%")));
    answered("keywords", () -> data.getSQLKeywords());
    answered("limits", () -> data.getMaxColumnsInIndex());
    answered("version", () -> data.getDatabaseProductVersion());
  }

  static void work(Connection connection) {
    expect("schema", "public", connection::getSchema);
    expect("valid", true, () -> connection.isValid(5));
    expect("batch", 20, () -> {
      connection.setAutoCommit(false);
      PreparedStatement insert = connection.prepareStatement("insert into orders values (?, ?, ?)");
      for (int i = 0; i < 20; ++i) {
        insert.setInt(1, i);
        insert.setString(2, "item");
        insert.setDouble(3, i * 0.5);
        insert.addBatch();
      }
      int written = insert.executeBatch().length;
      connection.commit();
      connection.setAutoCommit(true);
      return written;
    });
    expect("prepared and binary", "item 1.5", () -> {
      PreparedStatement query = connection.prepareStatement("select item, price from orders where id = ?");
      String text = "";
      for (int i = 0; i < 8; ++i) {  // the driver turns to binary after five
        query.setInt(1, 3);
        ResultSet row = query.executeQuery();
        row.next();
        text = row.getString(1) + " " + row.getDouble(2);
      }
      return text;
    });
    expect("fetch size", 23, () -> {
      connection.setAutoCommit(false);
      Statement query = connection.createStatement();
      query.setFetchSize(5);
      int rows = count(query.executeQuery("select generate_series(1, 23)"));
      connection.commit();
      connection.setAutoCommit(true);
      return rows;
    });
    expect("arrays", "[1, 2]", () -> {
      PreparedStatement query = connection.prepareStatement("select ?::int[]");
      query.setArray(1, connection.createArrayOf("int4", new Integer[] {1, 2}));
      ResultSet row = query.executeQuery();
      row.next();
      Array array = row.getArray(1);
      return Arrays.toString((Object[]) array.getArray());
    });
    expect("generated keys", 1, () -> {
      PreparedStatement insert =
          connection.prepareStatement("insert into orders values (900, 'x', 1)", Statement.RETURN_GENERATED_KEYS);
      insert.executeUpdate();
      return count(insert.getGeneratedKeys());
    });
  }
}
