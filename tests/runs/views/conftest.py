"""Who looks at the pages."""

import pytest


@pytest.fixture
def visitor(client, member):
    """The browser of a member who logged in."""
    client.force_login(member)
    return client
