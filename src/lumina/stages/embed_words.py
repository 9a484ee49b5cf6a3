"""Vectors of what listings say: one stage for each model that knows words."""

from __future__ import annotations

from collections.abc import Sequence

from lumina.domain.market import ListingWords
from lumina.domain.model import ModelEntry
from lumina.domain.stage import Basis, Failure, Lane, Noted, Reads, Stage
from lumina.domain.vectors import Embedding, SpaceKind
from lumina.inference.models import Models

Outcome = Embedding | Noted[Embedding] | Failure


class EmbedWords(Stage[ListingWords, Embedding]):
    """What the image's listing says, title and tags, as a vector among those of pictures."""

    result = Embedding
    needs, reads = ("download",), Reads.WORDS
    lane = Lane.GPU
    batch = 32
    basis = Basis.FILE
    """No picture is looked at: new words make it due again, and nothing else."""

    def __init__(self, entry: ModelEntry, models: Models) -> None:
        self.name, self.version = f"embed:{entry.name}:text", entry.version
        self.entry, self.models = entry, models

    @property
    def waiting(self) -> str | None:
        """What has to be done before the model can be used."""
        return self.models.waiting(self.entry.name)

    def run(self, items: Sequence[ListingWords]) -> list[Outcome]:
        """One vector per image; images of one listing say the same, which is encoded once.

        Raises:
            Unavailable: the model is not installed, broken, or does not fit into memory.
            BadModel: it gives something else than its entry says.
        """
        texts = list(dict.fromkeys(item.words for item in items if item.words))
        vectors = dict(zip(texts, self.models.text_encoder(self.entry.name).encode_text(texts), strict=True))
        return [
            Embedding(self.entry.name, self.entry.version, vectors[item.words], SpaceKind.TEXT)
            if item.words
            else Failure("no-words", "Its listing has neither a title nor tags, as far as is known.")
            for item in items
        ]
