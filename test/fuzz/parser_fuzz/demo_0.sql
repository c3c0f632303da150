-- Orders are a stream: each message is a row, nothing is stored.
CREATE SOURCE orders (
  order_id bigint, customer_id int, amount numeric, placed_at timestamptz
) WITH (
  connector = 'nats', server_url = 'localhost:4222', stream = 'SHOP', subject = 'shop.orders'
) FORMAT PLAIN ENCODE JSON;