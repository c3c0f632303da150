-- A view on the view: revenue per country in windows of five seconds.
CREATE MATERIALIZED VIEW revenue AS
SELECT window_start, country, count(*) AS orders, sum(amount) AS revenue
FROM TUMBLE(sales, placed_at, INTERVAL '5 seconds')
GROUP BY window_start, country;