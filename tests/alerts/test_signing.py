"""The signature of webhooks, and the check that the docs give away."""

import re
import time
from pathlib import Path

import pytest

from alerts.signing import make_secret, sign

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "alerts.md"


def test_a_signature_is_the_hmac_over_timestamp_dot_body():
    """Made with `printf '1700000000.{"v":1}' | openssl dgst -sha256 -hmac whsec_test`."""
    assert (
        sign("whsec_test", 1_700_000_000, b'{"v":1}')
        == "sha256=42265a8d94c87e30011ad1a24b449a875c60aeb921c05bbabcbc41385e6d1919"
    )


def test_secrets_differ():
    assert make_secret().startswith("whsec_")
    assert len({make_secret() for _ in range(10)}) == 10


@pytest.fixture
def is_genuine():
    """The function of the docs."""
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    names = {}
    exec(code, names)
    return names["is_genuine"]


def test_the_check_of_the_docs_tells_genuine_from_forged(is_genuine):
    now, body = int(time.time()), b'{"v":1}'

    def headers(secret="whsec_a", at=now, signed=body):
        return {"X-AgentScope-Timestamp": str(at), "X-AgentScope-Signature": sign(secret, at, signed)}

    assert is_genuine("whsec_a", headers(), body) is True
    assert is_genuine("whsec_a", headers(secret="whsec_b"), body) is False
    assert is_genuine("whsec_a", headers(signed=b'{"v":2}'), body) is False
    assert is_genuine("whsec_a", headers(at=now - 3_600), body) is False
