"""What sellers and buyers write: names, titles, tags, descriptions, reviews."""

from __future__ import annotations

from lumina.demo.products import COLOURS, PATTERNS, Family, Product

_FIRST = ("Clay", "Willow", "North", "Little", "Salt", "Amber", "Moss", "Paper", "Copper", "Harbour", "Juniper", "Wild")
_SECOND = ("AndOak", "Studio", "Atelier", "Works", "Goods", "Makers", "House", "Lane", "Field", "Workshop", "Loft")
_SLOGANS = (
    "Made slowly, by hand",
    "Small batches for everyday tables",
    "Quiet things for the home",
    "Designed and made by two sisters",
    "From our garden shed to your kitchen",
)
_ADJECTIVES = ("Handmade", "Minimalist", "Rustic", "Modern", "Scandinavian", "Hand painted", "Small batch", "Boho")
_PRAISE = (
    "Even more beautiful than in the photos.",
    "Arrived quickly and carefully wrapped. Thank you!",
    "A gift for my mother, she loves it.",
    "Exactly as described, I will order again.",
)
_FAINT = ("Nice, but smaller than I thought.", "The colour is a little darker than in the pictures.")
_POOR = ("It came with a chip, the seller is looking into it.", "Waited five weeks for it.")


def shop(number: int) -> str:
    """A shop's name, each another one."""
    first, rest = number % len(_FIRST), number // len(_FIRST)
    second, again = (first + rest) % len(_SECOND), rest // len(_SECOND)
    return f"{_FIRST[first]}{_SECOND[second]}{again + 1 if again else ''}"


def slogan(number: int) -> str:
    """What a shop says of itself."""
    return _SLOGANS[number % len(_SLOGANS)]


def _pattern(product: Product) -> str:
    return PATTERNS[product.pattern][1]


def title(family: Family, product: Product, material: str) -> str:
    """As sellers write them: everything that somebody might look for."""
    adjective = _ADJECTIVES[product.seed % len(_ADJECTIVES)]
    noun = f"{COLOURS[product.colour][0]} {material} {family.noun}"
    with_ = f" with {_pattern(product)}" if _pattern(product) else ""
    return f"{adjective} {noun}{with_}, {family.uses[product.seed % len(family.uses)]}"


def tags(family: Family, product: Product, material: str) -> tuple[str, ...]:
    """At most 13, each at most 20 characters, as the marketplace wants it."""
    colour = COLOURS[product.colour][0]
    words = (family.noun, f"{material} {family.noun}", colour, *family.uses, _pattern(product), "handmade", "home")
    return tuple(dict.fromkeys(word[:20].strip() for word in words if word))


def description(family: Family, product: Product, material: str) -> str:
    """A few lines."""
    return (
        f"A {family.noun} of {material} in {COLOURS[product.colour][0]} and {COLOURS[product.accent][0]}.\n\n"
        f"Each one is made by hand in our workshop, so that yours will differ a little from the one in the photos. "
        f"Good as: {', '.join(family.uses)}.\n\nWe send it within three days & wrap it without plastic."
    )


def review(rating: int, chance: int) -> str:
    """What goes with so many stars; now and then nothing."""
    if chance % 5 == 0:
        return ""
    said = _PRAISE if rating > 3 else _FAINT if rating == 3 else _POOR
    return said[chance % len(said)]
