"""What a matcher's answers to the cases are worth."""

import math
from collections import Counter
from dataclasses import dataclass

from benchmarks.matching.cases import Case

_Z = 1.959964  # the normal quantile of a 95 % interval


@dataclass(frozen=True, slots=True)
class Answer:
    """What a matcher made of one case."""

    case: Case
    accepted: str = ""  # the id of the candidate that would be fetched; "" for none
    uncertain: bool = False  # nothing is accepted, but a person would be asked

    @property
    def wrong(self) -> bool:
        """Whether a recording would be fetched that is not the one meant."""
        return bool(self.accepted) and self.accepted not in self.case.right


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over many answers, and the shares that follow from them."""

    n_cases: int
    n_answerable: int  # cases that have a right candidate
    n_accepted: int
    n_right: int
    n_uncertain: int

    @property
    def precision(self) -> float:
        """The share of accepted candidates that are right; nan when none is accepted."""
        return self.n_right / self.n_accepted if self.n_accepted else math.nan

    @property
    def recall(self) -> float:
        """The share of answerable cases whose right candidate is accepted."""
        return self.n_right / self.n_answerable if self.n_answerable else math.nan

    @property
    def n_nothing(self) -> int:
        """How many cases end with nothing accepted and nobody asked."""
        return self.n_cases - self.n_accepted - self.n_uncertain


def figures_of(answers: list[Answer]) -> Figures:
    """Count the answers."""
    accepted = [answer for answer in answers if answer.accepted]
    return Figures(
        n_cases=len(answers),
        n_answerable=sum(bool(answer.case.right) for answer in answers),
        n_accepted=len(accepted),
        n_right=sum(not answer.wrong for answer in accepted),
        n_uncertain=sum(answer.uncertain for answer in answers),
    )


def wrong_by_kind(answers: list[Answer]) -> dict[str, int]:
    """Count the wrong acceptances of each failure class, the most frequent first."""
    return dict(Counter(a.case.kind for a in answers if a.wrong).most_common())


def wilson(n_right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share after Wilson; (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = n_right / n, _Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)
