"""What model calls took, for sums over some steps of a run: by the rules of the run's counters."""

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from runs.kinds import StepStatus

_BUCKETS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
)
#: All tokens of a call.
SPENT = sum((Coalesce(F(name), 0) for name in _BUCKETS[1:]), Coalesce(F(_BUCKETS[0]), 0))
_MEASURED = Q(*((f"{name}__gt", 0) for name in (*_BUCKETS, "reasoning_tokens")), _connector=Q.OR)
#: A call whose cost is not known: it took tokens, or answered and did not tell how many.
UNPRICED = Q(cost_usd=None) & (_MEASURED | Q(status=StepStatus.OK, input_tokens=None))
