"""Searching a million images by words, with and without filters, and suggestions while typing.

    python -m bench.text_search --database postgresql://...

The database is one of `bench.seed`; documents, places, ratings and albums are added to it where it has none. Words are
as frequent as in people's own texts: the n-th most common one is in 1/n as many documents.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from lumina.domain.found import Found
from lumina.domain.places import gazetteer
from lumina.domain.query import Query, parse
from lumina.store import Store, documents, search, suggest

WORDS = 20_000
TAGS = {
    "person": 0.35,
    "outdoor": 0.5,
    "animal": 0.15,
    "dog": 0.05,
    "vehicle": 0.1,
    "truck": 0.02,
    "lake": 0.03,
    "beach": 0.06,
}
TAGS_OF_THINGS = ("person", "dog", "truck")
TAGGED = " || ' ' || ".join(f"CASE WHEN random() < {share} THEN '{tag}' ELSE '' END" for tag, share in TAGS.items())
CAPTION = f"""(SELECT string_agg('q' || translate(floor(exp(random() * ln({WORDS})))::int::text, '0123456789',
    'bcfhjkmpqz'), ' ') FROM generate_series(1, 5 + i.id % 2))"""
# as lumina.domain.document makes them, words first, then stems and facts
DOCUMENTS = f"""
INSERT INTO search_document (image_id, catalog_id, taken_at, words)
SELECT id, catalog_id, taken_at, v || array_to_tsvector(ARRAY(
        SELECT DISTINCT '~' || stem FROM unnest(tsvector_to_array(v)) AS w (word),
        LATERAL (SELECT (ts_lexize('english_stem', word))[1] AS stem) s WHERE stem <> word AND word ~ '^[a-z]{{3,}}$'))
    || array_to_tsvector(array_remove(ARRAY['@' || format, CASE WHEN latitude IS NOT NULL THEN '@gps' END,
        CASE WHEN format = 'mp4' THEN '@video' END], NULL))
FROM (SELECT i.id, i.catalog_id, i.taken_at, m.latitude, f.format, setweight(to_tsvector('simple', {TAGGED}), 'A')
        || setweight(to_tsvector('simple', {CAPTION}), 'B')
        || setweight(to_tsvector('simple', concat_ws(' ', p.city, p.region, p.country,
            regexp_replace(m.camera, '([0-9]+)', ' \\1 ', 'g'), to_char(i.taken_at, 'YYYY FMmonth FMday'))), 'C')
        || setweight(to_tsvector('simple', replace(i.folder, '/', ' ') || ' img ' || substr(i.stem, 5) || ' jpg'), 'D')
            AS v
    FROM image i JOIN metadata m ON m.image_id = i.id JOIN file f ON f.image_id = i.id AND f.role = 'original'
    LEFT JOIN image_place ip ON ip.image_id = i.id LEFT JOIN place p ON p.id = ip.place_id) said
"""
PREPARE = (
    "TRUNCATE search_mark",
    """INSERT INTO place (country_code, country, region, city) SELECT 'X' || n % 20, 'land' || chr(97 + n % 20),
        'region' || chr(97 + n % 20) || chr(97 + n % 7), 'town' || translate(n::text, '0123456789', 'bcfhjkmpqz')
        FROM generate_series(1, 2000) n""",
    """INSERT INTO image_place (image_id, place_id) SELECT image_id, 1 + floor(exp(random() * ln(1999)))::int
        FROM metadata WHERE latitude IS NOT NULL""",
    """INSERT INTO curation (image_id, rating, favourite) SELECT id, 1 + floor(random() * 5)::int, random() < 0.3
        FROM image WHERE random() < 0.03""",
    "INSERT INTO album (catalog_id, name) SELECT c.id, 'Album ' || n FROM catalog c, generate_series(1, 50) n",
    """INSERT INTO album_image (album_id, image_id)
        SELECT a.id, (SELECT min(id) FROM image) + (a.id * 7919 + n * 13) % (SELECT count(*) FROM image)
        FROM album a, generate_series(1, 2000) n""",
    "DROP INDEX search_document_words",
    DOCUMENTS,
    "SET maintenance_work_mem = '512MB'",
    "CREATE INDEX search_document_words ON search_document USING gin (words) WITH (gin_pending_list_limit = 512)",
    """INSERT INTO search_word SELECT word, ndoc FROM ts_stat('SELECT words FROM search_document')
        WHERE length(word) <= 4 OR word !~ '[0-9]' OR left(word, 1) = '@'""",
    "TRUNCATE search_mark",
)
SEARCHES: dict[str, Callable[[random.Random], str]] = {
    "rare word": lambda r: word(r, 2_000, WORDS),
    "common word": lambda r: r.choice(("outdoor", "person", "animal", "img", "jpg", "dog", "vehicle", word(r, 1, 9))),
    "word of the middle": lambda r: word(r, 10, 300),
    "two common words": lambda r: " ".join(
        r.sample(("outdoor", "person", "animal", "beach", "vehicle", "canon", "july"), 2)
    ),
    "a common and a rare word": lambda r: f"outdoor {word(r, 500, 5_000)}",
    "three words": lambda r: " ".join(map(r.choice, (TAGS_OF_THINGS, ("beach", "lake", "outdoor"), ("july", "2019")))),
    "truck, lake and a year": lambda r: f"truck at the lake {r.randint(2006, 2024)}",
    "phrase": lambda r: r.choice(('"iphone 12"', '"pixel 7"', '"canon eos"')),
    "word and NOT": lambda r: f"{r.choice(('dog', 'truck'))} -person",
    "beginning of a word": lambda r: f"{r.choice(('tru', 'veh', 'bea', 'ani', 'qbc', 'townb'))}*",
    "word and camera": lambda r: (
        f"{r.choice(('dog', 'truck', word(r, 10, 1000)))} camera:{r.choice(('nikon', 'pixel', 'iphone'))}"
    ),
    "word and year": lambda r: f"{r.choice(('dog', 'person', word(r, 10, 1000)))} date:{r.randint(2006, 2024)}",
    "word and rating": lambda r: f"{r.choice(('dog', 'outdoor', word(r, 2, 100)))} rating:>=4",
    "word and album": lambda r: f'{r.choice(("dog", "person"))} album:"Album {r.randint(1, 50)}"',
    "word and place": lambda r: f"{r.choice(('dog', 'beach', word(r, 5, 100)))} place:town{letters(r.randint(1, 300))}",
    "word and GPS": lambda r: f"{r.choice(('dog', 'beach', word(r, 5, 100)))} has:gps type:heic",
    "filters alone": lambda r: r.choice(
        ("rating:5 is:favourite", "camera:nikon iso:>=800", "is:video date:2019", "near:46.8,8.2,20km")
    ),
}
TYPED = ("t", "tr", "tru", "o", "per", "qb", "qbcf", "lan", "town", "can", "cam", "camera:n", "al", "red tru")


def letters(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "bcfhjkmpqz"))


def word(rng: random.Random, first: int, last: int) -> str:
    """A word of a rank between two."""
    return f"q{letters(rng.randint(first, last))}"


def prepare(store: Store) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.exec_driver_sql("SELECT EXISTS (SELECT FROM search_document)").scalar():
            return
        for statement in PREPARE:
            began = time.perf_counter()
            connection.exec_driver_sql(statement.replace("%", "%%"))
            print(f"  {' '.join(statement.split()[:3])}: {time.perf_counter() - began:.1f} s", flush=True)
        connection.exec_driver_sql("VACUUM ANALYZE")


def p95(times: Sequence[float]) -> float:
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)]


class Clock:
    """Time as it passes, and processor time of this process and of its connection's server process."""

    def __init__(self, store: Store) -> None:
        with store.transaction() as tx:
            self.server = Path(f"/proc/{tx.value('SELECT pg_backend_pid()')}/stat")

    def now(self) -> tuple[float, float]:
        fields = self.server.read_text().rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return time.perf_counter(), time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def searches(store: Store, repeat: int, limit: int) -> None:
    rng, clock = random.Random(5), Clock(store)
    everything: list[float] = []
    print(f"{'search':28} {'median':>8} {'p95':>8} {'processor':>10}  ms   images of a page, ranked")
    for name, made in SEARCHES.items():
        queries = [parse(made(rng)) for _ in range(repeat)]
        taken, found = [], []
        began = clock.now()
        for query in queries:
            at = time.perf_counter()
            found.append(ask(store, query, limit))
            taken.append((time.perf_counter() - at) * 1000)
        processor = (clock.now()[1] - began[1]) * 1000 / repeat
        everything += taken
        images, ranked = statistics.median(len(page.hits) for page in found), sum(page.ranked for page in found)
        times = f"{statistics.median(taken):8.1f} {p95(taken):8.1f} {processor:10.1f}"
        print(f"{name:28} {times}       {images:.0f}, {ranked}")
    print(f"{'all':28} {statistics.median(everything):8.1f} {p95(everything):8.1f}", flush=True)


def ask(store: Store, query: Query, limit: int) -> Found:
    with store.transaction() as tx:
        return search.matches(tx, query, limit=limit)


def typing(store: Store, repeat: int) -> None:
    clock, taken, began = Clock(store), [], 0.0
    began = clock.now()[1]
    for text in TYPED * repeat:
        at = time.perf_counter()
        with store.transaction() as tx:
            suggest.suggest(tx, text)
        taken.append((time.perf_counter() - at) * 1000)
    processor = (clock.now()[1] - began) * 1000 / len(taken)
    print(f"{'suggestions while typing':28} {statistics.median(taken):8.1f} {p95(taken):8.1f} {processor:10.1f}")


class Enough(Exception):
    """Ends a transaction without a trace."""


def writing(store: Store, count: int) -> None:
    """Documents written anew, as after a change; taken back at the end."""
    clock = Clock(store)
    gazetteer().places([0.0, 50.0], [0.0, 10.0])  # read once per process
    with suppress(Enough), store.transaction() as tx:
        tx.execute("INSERT INTO search_mark (image_id) SELECT id FROM image ORDER BY id LIMIT :n", n=count)
        began = clock.now()
        while documents.fold(tx):
            pass
        passed, processor = (now - before for now, before in zip(clock.now(), began, strict=True))
        print(f"documents: {count / passed:,.0f} a second, {processor * 1e6 / count:.0f} us of processor time each")
        raise Enough


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--database", required=True, help="URL of a database of bench.seed")
    arguments.add_argument("--repeat", type=int, default=20)
    arguments.add_argument("--limit", type=int, default=100, help="images of a page")
    given = arguments.parse_args()
    store = Store(given.database, pool_size=1)
    prepare(store)
    print(f"load {os.getloadavg()[0]:.1f}")
    searches(store, 3, given.limit)
    print("\nonce more, warm:")
    searches(store, given.repeat, given.limit)
    typing(store, given.repeat)
    writing(store, 5_000)
    store.close()


if __name__ == "__main__":
    main()
