"""Is this search result the song? Titles and names compared, a decision with its reason.

judging.py     the score, what speaks against a result, the decision
anatomy.py     a song and a search result, taken apart
likeness.py    how like titles are
names.py       whether the artist is the same
versions.py    remix, live, cover...: which versions a result speaks of
numbering.py   parts and numbers
scripts.py     names in different scripts
"""

from genre.crawler.matching.judging import (
    Thresholds,
    judge,
    query_of,
    ranked,
    tolerance_s,
)

__all__ = ["Thresholds", "judge", "query_of", "ranked", "tolerance_s"]
