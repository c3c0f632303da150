#include "http/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>

namespace leat::http {
namespace {

class TestHealth final : public HealthSource {
 public:
  std::string alive_trouble() override { return alive; }
  std::string ready_trouble() override { return ready; }
  std::string alive, ready;
};

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::start({.port = 0}, registry_, health_);
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
    client_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
  }

  metrics::Registry registry_;
  TestHealth health_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(HttpServerTest, Metrics) {
  const auto steps = registry_.counter(metrics::Metric::kSteps);
  steps->add(7);
  const auto result = client_->Get("/metrics");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(result->body.find("\nleat_steps_total 7\n"), std::string::npos) << result->body;
  EXPECT_EQ(client_->Get("/metrics")
                    ->body.find("\nleat_http_requests_total{path=\"/metrics\",code=\"200\"} 1\n") ==
                std::string::npos,
            false);
}

TEST_F(HttpServerTest, Health) {
  EXPECT_EQ(client_->Get("/healthz")->status, 200);
  EXPECT_EQ(client_->Get("/healthz")->body, "ok\n");
  health_.ready = "recovering: 3 of 10 jobs";
  EXPECT_EQ(client_->Get("/readyz")->status, 503);
  EXPECT_EQ(client_->Get("/readyz")->body, "recovering: 3 of 10 jobs\n");
  EXPECT_EQ(client_->Get("/healthz")->status, 200);
  health_.alive = "the store is corrupt";
  EXPECT_EQ(client_->Get("/healthz")->status, 503);
  EXPECT_EQ(client_->Head("/healthz")->status, 503);
}

TEST_F(HttpServerTest, UnknownPagesAndMethods) {
  EXPECT_EQ(client_->Get("/nothing")->status, 404);
  EXPECT_EQ(client_->Get("/also-nothing")->status, 404);
  EXPECT_EQ(client_->Post("/metrics", "x", "text/plain")->status, 404);
  EXPECT_EQ(client_->Post("/metrics", std::string(kRequestBytesMax + 1, 'x'), "text/plain")->status,
            413);
  EXPECT_EQ(client_->Get("/")->status, 200);
  // Strangers' paths make one series.
  EXPECT_NE(client_->Get("/metrics")
                ->body.find("leat_http_requests_total{path=\"other\",code=\"404\"} 2\n"),
            std::string::npos);
}

TEST_F(HttpServerTest, ManyClientsAtOnce) {
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int t = 0; t < 8; ++t) {
    clients.emplace_back([&] {
      httplib::Client client("127.0.0.1", server_->port());
      for (int i = 0; i < 50; ++i) {
        const auto result = client.Get("/metrics");
        if (result && result->status == 200) ++good;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 400);
}

TEST_F(HttpServerTest, StopsAndRefusesATakenPort) {
  const uint16_t port = server_->port();
  const auto taken = HttpServer::start({.port = port}, registry_, health_);
  ASSERT_FALSE(taken.has_value());
  EXPECT_NE(taken.error().message.find(std::to_string(port)), std::string::npos)
      << taken.error().message;
  server_->stop();
  EXPECT_FALSE(client_->Get("/healthz"));
  server_->stop();
}

TEST_F(HttpServerTest, HalfARequestDoesNotBlockOthers) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server_->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(write(fd, "GET /met", 8), 8);
  EXPECT_EQ(client_->Get("/healthz")->status, 200);
  close(fd);
}

}  // namespace
}  // namespace leat::http
