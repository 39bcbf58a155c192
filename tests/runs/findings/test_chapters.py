"""Chapters of long runs: the least neighbours are joined first, however many parts there are."""

from hypothesis import given
from hypothesis import strategies as st

from runs.findings.chapters import Deed, Part, _fewest, _joined, _merged
from runs.findings.limits import CHAPTERS_MOST

PARTS = st.lists(
    st.tuples(st.sampled_from(list(Deed)), st.integers(1, 30), st.booleans()), min_size=1, max_size=60
)


def laid_out(told):
    parts, at = [], 0
    for deed, length, asked in told:
        parts.append(Part(deed, at, at + length, asked or deed == Deed.ASK))
        at += length
    return parts


def plainly(parts):
    """Join the least part with the one before it, again and again, looking at all of them each time."""
    reach = len(parts)
    while len(parts) > CHAPTERS_MOST:
        at = min(range(1, len(parts)), key=lambda place: parts[place].size)
        begin, end, reach = max(at - reach, 0), at + reach, 2
        parts[begin:end] = _joined(
            [*parts[begin : at - 1], _merged(parts[at - 1], parts[at]), *parts[at + 1 : end]]
        )
    return parts


@given(PARTS)
def test_fewest_joins_as_looking_at_all_parts_each_time_does(told):
    assert _fewest(_joined(laid_out(told))) == plainly(_joined(laid_out(told)))


def test_least_parts_go_into_the_ones_before_them():
    lengths = [9, 1] * 8  # eight explorations, after each a short command
    deeds = [Deed.EXPLORE, Deed.RUN] * 8
    parts = _fewest(laid_out([(deed, length, False) for deed, length in zip(deeds, lengths, strict=True)]))
    assert [(part.deed, part.begin, part.end) for part in parts] == [
        (Deed.EXPLORE, 0, 29), (Deed.RUN, 29, 30), (Deed.EXPLORE, 30, 39), (Deed.RUN, 39, 40),
        (Deed.EXPLORE, 40, 49), (Deed.RUN, 49, 50), (Deed.EXPLORE, 50, 59), (Deed.RUN, 59, 60),
        (Deed.EXPLORE, 60, 69), (Deed.RUN, 69, 70), (Deed.EXPLORE, 70, 79), (Deed.RUN, 79, 80),
    ]  # fmt: skip
