select id, item_name, description, initial_bid, reserve, date_time, expires, seller, category,
       auction, bidder, price, bid_date_time
from (
  select a.*, b.auction, b.bidder, b.price, b.date_time as bid_date_time,
         row_number() over (partition by a.id order by b.price desc, b.date_time) as place
  from auction a join bid b on a.id = b.auction
  where b.date_time between a.date_time and a.expires
) as ranked
where place <= 1
