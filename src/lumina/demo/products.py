"""What is sold: families of products, and the looks of one product, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of product.

    Attributes:
        name: as the drawing knows it. noun: as titles say it. taxonomy_id: its leaf in `lumina.demo.taxonomy`.
        cheapest, dearest: prices, in whole units of the shop's currency.
        shapes: how many silhouettes there are. materials, uses: words of titles and tags.
    """

    name: str
    noun: str
    taxonomy_id: int
    cheapest: int
    dearest: int
    shapes: int
    materials: tuple[str, ...]
    uses: tuple[str, ...]


FAMILIES = (
    Family("mug", "mug", 1062, 14, 42, 3, ("ceramic", "stoneware", "porcelain"), ("coffee lover gift", "tea cup")),
    Family("vase", "vase", 1020, 22, 160, 4, ("stoneware", "glass", "ceramic"), ("dried flowers", "table centrepiece")),
    Family("bowl", "bowl", 1057, 18, 75, 3, ("stoneware", "porcelain", "olive wood"), ("salad bowl", "breakfast bowl")),
    Family(
        "planter", "plant pot", 1021, 12, 58, 3, ("terracotta", "concrete", "ceramic"), ("houseplant", "succulents")
    ),
    Family("candle", "candle", 1022, 9, 36, 2, ("soy wax", "beeswax", "coconut wax"), ("scented candle", "hygge gift")),
    Family("carafe", "carafe", 1058, 28, 90, 3, ("glass", "stoneware", "enamel"), ("water jug", "wine decanter")),
    Family("lamp", "table lamp", 1023, 55, 240, 3, ("linen", "ceramic", "brass"), ("bedside light", "reading light")),
    Family(
        "print", "art print", 1031, 8, 60, 2, ("cotton paper", "matte paper", "linen"), ("wall art", "gallery wall")
    ),
    Family("cushion", "cushion cover", 1041, 16, 70, 2, ("linen", "cotton", "wool"), ("throw pillow", "sofa decor")),
    Family("towel", "tea towel", 1042, 9, 28, 2, ("linen", "cotton"), ("kitchen gift", "hostess gift")),
    Family("tote", "tote bag", 1071, 12, 45, 2, ("canvas", "organic cotton"), ("market bag", "book bag")),
    Family(
        "board", "cutting board", 1059, 24, 110, 3, ("walnut", "oak", "olive wood"), ("cheese board", "serving tray")
    ),
    Family("clock", "wall clock", 1024, 30, 130, 2, ("birch", "walnut", "slate"), ("silent clock", "kitchen clock")),
    Family(
        "earrings", "earrings", 1081, 10, 85, 5, ("brass", "sterling silver", "clay"), ("gift for her", "boho style")
    ),
    Family("necklace", "necklace", 1082, 16, 140, 5, ("gold filled", "sterling silver"), ("bridesmaid gift", "charm")),
)
"""In the order in which they come up."""

COLOURS: tuple[tuple[str, str], ...] = (
    ("sage green", "#8fa387"),
    ("terracotta", "#c4694a"),
    ("navy blue", "#2c4265"),
    ("mustard", "#d9a441"),
    ("dusty pink", "#d8a5a0"),
    ("sky blue", "#8db4cf"),
    ("charcoal", "#3f4247"),
    ("cream", "#ece2cf"),
    ("forest green", "#33573f"),
    ("lavender", "#a79bc6"),
    ("teal", "#2f7f84"),
    ("burgundy", "#74293a"),
    ("sand", "#cbb393"),
    ("coral", "#e8836b"),
    ("white", "#f4f1ea"),
    ("plum", "#5d3a5e"),
)
"""Names and values of the colours, as #rrggbb."""

PATTERNS: tuple[tuple[str, str], ...] = (
    ("plain", ""),
    ("stripes", "stripes"),
    ("dots", "polka dots"),
    ("waves", "waves"),
    ("checks", "checks"),
    ("leaves", "leaves"),
    ("dipped", "a dipped glaze"),
    ("speckle", "speckles"),
    ("terrazzo", "terrazzo"),
    ("chevron", "chevrons"),
    ("arches", "abstract arches"),
    ("flowers", "wildflowers"),
)
"""Names of the patterns, and how titles call them."""


@dataclass(frozen=True, slots=True)
class Product:
    """How one product looks. Two products that differ in a field are told apart by eye.

    Attributes:
        family: place in `FAMILIES`. shape: below the family's number of shapes.
        colour, accent: places in `COLOURS`, always different. pattern: place in `PATTERNS`.
        seed: of what is left to chance: where dots fall, how a leaf bends.
    """

    family: int
    shape: int
    colour: int
    accent: int
    pattern: int
    seed: int
