// What a source's saved position says after a crash, seen from SQL.

#include <signal.h>

#include "connector/harness.h"
#include "program/statement.h"

namespace leat::test {
namespace {

// One subject of a busy stream, itself quiet: what was passed over is part of the position, so that its
// purge is no loss.
TEST(SourcePosition, WhatAQuietFilteredSourcePassedOverIsNoGapAfterARestart) {
  NatsServer nats;
  NatsClient publisher(nats.url());
  publisher.create_stream("EVENTS", R"(["event.>"])");
  publisher.publish("event.rare", R"({"n": 1})");
  LeatServer leat(LEAT_PROGRAM, false);
  {
    PgClient client(leat.conninfo());
    expect_done(client, "create table rare (n int) with (connector = 'nats', server_url = '" + nats.url() +
                            "', stream = 'EVENTS', subject = 'event.rare') format plain encode json");
    EXPECT_EQ(client.await_value("select count(*) from rare", "1"), "1");
    const std::string steps = "select steps from rw_catalog.rw_steps";
    const std::string before = client.value(steps);
    publisher.publish_numbers("EVENTS", "event.common", 1, 500);
    // Nothing but the position can make a step now.
    for (int look = 0; look < 300 && client.value(steps) == before; ++look) std::this_thread::sleep_for(50ms);
    EXPECT_NE(client.value(steps), before);
    expect_done(client, "flush");
  }
  leat.stop(SIGKILL);
  publisher.api("STREAM.PURGE.EVENTS", R"({"seq": 500})");
  leat.start();
  publisher.publish("event.rare", R"({"n": 2})");
  PgClient client(leat.conninfo());
  EXPECT_EQ(client.await_value("select count(*) from rare", "2"), "2");
  EXPECT_EQ(rows_text(client, "select source, first_offset, last_offset from rw_catalog.rw_source_gaps"), "");
}

}  // namespace
}  // namespace leat::test
