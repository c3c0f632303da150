#include "connector/nexmark/generator.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "types/datetime.h"

namespace leat {
namespace {

constexpr uint64_t kEpochEvents = 50;
constexpr uint64_t kEpochAuctions = 3;
constexpr int64_t kFirstId = 1000;
constexpr int64_t kActivePeople = 1000;
constexpr int64_t kPersonLead = 10;  // ids that are not yet born
constexpr int64_t kInFlightAuctions = 100;
constexpr int64_t kAuctionLead = 10;
constexpr int64_t kHotEvery = 100;  // one hot id among so many
constexpr int64_t kFirstCategory = 10;
constexpr uint64_t kTextBytes = 1 << 20;
constexpr uint32_t kChannels = 10'000;
constexpr uint32_t kHotChannels = 4;

constexpr std::string_view kFirstNames[] = {"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                                            "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::string_view kLastNames[] = {"Shultz", "Abrams", "Spencer", "White", "Bartels",
                                           "Walton", "Smith",  "Jones",   "Noris"};
constexpr std::string_view kCities[] = {"Phoenix",  "Los Angeles", "San Francisco", "Boise", "Portland",
                                        "Bend",     "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::string_view kStates[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::string_view kHotNames[kHotChannels] = {"Google", "Facebook", "Baidu", "Apple"};

// Which numbers a generator is asked for: events, the text, the channels' URLs.
enum Stream : uint64_t { kEvents = 0, kText = 1, kUrls = 2 };

uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

// SplitMix64 from a state that is a function of (seed, stream, number).
class Dice {
 public:
  Dice(uint64_t seed, Stream stream, uint64_t number)
      : state_(mix(mix(seed + 0x9E3779B97F4A7C15ull * (stream + 1)) ^ number)) {}
  uint64_t roll() { return mix(state_ += 0x9E3779B97F4A7C15ull); }
  // 0 .. n-1, n < 2^32.
  uint64_t below(uint64_t n) { return ((roll() >> 32) * n) >> 32; }
  int64_t below_signed(int64_t n) { return static_cast<int64_t>(below(static_cast<uint64_t>(n))); }

 private:
  uint64_t state_;
};

char letter(uint64_t byte) { return static_cast<char>('a' + ((byte * 26) >> 8)); }

// `size` characters, eight to a roll, lowest byte first: a blank for bytes below 20, else a letter; the first
// and the last one are letters always.
char* put_text(Dice& dice, size_t size, char blank, char* at) {
  uint64_t bits = 0;
  for (size_t i = 0; i < size; ++i, bits >>= 8) {
    if (i % 8 == 0) bits = dice.roll();
    const uint64_t byte = bits & 0xFF;
    const bool inside = i != 0 && i + 1 != size;
    at[i] = inside && byte < 20 ? blank : letter(byte);
  }
  return at + size;
}

// 100 * 10^(6u), u uniform: the decade, then the digits by 16 factors 10^(2^-i) in 32-bit fixed point.
int64_t price(Dice& dice) {
  static constexpr uint64_t kFactors[16] = {
      13581879131, 7637651909, 5727430940, 4959750858, 4615405479, 4452304526, 4372928347, 4333772518,
      4314326278,  4304635904, 4299798883, 4297382410, 4296174683, 4295570947, 4295269111, 4295118201};
  static constexpr uint64_t kDecades[6] = {100, 1000, 10'000, 100'000, 1'000'000, 10'000'000};
  const uint64_t roll = dice.roll();
  const uint64_t decade = kDecades[((roll >> 32) * 6) >> 32];
  uint64_t mantissa = uint64_t{1} << 32;
  for (int i = 0; i < 16; ++i) {
    if ((roll >> (15 - i)) & 1) {
      mantissa = static_cast<uint64_t>((static_cast<unsigned __int128>(mantissa) * kFactors[i]) >> 32);
    }
  }
  return static_cast<int64_t>((decade * mantissa + (uint64_t{1} << 31)) >> 32);
}

uint64_t reversed_bits(uint32_t v) {
  uint32_t out = 0;
  for (int i = 0; i < 32; ++i) out |= ((v >> i) & 1) << (31 - i);
  const auto value = static_cast<int64_t>(static_cast<int32_t>(out));
  return static_cast<uint64_t>(value < 0 ? -value : value);
}

}  // namespace

// What does not change from event to event: the text that `extra` is cut from, channels and their URLs.
struct NexmarkGenerator::Texts {
  // The strings lie in the arena of this vector, so that batches can share them.
  Vector keeper{TypeId::kVarchar, 0};
  std::string_view text;
  std::vector<std::string_view> channels;  // 10,000 and the four hot ones
  std::vector<std::string_view> urls;

  explicit Texts(uint64_t seed) {
    char* at = keeper.arena().allocate(kTextBytes);
    Dice dice(seed, kText, 0);
    put_text(dice, kTextBytes, ' ', at);
    text = {at, kTextBytes};
    for (uint32_t i = 0; i < kChannels + kHotChannels; ++i) {
      const bool hot = i >= kChannels;
      channels.push_back(keeper.arena().copy(
          hot ? std::string(kHotNames[i - kChannels]) : "channel-" + std::to_string(i)));
      Dice url_dice(seed, kUrls, i);
      std::string url = "https://www.nexmark.com/";
      for (int directory = 0; directory < 3; ++directory) {
        char name[8];
        const size_t size = 3 + url_dice.below(3);
        url.append(name, put_text(url_dice, size, '_', name));
        url += '/';
      }
      url += "item.htm?query=1";
      if (!hot && url_dice.below(10) > 0) url += "&channel_id=" + std::to_string(reversed_bits(i));
      urls.push_back(keeper.arena().copy(url));
    }
  }

  // Pads what is there to `wanted` bytes, 20 % more or less.
  std::string_view extra(Dice& dice, uint64_t have, uint64_t wanted) const {
    const uint64_t roll = dice.roll();
    if (have >= wanted) return {};
    const uint64_t missing = wanted - have;
    const uint64_t spread = missing / 5;
    const uint64_t size = missing - spread + (((roll >> 32) * (2 * spread + 1)) >> 32);
    return text.substr((roll & 0xFFFFFFFF) % (kTextBytes - size), size);
  }
};

namespace {

struct Horizon {
  int64_t last_person;   // counted from 0; the newest born at this event
  int64_t last_auction;  // -1: none
};

Horizon horizon_at(uint64_t n) {
  const auto epoch = static_cast<int64_t>(n / kEpochEvents);
  const auto rest = static_cast<int64_t>(n % kEpochEvents);
  const int64_t auctions = epoch * static_cast<int64_t>(kEpochAuctions);
  return {epoch, auctions + std::min<int64_t>(rest, 3) - 1};
}

int64_t any_person(Dice& dice, int64_t last) {
  const int64_t people = last + 1;
  const int64_t active = std::min(people, kActivePeople);
  return people - active + dice.below_signed(active + kPersonLead);
}

int64_t any_auction(Dice& dice, int64_t last) {
  const int64_t first = std::max<int64_t>(last - kInFlightAuctions, 0);
  return first + dice.below_signed(last - first + 1 + kAuctionLead);
}

template <size_t kCount>
std::string_view any_of(Dice& dice, const std::string_view (&words)[kCount]) {
  return words[dice.below(kCount)];
}

}  // namespace

NexmarkGenerator::NexmarkGenerator(const NexmarkConfig& config)
    : config_(config), texts_(std::make_shared<const Texts>(config.seed)) {
  CHECK(config.events_per_second > 0 && config.events_per_second <= 1'000'000'000);
  CHECK(std::max({config.person_bytes, config.auction_bytes, config.bid_bytes}) < kTextBytes / 2);
}
NexmarkGenerator::~NexmarkGenerator() = default;

uint64_t NexmarkGenerator::count_of(NexmarkKind kind, uint64_t n) {
  const uint64_t epochs = n / kEpochEvents;
  const uint64_t rest = n % kEpochEvents;
  switch (kind) {
    case NexmarkKind::kPerson: return epochs + std::min<uint64_t>(rest, 1);
    case NexmarkKind::kAuction: return epochs * 3 + (rest < 1 ? 0 : std::min<uint64_t>(rest - 1, 3));
    case NexmarkKind::kBid: return epochs * 46 + (rest < 4 ? 0 : rest - 4);
  }
  UNREACHABLE();
}

uint64_t NexmarkGenerator::number_of(NexmarkKind kind, uint64_t i) {
  switch (kind) {
    case NexmarkKind::kPerson: return i * kEpochEvents;
    case NexmarkKind::kAuction: return i / 3 * kEpochEvents + 1 + i % 3;
    case NexmarkKind::kBid: return i / 46 * kEpochEvents + 4 + i % 46;
  }
  UNREACHABLE();
}

int64_t NexmarkGenerator::date_time_ms(uint64_t n) const {
  // Whole seconds apart, so that no number of events overflows.
  const uint64_t rate = config_.events_per_second;
  return config_.base_time_ms + static_cast<int64_t>(n / rate * 1000 + n % rate * 1000 / rate);
}

void NexmarkGenerator::person(uint64_t n, NexmarkPerson& out) const {
  Dice dice(config_.seed, kEvents, n);
  out.id = kFirstId + horizon_at(n).last_person;
  out.date_time_ms = date_time_ms(n);
  char* at = out.memory;
  const auto take = [&at](char* end) {
    const std::string_view text(at, static_cast<size_t>(end - at));
    at = end;
    return text;
  };
  const auto add = [](char* to, std::string_view text) { return std::copy(text.begin(), text.end(), to); };
  char* end = add(at, any_of(dice, kFirstNames));
  *end++ = ' ';
  out.name = take(add(end, any_of(dice, kLastNames)));
  size_t size = 3 + dice.below(5);
  end = put_text(dice, size, '_', at);
  *end++ = '@';
  size = 3 + dice.below(3);
  end = put_text(dice, size, '_', end);
  out.email_address = take(add(end, ".com"));
  end = at;
  for (int group = 0; group < 4; ++group) {
    if (group != 0) *end++ = ' ';
    uint64_t number = dice.below(10'000);
    for (int digit = 3; digit >= 0; --digit, number /= 10) end[digit] = static_cast<char>('0' + number % 10);
    end += 4;
  }
  out.credit_card = take(end);
  out.city = any_of(dice, kCities);
  out.state = any_of(dice, kStates);
  const size_t have = 8 + out.name.size() + out.email_address.size() + out.credit_card.size() +
                      out.city.size() + out.state.size();
  out.extra = texts_->extra(dice, have, config_.person_bytes);
}

void NexmarkGenerator::auction(uint64_t n, NexmarkAuction& out) const {
  Dice dice(config_.seed, kEvents, n);
  const Horizon horizon = horizon_at(n);
  out.id = kFirstId + horizon.last_auction;
  out.date_time_ms = date_time_ms(n);
  const bool hot = dice.below(4) > 0;
  out.seller = kFirstId + (hot ? horizon.last_person / kHotEvery * kHotEvery : any_person(dice, horizon.last_person));
  out.category = kFirstCategory + dice.below_signed(5);
  out.initial_bid = price(dice);
  out.reserve = out.initial_bid + price(dice);
  // An auction is open for as long as twice the time in which a hundred others begin, at most.
  constexpr uint64_t kOpenEvents = kInFlightAuctions * kEpochEvents / kEpochAuctions;
  const int64_t span = std::max<int64_t>(2 * (date_time_ms(n + kOpenEvents) - out.date_time_ms), 1);
  out.expires_ms = out.date_time_ms + 1 + dice.below_signed(span);
  size_t size = 3 + dice.below(17);
  char* at = put_text(dice, size, ' ', out.memory);
  out.item_name = {out.memory, size};
  size = 3 + dice.below(97);
  put_text(dice, size, ' ', at);
  out.description = {at, size};
  out.extra = texts_->extra(dice, 48 + out.item_name.size() + out.description.size(), config_.auction_bytes);
}

void NexmarkGenerator::bid(uint64_t n, NexmarkBid& out) const {
  Dice dice(config_.seed, kEvents, n);
  const Horizon horizon = horizon_at(n);
  out.date_time_ms = date_time_ms(n);
  const bool hot_auction = dice.below(2) > 0;
  out.auction = kFirstId + (hot_auction ? horizon.last_auction / kHotEvery * kHotEvery
                                        : any_auction(dice, horizon.last_auction));
  const bool hot_bidder = dice.below(4) > 0;
  out.bidder = kFirstId + (hot_bidder ? horizon.last_person / kHotEvery * kHotEvery + 1
                                      : any_person(dice, horizon.last_person));
  out.price = price(dice);
  const bool hot_channel = dice.below(2) > 0;
  const size_t channel = hot_channel ? kChannels + dice.below(kHotChannels) : dice.below(kChannels);
  out.channel = texts_->channels[channel];
  out.url = texts_->urls[channel];
  out.extra = texts_->extra(dice, 32, config_.bid_bytes);
}

const Schema& NexmarkGenerator::schema(NexmarkKind kind) {
  static const Schema kPerson = {{"id", TypeId::kInt64},          {"name", TypeId::kVarchar},
                                 {"email_address", TypeId::kVarchar}, {"credit_card", TypeId::kVarchar},
                                 {"city", TypeId::kVarchar},      {"state", TypeId::kVarchar},
                                 {"date_time", TypeId::kTimestamp}, {"extra", TypeId::kVarchar}};
  static const Schema kAuction = {{"id", TypeId::kInt64},          {"item_name", TypeId::kVarchar},
                                  {"description", TypeId::kVarchar}, {"initial_bid", TypeId::kInt64},
                                  {"reserve", TypeId::kInt64},     {"date_time", TypeId::kTimestamp},
                                  {"expires", TypeId::kTimestamp}, {"seller", TypeId::kInt64},
                                  {"category", TypeId::kInt64},    {"extra", TypeId::kVarchar}};
  static const Schema kBid = {{"auction", TypeId::kInt64},  {"bidder", TypeId::kInt64},
                              {"price", TypeId::kInt64},    {"channel", TypeId::kVarchar},
                              {"url", TypeId::kVarchar},    {"date_time", TypeId::kTimestamp},
                              {"extra", TypeId::kVarchar}};
  switch (kind) {
    case NexmarkKind::kPerson: return kPerson;
    case NexmarkKind::kAuction: return kAuction;
    case NexmarkKind::kBid: return kBid;
  }
  UNREACHABLE();
}

namespace {

// The columns of a batch under construction, in the order of the schema; unwanted ones are absent.
class Columns {
 public:
  Columns(const Schema& schema, size_t rows, const std::vector<bool>& wanted, const Vector& keeper) {
    for (size_t c = 0; c < schema.size(); ++c) {
      if (!wanted.empty() && !wanted[c]) {
        columns_.push_back(nullptr);
        continue;
      }
      columns_.push_back(std::make_shared<Vector>(schema[c].type, rows));
      if (schema[c].type.is_string_like()) columns_.back()->share_strings(keeper);
    }
  }
  void begin_row(size_t row) { row_ = row; column_ = 0; }
  void number(int64_t value) {
    if (Vector* column = next()) column->data<int64_t>()[row_] = value;
  }
  void time(int64_t ms) { number(ms * 1000); }
  void copied(std::string_view text) {
    if (Vector* column = next()) column->set_string(row_, text);
  }
  // Text of the generator, or constant: it outlives the batch.
  void shared(std::string_view text) {
    if (Vector* column = next()) column->data<StringSlot>()[row_] = StringSlot(text);
  }
  std::vector<ColumnPtr> take() { return {columns_.begin(), columns_.end()}; }

 private:
  Vector* next() { return columns_[column_++].get(); }
  std::vector<VectorPtr> columns_;
  size_t row_ = 0;
  size_t column_ = 0;
};

void put(const NexmarkPerson& p, Columns& to) {
  to.number(p.id);
  to.copied(p.name);
  to.copied(p.email_address);
  to.copied(p.credit_card);
  to.shared(p.city);
  to.shared(p.state);
  to.time(p.date_time_ms);
  to.shared(p.extra);
}

void put(const NexmarkAuction& a, Columns& to) {
  to.number(a.id);
  to.copied(a.item_name);
  to.copied(a.description);
  to.number(a.initial_bid);
  to.number(a.reserve);
  to.time(a.date_time_ms);
  to.time(a.expires_ms);
  to.number(a.seller);
  to.number(a.category);
  to.shared(a.extra);
}

void put(const NexmarkBid& b, Columns& to) {
  to.number(b.auction);
  to.number(b.bidder);
  to.number(b.price);
  to.shared(b.channel);
  to.shared(b.url);
  to.time(b.date_time_ms);
  to.shared(b.extra);
}

}  // namespace

Batch NexmarkGenerator::batch(NexmarkKind kind, uint64_t first, uint64_t last,
                              const std::vector<bool>& wanted) const {
  const uint64_t begin = count_of(kind, first);
  const auto rows = static_cast<size_t>(count_of(kind, last) - begin);
  Columns columns(schema(kind), rows, wanted, texts_->keeper);
  NexmarkPerson person_event;
  NexmarkAuction auction_event;
  NexmarkBid bid_event;
  for (size_t row = 0; row < rows; ++row) {
    const uint64_t n = number_of(kind, begin + row);
    columns.begin_row(row);
    switch (kind) {
      case NexmarkKind::kPerson: person(n, person_event); put(person_event, columns); break;
      case NexmarkKind::kAuction: auction(n, auction_event); put(auction_event, columns); break;
      case NexmarkKind::kBid: bid(n, bid_event); put(bid_event, columns); break;
    }
  }
  return {.columns = columns.take(), .selection = Selection(rows)};
}

namespace {

// No text of a generator needs an escape.
class JsonObject {
 public:
  explicit JsonObject(std::string& to) : to_(to) {}
  void number(std::string_view key, int64_t value) {
    begin(key);
    char digits[24];
    to_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  void text(std::string_view key, std::string_view value) {
    begin(key);
    to_ += '"';
    to_ += value;
    to_ += '"';
  }
  void time(std::string_view key, int64_t ms) {
    begin(key);
    const CivilTime t = civil_from_micros(ms * 1000);
    char out[] = "\"0000-00-00 00:00:00.000\"";
    const auto put = [&out](size_t end, int64_t number) {
      for (; number != 0; number /= 10) out[--end] = static_cast<char>('0' + number % 10);
    };
    put(5, t.date.year);
    put(8, t.date.month);
    put(11, t.date.day);
    put(14, t.hour);
    put(17, t.minute);
    put(20, t.second);
    put(24, t.micros / 1000);
    to_.append(out, sizeof out - 1);
  }
  void end() { to_ += '}'; }

 private:
  void begin(std::string_view key) {
    to_ += first_ ? "{\"" : ",\"";
    first_ = false;
    to_ += key;
    to_ += "\":";
  }
  std::string& to_;
  bool first_ = true;
};

void put_json(const NexmarkPerson& p, std::string& to) {
  JsonObject json(to);
  json.number("id", p.id);
  json.text("name", p.name);
  json.text("email_address", p.email_address);
  json.text("credit_card", p.credit_card);
  json.text("city", p.city);
  json.text("state", p.state);
  json.time("date_time", p.date_time_ms);
  json.text("extra", p.extra);
  json.end();
}

void put_json(const NexmarkAuction& a, std::string& to) {
  JsonObject json(to);
  json.number("id", a.id);
  json.text("item_name", a.item_name);
  json.text("description", a.description);
  json.number("initial_bid", a.initial_bid);
  json.number("reserve", a.reserve);
  json.time("date_time", a.date_time_ms);
  json.time("expires", a.expires_ms);
  json.number("seller", a.seller);
  json.number("category", a.category);
  json.text("extra", a.extra);
  json.end();
}

void put_json(const NexmarkBid& b, std::string& to) {
  JsonObject json(to);
  json.number("auction", b.auction);
  json.number("bidder", b.bidder);
  json.number("price", b.price);
  json.text("channel", b.channel);
  json.text("url", b.url);
  json.time("date_time", b.date_time_ms);
  json.text("extra", b.extra);
  json.end();
}

}  // namespace

void NexmarkGenerator::append_json(uint64_t n, bool combined, std::string& to) const {
  const NexmarkKind kind = kind_of(n);
  if (combined) {
    to += "{\"event_type\":";
    to += static_cast<char>('0' + static_cast<int>(kind));
    to += kind == NexmarkKind::kPerson    ? ",\"person\":"
          : kind == NexmarkKind::kAuction ? ",\"person\":null,\"auction\":"
                                          : ",\"person\":null,\"auction\":null,\"bid\":";
  }
  switch (kind) {
    case NexmarkKind::kPerson: {
      NexmarkPerson event;
      person(n, event);
      put_json(event, to);
      break;
    }
    case NexmarkKind::kAuction: {
      NexmarkAuction event;
      auction(n, event);
      put_json(event, to);
      break;
    }
    case NexmarkKind::kBid: {
      NexmarkBid event;
      bid(n, event);
      put_json(event, to);
      break;
    }
  }
  if (combined) {
    to += kind == NexmarkKind::kPerson    ? ",\"auction\":null,\"bid\":null}"
          : kind == NexmarkKind::kAuction ? ",\"bid\":null}"
                                          : "}";
  }
}

}  // namespace leat
