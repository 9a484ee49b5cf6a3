"""Stages that treat pictures one by one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from lumina.domain.picture import Picture, PictureError
from lumina.domain.stage import Failure, Noted, Result, Stage


class EachPicture(Stage[Picture, Result]):
    """A stage whose outcome for one picture does not depend on the others in the batch.

    A picture that cannot be read becomes a `Failure`. Remarks of the decoder stand in `Picture.notes`.
    """

    def run(self, items: Sequence[Picture]) -> list[Result | Noted[Result] | Failure]:
        """One outcome per picture, in order."""
        return [self._outcome(picture) for picture in items]

    @abstractmethod
    def one(self, picture: Picture) -> Result:
        """The result for one picture.

        Raises:
            PictureError: it cannot be read, or its result cannot be written.
        """

    def _outcome(self, picture: Picture) -> Result | Failure:
        try:
            return self.one(picture)
        except PictureError as error:
            return Failure(error.code, error.reason, error.retryable)
        except MemoryError:
            return Failure("no-memory", "This picture takes more memory than a worker may use (worker_memory).")
