"""One search over words and pictures: what each way finds is fused, walked page by page, and told why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from lumina.domain.demanded import demanded
from lumina.domain.found import Found
from lumina.domain.fusion import reciprocal_rank
from lumina.domain.query import Query, parse
from lumina.domain.reasons import cut
from lumina.domain.searching import Entry, Example, Result, SearchPage, Walk, Way, WayKind, WayState
from lumina.domain.terms import Filter, leaves
from lumina.domain.typed import Suggestion
from lumina.errors import BadInput, NotFound, Unavailable
from lumina.services.search.background import Backgrounds
from lumina.services.search.pictures import Seen, look
from lumina.services.search.questions import Question, Questions
from lumina.services.search.walking import mark, onwards
from lumina.services.search.whys import whys
from lumina.store import Store, cards, catalogs, search, suggest
from lumina.store.filters import Names

HEAD = 250
"""Images that each of the ways brings into the fused beginning."""
ALONE = 2 * HEAD
"""Images that look like an example, where words bring in none."""
SAID = 80
"""Characters of what was asked that a reason repeats."""


class Search:
    """Finds images, for the API and the command line. Safe to share between threads.

    Args:
        store: the database.
        questions: makes vectors of what is asked.
        catch_up: writes documents of what has changed last, before words are looked for.
    """

    def __init__(self, store: Store, questions: Questions, catch_up: Callable[[], None]) -> None:
        self.store = store
        self.questions = questions
        self.catch_up = catch_up
        self.backgrounds = Backgrounds(store)

    def find(
        self,
        text: str,
        *,
        example: Example | None = None,
        catalog: UUID | None = None,
        limit: int = 50,
        model: str | None = None,
        walk: Walk | None = None,
    ) -> SearchPage:
        """A page of what words and filters mean, and of what looks like them or like the example, best first.

        Args:
            text: a query; blank is everything, newest first.
            example: a picture; words only add to it then, filters hold.
            catalog: only this one's.
            limit: results of the page.
            model: instead of the one that searches use.
            walk: `next` of the page before; the example need not be given again.

        Raises:
            BadQuery: the query cannot be read, and where.
            BadInput: the example cannot be used, or the walk belongs to another query.
            NotFound: there is no such catalog, image or model.
        """
        query = parse(text)
        if model is not None:
            self.questions.models.entry(model)
        if catalog is not None:
            with self.store.transaction() as tx:
                catalogs.get(tx, catalog)
        if walk is None:
            walk = self._begin(query, example, catalog, limit, model)
        elif walk.asked != mark(text, catalog):
            raise BadInput("cursor: it belongs to another search; take `next` of the page before.")
        page, after = onwards(self.store, query, walk, catalog, limit)
        return self._told(query, walk, page, after)

    def suggest(self, text: str, catalog: UUID | None = None) -> list[Suggestion]:
        """What a query that is being typed may become."""
        with self.store.transaction() as tx:
            if catalog is not None:
                catalogs.get(tx, catalog)
            return suggest.suggest(tx, text, catalog=catalog)

    def _begin(
        self, query: Query, example: Example | None, catalog: UUID | None, limit: int, model: str | None
    ) -> Walk:
        by_words = example is None or _has_words(query)
        if by_words:
            self.catch_up()
        names: Names = {}
        seen = self._seen(query, example, catalog, model, HEAD if by_words else ALONE, names)
        strengths = seen.strengths if seen else {}
        found = self._worded(query, catalog, HEAD if strengths else limit, names) if by_words else None
        lists = [[hit.image_id for hit in found.hits] if found else [], list(strengths)]
        entries = tuple(Entry(image, score, strengths.get(image)) for image, score in reciprocal_rank(lists))
        after = found.next if found and example is None else None
        ways = [_words_way(query, found)] if found else []
        return Walk(
            asked=mark(query.text, catalog),
            entries=entries,
            at=0,
            after=after,
            ways=(*ways, *([seen.way] if seen else [])),
            total=_total(found, seen, entries),
            by_example=example is not None,
        )

    def _seen(
        self,
        query: Query,
        example: Example | None,
        catalog: UUID | None,
        model: str | None,
        count: int,
        names: Names,
    ) -> Seen | None:
        """None where nothing is asked that a picture could show."""
        ask = self._question(query, example, model)
        if ask is None:
            return None
        return look(
            self.store,
            self.backgrounds,
            ask,
            demanded(query),
            picture=example is not None,
            catalog=catalog,
            count=count,
            names=names,
        )

    def _question(self, query: Query, example: Example | None, model: str | None) -> Callable[[], Question] | None:
        if example is not None:
            return partial(self.questions.of_example, example, model)
        if not query.semantic:
            return None
        ask = partial(self.questions.of_words, query.semantic, model)
        return ask if model is not None else partial(_without_words, ask)

    def _worded(self, query: Query, catalog: UUID | None, limit: int, names: Names) -> Found:
        with self.store.transaction() as tx:
            return search.matches(tx, query, catalog=catalog, limit=limit, names=names)

    def _told(self, query: Query, walk: Walk, page: Sequence[Entry], after: Walk | None) -> SearchPage:
        like = "the picture" if walk.by_example else f"“{cut(query.semantic, SAID)}”"
        with self.store.transaction() as tx:
            shown = cards.cards(tx, [entry.image_id for entry in page])
            reasons = whys(tx, query, page, shown, like)
            spelling = suggest.did_you_mean(tx, query) if walk.total == 0 and _has_words(query) else None
        items = [
            Result(shown[entry.image_id], entry.score, reasons.get(entry.image_id, ()))
            for entry in page
            if entry.image_id in shown
        ]
        return SearchPage(query, tuple(items), after, walk.total, walk.ways, spelling)


def _has_words(query: Query) -> bool:
    return any(not negated and not isinstance(leaf, Filter) for leaf, negated in leaves(query.root))


def _without_words(ask: Callable[[], Question]) -> Question:
    """A model that was set, and knows no words, is no mistake of who asks."""
    try:
        return ask()
    except NotFound as error:
        raise Unavailable(str(error)) from error


def _words_way(query: Query, found: Found) -> Way:
    if found.hits:
        return Way(WayKind.WORDS, WayState.USED)
    if query.root is None:
        return Way(WayKind.WORDS, WayState.NOTHING, "There are no images yet.")
    if not _has_words(query):
        return Way(WayKind.WORDS, WayState.NOTHING, "No image meets all filters.")
    return Way(WayKind.WORDS, WayState.NOTHING, "No image has these words in its names, texts, tags or places.")


def _total(found: Found | None, seen: Seen | None, entries: Sequence[Entry]) -> int | None:
    """How many images there are in all; None where nobody has counted them."""
    if found is not None and found.next is not None:
        return None if seen and seen.strengths else found.total
    if found is None and seen is not None and seen.way.state is WayState.UNAVAILABLE:
        return None
    return None if seen and seen.full else len(entries)
