"""Whatever a marketplace says can be written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lumina.remote.etsy import parse
from lumina.remote.etsy.client import _object
from lumina.remote.etsy.fields import Odd
from lumina.store import Store, listings, reviews, shops
from tests.remote.etsy.test_parse import GOOD
from tests.support.market import market

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
numbers = st.integers() | st.floats() | st.sampled_from([2**31, 2**63, 10**30, -1, 1e308, 253402300800])
texts = st.text(max_size=20) | st.sampled_from(["\0", "\ud800", "12", "-1", "2026-01-01", "1e999", "0001-01-01"])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from([*sorted(GOOD), "other"]), values, max_size=4),
    st.dictionaries(st.sampled_from(sorted(GOOD["images"][0])), values, max_size=3),
    st.dictionaries(st.sampled_from(["shop_name", "review_average", "review_count", "create_date"]), values),
    st.dictionaries(st.sampled_from(["rating", "review", "buyer_user_id", "created_timestamp", "language"]), values),
)
def test_whatever_a_marketplace_says_can_be_written(
    store: Store, changed: dict[str, Any], image: dict[str, Any], shop: dict[str, Any], review: dict[str, Any]
) -> None:
    said = {**GOOD, "images": [{**GOOD["images"][0], **image}], "shop": {"shop_id": 3, **shop}, **changed}
    found = {"listing": said, "review": {"shop_id": 3, "listing_id": 1, "created_timestamp": 5, **review}}
    answer, odd = _object(json.dumps(found).encode(), "application/json"), Odd()
    one, another = parse.listing(answer["listing"], odd), parse.review(answer["review"], odd)
    with store.transaction() as tx:
        here = market(tx).source_id
        if one is not None:
            listings.save(tx, here, [one], 6, 24)
            shops.save(tx, here, [one.shop] if one.shop else [], 24)
        if another is not None:
            reviews.save(tx, here, [another], 24)
