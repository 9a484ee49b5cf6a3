"""The masters: found by (source, relative path), never written, never outside their root."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath

from lumina.errors import NotFound
from lumina.files import names


class Vault:
    """Resolves stored paths by this node's mounts.

    Args:
        roots: source id -> the folder where this node sees that source.
    """

    def __init__(self, roots: Mapping[int, Path]) -> None:
        self.roots = dict(roots)

    def root(self, source_id: int) -> Path:
        """Where this node sees the source.

        Raises:
            NotFound: this node has no mount for it.
        """
        try:
            return self.roots[source_id]
        except KeyError:
            raise NotFound(f"Source {source_id} is not mounted on this node.") from None

    def path(self, source_id: int, relative: str) -> Path:
        """The file's place on this node; it need not exist.

        Args:
            source_id: its source.
            relative: its stored path, as in the database (`lumina.files.names`).

        Raises:
            NotFound: no mount, or the path would lead out of the root (`..`, absolute, through a symbolic link).
        """
        root = self.root(source_id)
        native = names.native(relative)
        pure = PurePath(native)
        if not native or "\0" in native or pure.is_absolute() or pure.drive or ".." in pure.parts:
            raise NotFound(f"{relative!r} is no path within source {source_id}.")
        path = root / native
        if not path.resolve().is_relative_to(root.resolve()):
            raise NotFound(f"{relative!r} leads out of source {source_id}.")
        return path
