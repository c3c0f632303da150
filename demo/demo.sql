-- Orders are a stream: each message is a row, nothing is stored.
CREATE SOURCE orders (
  order_id bigint, customer_id int, amount numeric, placed_at timestamptz
) WITH (
  connector = 'nats', server_url = 'localhost:4222', stream = 'SHOP', subject = 'shop.orders'
) FORMAT PLAIN ENCODE JSON;

-- Customers are a table: a message with a known key replaces the row.
CREATE TABLE customers (
  customer_id int PRIMARY KEY, name varchar, country varchar
) WITH (
  connector = 'nats', server_url = 'localhost:4222', stream = 'SHOP', subject = 'shop.customers'
) FORMAT PLAIN ENCODE JSON;

-- A join that is always up to date: when a customer moves, the customer's old orders move too.
CREATE MATERIALIZED VIEW sales AS
SELECT o.order_id, o.amount, o.placed_at, c.name, c.country
FROM orders o JOIN customers c ON o.customer_id = c.customer_id;

-- A view on the view: revenue per country in windows of five seconds.
CREATE MATERIALIZED VIEW revenue AS
SELECT window_start, country, count(*) AS orders, sum(amount) AS revenue
FROM TUMBLE(sales, placed_at, INTERVAL '5 seconds')
GROUP BY window_start, country;

-- Every change of it goes back to NATS, on a subject per country.
CREATE SINK revenue_feed FROM revenue WITH (
  connector = 'nats', server_url = 'localhost:4222', subject = 'feed.revenue.{country}',
  force_append_only = 'true'
) FORMAT PLAIN ENCODE JSON;
