"""Every error that Lumina raises on purpose.

The API maps the tree to problem+json once (`lumina.api.problems`), the command line to exit codes once.
"""

from __future__ import annotations


class LuminaError(Exception):
    """Something Lumina can explain; `str(error)` is a sentence for a person, naming what was wrong."""

    title = "Lumina could not do this"
    status = 500
    exit_code = 1


class BadInput(LuminaError):
    """What was asked for makes no sense; the message names the value and what is allowed."""

    title = "Bad input"
    status = 422
    exit_code = 2


class BadSetting(BadInput):
    """A setting is unknown or has a bad value."""

    title = "Bad setting"


class NotFound(LuminaError):
    """The thing that was named does not exist."""

    title = "Not found"
    status = 404


class Conflict(LuminaError):
    """The request clashes with what is already there or running."""

    title = "Conflict"
    status = 409


class AlreadyRunning(Conflict):
    """Another Lumina already serves this home."""

    title = "Lumina is already running"
    exit_code = 2


class Unavailable(LuminaError):
    """Something that is needed is not there now: a database, a broker, a mount, a program."""

    title = "Not available"
    status = 503


class Later(Unavailable):
    """A service elsewhere cannot be asked now, but later; `seconds`: from now, in which it makes sense again."""

    title = "Not now"

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Refused(LuminaError):
    """A service elsewhere does not let us in: the key is wrong, was revoked, or may not do this."""

    title = "Refused"
    status = 502


class BadModel(Unavailable):
    """A model's file is damaged, hostile or of another kind than its entry says; or its output makes no sense."""

    title = "Bad model"


class VersionMismatch(Unavailable):
    """A worker's version or schema differs from the server's."""

    title = "Version mismatch"


class Interrupted(LuminaError):
    """Told to stop in the middle; what is done is kept, the rest goes on later."""

    title = "Interrupted"
    status = 503


class LeaseLost(LuminaError):
    """The lease ran out and somebody else has the batch: the late result is dropped."""

    title = "Lease lost"
    status = 409
