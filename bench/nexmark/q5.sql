select counts.auction, counts.bids
from (
  select auction, count(*) as bids, window_start as starts
  from hop(bid, date_time, interval '2 seconds', interval '10 seconds')
  group by window_start, auction
) as counts
join (
  select max(bids) as most, starts
  from (
    select count(*) as bids, window_start as starts
    from hop(bid, date_time, interval '2 seconds', interval '10 seconds')
    group by auction, window_start
  ) as by_auction
  group by starts
) as highest on counts.starts = highest.starts and counts.bids >= highest.most
