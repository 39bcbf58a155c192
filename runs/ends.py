"""How two runs ended: their net changes against each other, with the contents of what both changed."""

from dataclasses import dataclass

from runs.comparing.files import Fate, FilePair, pair_files
from runs.limits import NET_LISTED, PAIRED_BYTES
from runs.models import Run
from runs.queries.histories import contents_of
from runs.queries.nets import net_change

Texts = dict[bytes, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ends:
    """Pairs of files; `texts` of each run: what files held in the end, where both left them otherwise."""

    pairs: list[FilePair]
    texts: tuple[Texts, Texts]
    cut: bool  #: a run touched more files than are paired, or changed them more often than is looked at


def read_ends(left: Run, right: Run) -> Ends:
    """Read the net changes of two runs and what they need to be compared."""
    nets = [net_change(run, most=NET_LISTED) for run in (left, right)]
    pairs = pair_files(nets[0].files, nets[1].files)
    both = [pair for pair in pairs if pair.fate == Fate.OTHER and pair.left and pair.right]
    wanted = (
        [pair.left.ends[1] for pair in both if pair.left and pair.left.ends and pair.left.ends[1]],
        [pair.right.ends[1] for pair in both if pair.right and pair.right.ends and pair.right.ends[1]],
    )
    texts = [
        contents_of(run, digests, most=PAIRED_BYTES).texts
        for run, digests in zip((left, right), wanted, strict=True)
    ]
    cut = any(net.cut or len(net.files) < net.total for net in nets)
    return Ends(pairs=pairs, texts=(texts[0], texts[1]), cut=cut)
