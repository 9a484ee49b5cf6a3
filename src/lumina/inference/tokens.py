"""From words to the numbers that a text network takes, exactly as the reference's tokenisers do it.

`tokenizer.json` is data: the `tokenizers` library runs nothing from it. Cutting and filling up are done here and not by
what the file says, because published files differ in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lumina.domain.model import TextTower
from lumina.errors import BadModel

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ids = NDArray[np.int64]

LONGEST = 200_000
"""Letters of a text that are looked at: thousands of times what fits into any context."""


class Tokens:
    """The tokeniser of one model; safe to use from several threads.

    Raises:
        BadModel: the file is no tokeniser, or not this model's.
    """

    def __init__(self, place: Path, tower: TextTower) -> None:
        from tokenizers import Tokenizer
        from tokenizers.normalizers import Lowercase

        self.tower = tower
        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(place))
        except Exception as error:
            raise BadModel(f"{place} is no tokeniser: {error}.") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        # Letter by letter, as the reference does it; Python's own looks at what follows (Greek sigma ends words).
        self._lower = Lowercase() if tower.lower else None
        self._check(place)

    def ids(self, texts: Sequence[str]) -> tuple[Ids, Ids]:
        """Token ids and the mask that says which of them are words: each n x context.

        Texts that are too long keep their beginning and the token that ends a text.
        """
        context = self.tower.context
        ids = np.full((len(texts), context), self.tower.pad, dtype=np.int64)
        mask = np.zeros((len(texts), context), dtype=np.int64)
        for row, text in enumerate(texts):
            found = self._encode(text)
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        return ids, mask

    def _encode(self, text: str) -> list[int]:
        context = self.tower.context
        text = _clean(text[:LONGEST])
        found = self._tokenizer.encode(self._lower.normalize_str(text) if self._lower else text).ids
        if len(found) <= context:
            return list(found)
        return [*found[: context - 1], self.tower.end]

    def _check(self, place: Path) -> None:
        found = self._tokenizer.encode("a").ids
        if not found or found[-1] != self.tower.end:
            raise BadModel(
                f"{place} is another model's tokeniser: it ends texts with {found[-1:]}, not {self.tower.end}."
            )


def _clean(text: str) -> str:
    """Halves of surrogate pairs, which no tokeniser takes, become the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
