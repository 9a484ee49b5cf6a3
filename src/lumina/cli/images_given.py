"""The images that a person names: by number, by the path of a file, or by a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lumina.errors import NotFound

if TYPE_CHECKING:
    from lumina.store import Transaction


def given_image(tx: Transaction, given: str) -> int:
    """Number of the image that was named by number or by the path of one of its files.

    Raises:
        NotFound: the path is in no catalog.
    """
    from lumina.files import names
    from lumina.store import find

    if given.isdecimal() and not _is(Path(given).exists):
        if int(given) >= 2**63:
            raise NotFound(f"There is no image {given}.")
        return int(given)
    path = Path(given).expanduser().absolute()
    number = find.image_of_file(tx, names.stored(str(path)))
    if number is None:
        raise NotFound(f"{path} is in no catalog.")
    return number


def _is(question: Callable[[], bool]) -> bool:
    """False as well for what can be no name of a file."""
    try:
        return question()
    except OSError:
        return False


def given_images(tx: Transaction, given: Sequence[str]) -> list[int]:
    """Numbers of all images that were named; a folder stands for those in it and below.

    Raises:
        NotFound: one of them is in no catalog.
    """
    from lumina.files import names
    from lumina.store import find

    found: list[int] = []
    for each in given:
        path = Path(each).expanduser().absolute()
        if not _is(path.is_dir):
            found.append(given_image(tx, each))
            continue
        inside = find.images_below(tx, names.stored(str(path)))
        if not inside:
            raise NotFound(f"{path}: no image of a catalog lies in it.")
        found += inside
    return list(dict.fromkeys(found))
