// demo_publisher: the shop of `make demo`.
//   demo_publisher URL setup                    makes the streams SHOP (shop.>) and FEED (feed.>)
//   demo_publisher URL shop RATE SECONDS        publishes customers, then RATE orders a second; customers move
//   demo_publisher URL watch SUBJECT COUNT      prints the next COUNT messages of a subject

#include <nats/nats.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <thread>

#include <fmt/chrono.h>
#include <fmt/core.h>

namespace {

constexpr const char* kNames[] = {"Ada", "Bao", "Chloe", "Dmitri", "Emeka", "Fatima", "Goro", "Hana", "Ines", "Jakub"};
constexpr const char* kCountries[] = {"BR", "DE", "JP", "PL"};
constexpr int kCustomers = static_cast<int>(std::size(kNames));
constexpr int kMoveEverySeconds = 3;
constexpr int64_t kWatchPatienceMs = 10'000;

void check(natsStatus status, const char* what) {
  if (status == NATS_OK) return;
  fmt::print(stderr, "demo_publisher: {}: {}\n", what, natsStatus_GetText(status));
  std::exit(1);
}

void make_stream(jsCtx* js, const char* name, const char* subjects) {
  jsStreamConfig config;
  check(jsStreamConfig_Init(&config), name);
  config.Name = name;
  config.Subjects = &subjects;
  config.SubjectsLen = 1;
  check(js_AddStream(nullptr, js, &config, nullptr, nullptr), name);
}

// Asynchronous: publish() returns at once, flush() waits for the server's acknowledgements.
void publish(jsCtx* js, const char* subject, const std::string& text) {
  check(js_PublishAsync(js, subject, text.data(), static_cast<int>(text.size()), nullptr), subject);
}

void flush(jsCtx* js) { check(js_PublishAsyncComplete(js, nullptr), "acknowledgements"); }

void publish_customer(jsCtx* js, int id, int country) {
  publish(js, "shop.customers", fmt::format(R"({{"customer_id": {}, "name": "{}", "country": "{}"}})", id, kNames[id],
                                            kCountries[static_cast<size_t>(country) % std::size(kCountries)]));
}

void run_shop(jsCtx* js, int rate, int seconds) {
  using Clock = std::chrono::steady_clock;
  for (int id = 0; id < kCustomers; ++id) publish_customer(js, id, id);
  const auto start = Clock::now();
  const long total = static_cast<long>(rate) * seconds;
  int moves = 0;
  for (long order = 0; order < total; ++order) {
    std::this_thread::sleep_until(start + std::chrono::nanoseconds(order * 1'000'000'000L / rate));
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const long cents = 100 + (order * 7919) % 19'900;
    publish(js, "shop.orders",
            fmt::format(R"({{"order_id": {}, "customer_id": {}, "amount": {}.{:02}, "placed_at": "{:%FT%T}Z"}})", order + 1,
                        (order * 31) % kCustomers, cents / 100, cents % 100, now));
    if ((order + 1) % (static_cast<long>(rate) * kMoveEverySeconds) == 0) {
      ++moves;
      publish_customer(js, moves % kCustomers, moves % kCustomers + moves);
    }
  }
  flush(js);
  fmt::print("{}\n", total);
}

void watch(natsConnection* connection, const char* subject, int count) {
  natsSubscription* subscription = nullptr;
  check(natsConnection_SubscribeSync(&subscription, connection, subject), subject);
  for (int i = 0; i < count; ++i) {
    natsMsg* message = nullptr;
    check(natsSubscription_NextMsg(&message, subscription, kWatchPatienceMs), subject);
    fmt::print("  {}  {}\n", natsMsg_GetSubject(message),
               std::string(natsMsg_GetData(message), static_cast<size_t>(natsMsg_GetDataLength(message))));
    natsMsg_Destroy(message);
  }
  natsSubscription_Destroy(subscription);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[2] : "";
  const bool known = (what == "setup" && argc == 3) || ((what == "shop" || what == "watch") && argc == 5);
  if (!known) {
    fmt::print(stderr, "usage: demo_publisher URL setup | shop RATE SECONDS | watch SUBJECT COUNT\n");
    return 2;
  }
  natsConnection* connection = nullptr;
  jsCtx* js = nullptr;
  check(natsConnection_ConnectTo(&connection, argv[1]), "connect");
  check(natsConnection_JetStream(&js, connection, nullptr), "JetStream");
  if (what == "setup") {
    make_stream(js, "SHOP", "shop.>");
    make_stream(js, "FEED", "feed.>");
  } else if (what == "shop") {
    run_shop(js, std::max(1, std::atoi(argv[3])), std::atoi(argv[4]));
  } else {
    watch(connection, argv[3], std::atoi(argv[4]));
  }
  jsCtx_Destroy(js);
  natsConnection_Destroy(connection);
  nats_Close();
  return 0;
}
