// Transactions as programs on JDBC use them: everything goes by the extended protocol, BEGIN and COMMIT too.
//   java -cp postgresql.jar JdbcTransactions.java PORT
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Objects;
import org.postgresql.PGConnection;

public class JdbcTransactions {
  interface Work {
    void run() throws Exception;
  }

  static void expect(Object found, Object wanted) {
    if (!Objects.equals(found, wanted)) throw new AssertionError("found " + found + ", wanted " + wanted);
  }

  static void fails(String state, Work work) throws Exception {
    try {
      work.run();
    } catch (SQLException error) {
      expect(error.getSQLState(), state);
      return;
    }
    throw new AssertionError("nothing failed with " + state);
  }

  static long one(Connection connection, String sql) throws Exception {
    try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  static void insert(Connection connection, int id, int n) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement("insert into t values (?, ?)")) {
      statement.setInt(1, id);
      statement.setInt(2, n);
      expect(statement.executeUpdate(), 1);
    }
  }

  static void blocks(Connection one, Connection two) throws Exception {
    one.setAutoCommit(false);
    insert(one, 1, 10);
    expect(one(one, "select n from t where id = 1"), 10L);
    expect(one(two, "select count(*) from t"), 0L);
    Savepoint savepoint = one.setSavepoint();
    insert(one, 2, 20);
    fails("22012", () -> one(one, "select 1 / 0"));
    fails("25P02", () -> one(one, "select 1"));
    one.rollback(savepoint);
    one.releaseSavepoint(savepoint);
    insert(one, 3, 30);
    one.commit();
    expect(one(two, "select sum(n) from t"), 40L);
    one(one, "select 1");
    two.createStatement().executeUpdate("update t set n = 11 where id = 1");
    one.createStatement().executeUpdate("update t set n = n + 1 where id = 1");
    fails("40001", one::commit);
    one.rollback();
    expect(one(one, "select n from t where id = 1"), 11L);
    one.rollback();
  }

  // A batch of an autocommitting connection is one transaction: many executions before one Sync.
  static void batches(Connection connection) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement("insert into t values (?, 100 / ?)")) {
      for (int i = 0; i < 50; ++i) {
        statement.setInt(1, 100 + i);
        statement.setInt(2, i == 40 ? 0 : 1);
        statement.addBatch();
      }
      try {
        statement.executeBatch();
        throw new AssertionError("the batch did not fail");
      } catch (BatchUpdateException error) {
        expect(error.getSQLState(), "22012");
      }
      expect(one(connection, "select count(*) from t where id >= 100"), 0L);
      for (int i = 0; i < 50; ++i) {
        statement.setInt(1, 100 + i);
        statement.setInt(2, 1);
        statement.addBatch();
      }
      expect(Arrays.stream(statement.executeBatch()).sum(), 50);
    }
    try (PreparedStatement statement = connection.prepareStatement("update t set n = n + ? where id = 100")) {
      for (int i = 1; i <= 10; ++i) {
        statement.setInt(1, i);
        statement.addBatch();
      }
      expect(Arrays.stream(statement.executeBatch()).sum(), 10);
    }
    expect(one(connection, "select n from t where id = 100"), 155L);
  }

  // Rows in portions: a portal that stays open in the block.
  static void portions(Connection connection) throws Exception {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(7);
      long sum = 0;
      try (ResultSet rows = statement.executeQuery("select id from t where id between 100 and 149 order by id")) {
        connection.createStatement().executeUpdate("delete from t where id > 120");
        while (rows.next()) sum += rows.getLong(1);
      }
      expect(sum, 6225L);
    }
    expect(one(connection, "select count(*) from t where id >= 100"), 21L);
    connection.rollback();
    connection.setAutoCommit(true);
  }

  static void copies(Connection connection) throws Exception {
    var copy = connection.unwrap(PGConnection.class).getCopyAPI();
    expect(copy.copyIn("copy t from stdin csv", new StringReader("1000,1\n1001,\n")), 2L);
    StringWriter out = new StringWriter();
    copy.copyOut("copy (select * from t where id >= 1000 order by id) to stdout csv", out);
    expect(out.toString(), "1000,1\n1001,\n");
  }

  public static void main(String[] args) throws Exception {
    String url = "jdbc:postgresql://127.0.0.1:" + args[0] + "/dev?user=root";
    try (Connection one = DriverManager.getConnection(url); Connection two = DriverManager.getConnection(url)) {
      two.createStatement().execute("create table t (id int primary key, n int)");
      blocks(one, two);
      batches(two);
      portions(two);
      copies(two);
    }
  }
}
