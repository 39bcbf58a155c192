"""Keys and tokens are random, and digested under SECRET_KEY."""

import re
from typing import Any

import pytest

from teams.keys import digest_of, digests_of, make_key, make_token, token_hmac_of


def test_make_key_shape() -> None:
    raw, prefix, digest = make_key()

    assert re.fullmatch(r"as_[0-9A-Za-z]{40}", raw)
    assert prefix == raw[:12]
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert digest == digest_of(raw)


def test_make_key_never_twice() -> None:
    assert len({make_key()[0] for _ in range(200)}) == 200


def test_digest_of_other_secret(settings: Any) -> None:
    before = digest_of("as_x")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of this installation"

    assert digest_of("as_x") != before
    assert digests_of("as_x") == [digest_of("as_x"), before]


def test_make_token_is_not_a_key_digest() -> None:
    token, token_hmac = make_token()

    assert token_hmac == token_hmac_of(token)
    assert token_hmac != digest_of(token)
    assert token not in token_hmac


@pytest.mark.parametrize("raw", ["", "ü", "as_" + "x" * 10_000])
def test_digest_of_anything(raw: str) -> None:
    assert len(digest_of(raw)) == 64
