#!/usr/bin/env python3
"""The events of docs/internals/nexmark.md once more, written from that page alone, to check it by.

Usage: reference.py EVENTS [SEED] [--combined]   prints the checksum of the first EVENTS lines
       reference.py EVENTS [SEED] --lines        prints the lines themselves
"""
import sys

M = (1 << 64) - 1
G = 0x9E3779B97F4A7C15
FACTORS = [13581879131, 7637651909, 5727430940, 4959750858, 4615405479, 4452304526, 4372928347, 4333772518,
           4314326278, 4304635904, 4299798883, 4297382410, 4296174683, 4295570947, 4295269111, 4295118201]
FIRST = "Peter Paul Luke John Saul Vicky Kate Julie Sarah Deiter Walter".split()
LAST = "Shultz Abrams Spencer White Bartels Walton Smith Jones Noris".split()
CITIES = ["Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent",
          "Cheyenne"]
STATES = "AZ CA ID OR WA WY".split()
HOT = "Google Facebook Baidu Apple".split()
TEXT = 1 << 20


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
    return z ^ (z >> 31)


class Dice:
    def __init__(self, seed, stream, number):
        self.state = mix(mix((seed + G * (stream + 1)) & M) ^ number)

    def roll(self):
        self.state = (self.state + G) & M
        return mix(self.state)

    def below(self, n):
        return ((self.roll() >> 32) * n) >> 32

    def text(self, size, blank):
        out = []
        for i in range(size):
            if i % 8 == 0:
                bits = self.roll()
            byte = bits & 0xFF
            bits >>= 8
            inside = 0 < i < size - 1
            out.append(blank if inside and byte < 20 else chr(97 + (byte * 26 >> 8)))
        return "".join(out)

    def price(self):
        roll = self.roll()
        decade = 100 * 10 ** (((roll >> 32) * 6) >> 32)
        mantissa = 1 << 32
        for i in range(16):
            if roll >> (15 - i) & 1:
                mantissa = mantissa * FACTORS[i] >> 32
        return (decade * mantissa + (1 << 31)) >> 32


class Generator:
    def __init__(self, seed=1, rate=10_000, base_ms=1_436_918_400_000):
        self.seed, self.rate, self.base_ms = seed, rate, base_ms
        self.extra_text = Dice(seed, 1, 0).text(TEXT, " ")
        self.channels = {}

    def channel(self, i):
        if i not in self.channels:
            dice = Dice(self.seed, 2, i)
            url = "https://www.nexmark.com/"
            for _ in range(3):
                url += dice.text(3 + dice.below(3), "_") + "/"
            url += "item.htm?query=1"
            if i < 10_000 and dice.below(10) > 0:
                reverse = int(f"{i:032b}"[::-1], 2)
                url += f"&channel_id={abs(reverse - (1 << 32) if reverse >> 31 else reverse)}"
            self.channels[i] = (HOT[i - 10_000] if i >= 10_000 else f"channel-{i}", url)
        return self.channels[i]

    def extra(self, dice, have, wanted):
        roll = dice.roll()
        if have >= wanted:
            return ""
        missing = wanted - have
        spread = missing // 5
        size = missing - spread + (((roll >> 32) * (2 * spread + 1)) >> 32)
        at = (roll & 0xFFFFFFFF) % (TEXT - size)
        return self.extra_text[at:at + size]

    def ms(self, n):
        return self.base_ms + n // self.rate * 1000 + n % self.rate * 1000 // self.rate

    def event(self, n):
        """(kind, members in order); times as ("ms", number)."""
        dice = Dice(self.seed, 0, n)
        epoch, rest = divmod(n, 50)
        person, auction = epoch, epoch * 3 + min(rest, 3) - 1
        now = ("ms", self.ms(n))

        def any_person():
            active = min(person + 1, 1000)
            return person + 1 - active + dice.below(active + 10)

        def any_auction():
            first = max(auction - 100, 0)
            return first + dice.below(auction - first + 1 + 10)

        if rest == 0:
            name = FIRST[dice.below(11)] + " " + LAST[dice.below(9)]
            email = dice.text(3 + dice.below(5), "_")
            email += "@" + dice.text(3 + dice.below(3), "_") + ".com"
            card = " ".join(f"{dice.below(10_000):04d}" for _ in range(4))
            city, state = CITIES[dice.below(10)], STATES[dice.below(6)]
            have = 8 + len(name) + len(email) + len(card) + len(city) + len(state)
            return 0, [("id", 1000 + person), ("name", name), ("email_address", email), ("credit_card", card),
                       ("city", city), ("state", state), ("date_time", now),
                       ("extra", self.extra(dice, have, 200))]
        if rest < 4:
            hot = dice.below(4) > 0
            seller = 1000 + (person // 100 * 100 if hot else any_person())
            category = 10 + dice.below(5)
            initial = dice.price()
            reserve = initial + dice.price()
            span = max(2 * (self.ms(n + 1666) - now[1]), 1)
            expires = now[1] + 1 + dice.below(span)
            item = dice.text(3 + dice.below(17), " ")
            description = dice.text(3 + dice.below(97), " ")
            extra = self.extra(dice, 48 + len(item) + len(description), 500)
            return 1, [("id", 1000 + auction), ("item_name", item), ("description", description),
                       ("initial_bid", initial), ("reserve", reserve), ("date_time", now),
                       ("expires", ("ms", expires)), ("seller", seller), ("category", category), ("extra", extra)]
        hot = dice.below(2) > 0
        target = 1000 + (auction // 100 * 100 if hot else any_auction())
        hot = dice.below(4) > 0
        bidder = 1000 + (person // 100 * 100 + 1 if hot else any_person())
        price = dice.price()
        channel, url = self.channel(10_000 + dice.below(4) if dice.below(2) > 0 else dice.below(10_000))
        return 2, [("auction", target), ("bidder", bidder), ("price", price), ("channel", channel), ("url", url),
                   ("date_time", now), ("extra", self.extra(dice, 32, 100))]

    def line(self, n, combined):
        kind, members = self.event(n)
        parts = []
        for key, value in members:
            if isinstance(value, tuple):
                value = '"' + time_text(value[1]) + '"'
            elif isinstance(value, str):
                value = '"' + value + '"'
            parts.append(f'"{key}":{value}')
        flat = "{" + ",".join(parts) + "}"
        if not combined:
            return flat
        names = ["person", "auction", "bid"]
        return f'{{"event_type":{kind},' + ",".join(
            f'"{name}":{flat if i == kind else "null"}' for i, name in enumerate(names)) + "}"


def time_text(ms):
    import datetime
    t = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return t.strftime("%Y-%m-%d %H:%M:%S.") + f"{t.microsecond // 1000:03d}"


def main():
    words = [a for a in sys.argv[1:] if not a.startswith("--")]
    generator = Generator(int(words[1]) if len(words) > 1 else 1)
    checksum = 0xCBF29CE484222325
    for n in range(int(words[0])):
        line = generator.line(n, "--combined" in sys.argv)
        if "--lines" in sys.argv:
            print(line)
        for byte in (line + "\n").encode():
            checksum = ((checksum ^ byte) * 0x100000001B3) & M
    if "--lines" not in sys.argv:
        print(f"0x{checksum:016x}")


main()
