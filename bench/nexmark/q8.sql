select p.id, p.name, p.starts
from (
  select id, name, window_start as starts
  from tumble(person, date_time, interval '10 seconds')
  group by id, name, window_start
) as p
join (
  select seller, window_start as starts
  from tumble(auction, date_time, interval '10 seconds')
  group by seller, window_start
) as a on p.id = a.seller and p.starts = a.starts
