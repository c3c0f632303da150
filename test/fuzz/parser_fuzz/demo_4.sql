-- Every change of it goes back to NATS, on a subject per country.
CREATE SINK revenue_feed FROM revenue WITH (
  connector = 'nats', server_url = 'localhost:4222', subject = 'feed.revenue.{country}',
  force_append_only = 'true'
) FORMAT PLAIN ENCODE JSON;