"""The read API does what its OpenAPI document says, whatever it is asked: `make test-api`."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.product import Product
from tests.sdks.prepare import FOLDER

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_SDKS"), reason="`make test-api` runs it: it installs packages from the network"
)
SETTINGS = """
generation.max-examples = {examples}
parameters = {{ run_id = "{run}" }}
headers = {{ Authorization = "Bearer {key}" }}
# A filter that means nothing is refused, which no schema can say.
checks.positive_data_acceptance.enabled = false
"""


def test_api_keeps_its_document(product: Product, tmp_path: Path) -> None:
    if not (FOLDER / "schemathesis" / ".installed").exists():
        pytest.skip("schemathesis could not be installed; there may be no network")
    run = product.read("/api/v1/runs?limit=1")["results"][0]["id"]
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(SETTINGS.format(examples=25, run=run, key=product.read_key))
    command = [FOLDER / "schemathesis" / "bin" / "st", "--config-file", settings, "run", "--seed", "1"]
    ended = subprocess.run(
        [*command, "--no-color", f"{product.url}/api/schema", "--url", product.url],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stdout[-6_000:]
