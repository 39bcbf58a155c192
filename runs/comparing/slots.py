"""What differs between the texts behind one template: the masked places and what stood there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.comparing.limits import SLOT_VALUES, SLOTS_SHOWN
from runs.comparing.prompts import masked_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One masked place: what it is, the words before it, and the values that texts have there."""

    name: str
    before: str
    values: tuple[str, ...]  #: the first of them
    differ: int  #: how many there are

    @property
    def more(self) -> int:
        return self.differ - len(self.values)


def slots_of(texts: Sequence[tuple[str, str]]) -> list[Slot]:
    """Gather the places of texts, each with the folder its run worked in; those that differ come first.

    Texts whose places do not line up with those of the first are left out.
    """
    found = [masked_in(text, cwd=cwd) for text, cwd in texts]
    names = [[name for name, _, _ in places] for places in found]
    alike = [places for places, told in zip(found, names, strict=True) if told == names[0]]
    slots = []
    for places in zip(*alike, strict=True):
        name, before, _ = places[0]
        values = tuple(dict.fromkeys(value for _, _, value in places))
        slots.append(Slot(name=name, before=before, values=values[:SLOT_VALUES], differ=len(values)))
    return sorted(slots, key=lambda slot: slot.differ < 2)[:SLOTS_SHOWN]
