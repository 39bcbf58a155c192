"""Which tests run on one worker: those that share what is slow to start. All others go one by one.

`--dist loadgroup` alone would need a mark on every test, and pytest 9.2 does not pass the marks on to xdist.
"""

from xdist.scheduler import LoadScopeScheduling

#: What stands at the beginning of a file's path, and what its tests share.
SHARED = {
    "tests/browser/": "product",
    "tests/kills/": "product",
    "tests/agentscope/test_serve.py": "serve",
}


class SharedStarts(LoadScopeScheduling):
    """Hand out the tests of one start together, and first, because they take the longest."""

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for start, shared in SHARED.items() if nodeid.startswith(start)), nodeid)
