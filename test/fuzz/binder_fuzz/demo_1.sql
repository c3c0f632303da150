-- Customers are a table: a message with a known key replaces the row.
CREATE TABLE customers (
  customer_id int PRIMARY KEY, name varchar, country varchar
) WITH (
  connector = 'nats', server_url = 'localhost:4222', stream = 'SHOP', subject = 'shop.customers'
) FORMAT PLAIN ENCODE JSON;