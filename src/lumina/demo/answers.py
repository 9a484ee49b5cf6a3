"""What the marketplace says, field by field as the Etsy Open API v3 says it."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from typing import Any

from lumina.demo.photographs import SIZES, size_of
from lumina.demo.products import COLOURS
from lumina.demo.taxonomy import Node
from lumina.demo.world import DAY, OPENED, Image, Listing, Review, Shop

Json = dict[str, Any]


def money(amount: int, currency: str) -> Json:
    """A price: `amount` hundredths."""
    return {"amount": amount, "divisor": 100, "currency_code": currency}


def listing(known: Listing, changed: Mapping[str, Any]) -> Json:
    """A listing; `changed` overrides fields, `price` in cents."""
    shop_id, created = known.shop.shop_id, known.created
    said: Json = {
        "listing_id": known.listing_id,
        "user_id": known.shop.user_id,
        "shop_id": shop_id,
        "title": known.title,
        "description": known.description,
        "state": "active",
        "creation_timestamp": created,
        "created_timestamp": created,
        "ending_timestamp": created + 120 * DAY,
        "original_creation_timestamp": created,
        "last_modified_timestamp": known.updated,
        "updated_timestamp": known.updated,
        "state_timestamp": created,
        "quantity": known.quantity,
        "shop_section_id": None,
        "featured_rank": -1,
        "url": f"https://www.etsy.com/listing/{known.listing_id}/{known.family.name}",
        "num_favorers": known.favourers,
        "non_taxable": False,
        "is_taxable": True,
        "is_customizable": False,
        "is_personalizable": False,
        "listing_type": "physical",
        "tags": list(known.tags),
        "materials": [known.material],
        "shipping_profile_id": None,
        "processing_min": 1,
        "processing_max": 3,
        "who_made": "i_did",
        "when_made": known.when_made,
        "is_supply": False,
        "item_weight": None,
        "item_weight_unit": None,
        "is_private": False,
        "style": [],
        "has_variations": False,
        "should_auto_renew": True,
        "language": "en-US",
        "price": known.cents,
        "taxonomy_id": known.family.taxonomy_id,
        "views": known.views,
    }
    said |= changed
    if isinstance(said["price"], int):
        said["price"] = money(said["price"], known.shop.currency)
    return said


def shop(known: Shop, active: int) -> Json:
    """A shop with so many active listings."""
    return {
        "shop_id": known.shop_id,
        "user_id": known.user_id,
        "shop_name": known.name,
        "create_date": known.created,
        "created_timestamp": known.created,
        "title": known.title,
        "announcement": None,
        "currency_code": known.currency,
        "is_vacation": False,
        "update_date": OPENED,
        "updated_timestamp": OPENED,
        "listing_active_count": active,
        "digital_listing_count": 0,
        "login_name": known.name.lower(),
        "num_favorers": known.favourers,
        "languages": ["en-US"],
        "url": f"https://www.etsy.com/shop/{known.name}",
        "icon_url_fullxfull": None,
        "shop_location_country_iso": known.country,
        "transaction_sold_count": known.sold,
        "review_average": round(3.8 + known.sold % 120 / 100, 4),
        "review_count": known.sold // 4,
    }


def image(known: Image, of: Listing, rank: int, address: str) -> Json:
    """A photograph, `rank` as it stands now; `address`: of the CDN, without a slash at the end."""
    code = COLOURS[of.product.colour][1].removeprefix("#")
    red, green, blue = (int(code[at : at + 2], 16) for at in (0, 2, 4))
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    width, height = size_of(of, SIZES["fullxfull"])
    said: Json = {
        "listing_id": of.listing_id,
        "listing_image_id": known.image_id,
        "hex_code": code.upper(),
        "red": red,
        "green": green,
        "blue": blue,
        "hue": round(hue * 360),
        "saturation": round(saturation * 100),
        "brightness": round(value * 100),
        "is_black_and_white": False,
        "creation_tsz": of.created,
        "created_timestamp": of.created,
        "rank": rank,
        "full_height": height,
        "full_width": width,
        "alt_text": f"{of.title}, picture {rank}" if of.number % 2 else None,
    }
    return said | {f"url_{size}": url(known, of, size, address) for size in SIZES}


def url(known: Image, of: Listing, size: str, address: str) -> str:
    """Where a photograph can be fetched in one of `SIZES`."""
    folder = f"{address}/{of.shop.shop_id}/r/il/{known.token}/{known.image_id}"
    return f"{folder}/il_{size}.{known.image_id}_{known.suffix}.jpg"


def review(known: Review) -> Json:
    """What a buyer says."""
    return {
        "shop_id": known.shop_id,
        "listing_id": known.listing_id,
        "transaction_id": known.created * 2 + known.rating,
        "buyer_user_id": known.buyer_id,
        "rating": known.rating,
        "review": known.text,
        "language": "en",
        "image_url_fullxfull": None,
        "create_timestamp": known.created,
        "created_timestamp": known.created,
        "update_timestamp": known.created,
        "updated_timestamp": known.created,
    }


def node(known: Node) -> Json:
    """A node of the taxonomy with all below it."""
    return {
        "id": known.id,
        "level": len(known.path),
        "name": known.name,
        "parent_id": known.path[-2] if len(known.path) > 1 else None,
        "children": [node(child) for child in known.children],
        "full_path_taxonomy_ids": list(known.path),
    }
