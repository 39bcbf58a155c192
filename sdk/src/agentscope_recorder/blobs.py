"""Whole contents beside the file: what the model saw only in part."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from agentscope_recorder.plain import text_of

#: The folder beside a trace that holds them, by their digest.
BLOBS = ".blobs"


def keep_blob(trace: Path, content: Any) -> dict[str, Any]:
    """Write a content beside the trace, once: the fields of its `blob_ref`. Raises OSError."""
    data = content if isinstance(content, bytes) else text_of(content).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(data).hexdigest()
    folder = trace.with_name(trace.name + BLOBS)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / digest
    if not path.exists():
        spare = folder / f"{digest}.{os.getpid()}"
        spare.write_bytes(data)
        spare.replace(path)
    return {"path": f"{folder.name}/{digest}", "size": len(data), "digest": f"sha256:{digest}"}
