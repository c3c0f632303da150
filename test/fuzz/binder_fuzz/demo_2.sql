-- A join that is always up to date: when a customer moves, the customer's old orders move too.
CREATE MATERIALIZED VIEW sales AS
SELECT o.order_id, o.amount, o.placed_at, c.name, c.country
FROM orders o JOIN customers c ON o.customer_id = c.customer_id;