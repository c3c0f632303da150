select b.auction, b.price, b.bidder, b.date_time
from bid b
join (
  select max(price) as price, window_end as ends
  from tumble(bid, date_time, interval '10 seconds')
  group by window_end
) as highest on b.price = highest.price
where b.date_time between highest.ends - interval '10 seconds' and highest.ends
