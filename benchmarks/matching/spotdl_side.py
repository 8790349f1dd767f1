"""spotDL's own matcher on the cases; runs inside an interpreter that has spotDL.

Cases come as JSON on standard input, answers go as JSON to standard output. What
decides is spotDL's: ``AudioProvider.search`` of ``spotdl.providers.audio.base`` with
``order_results`` of ``spotdl.utils.matching``, unchanged. It asks for songs first and
takes the best if that is verified and scores 80 or more; otherwise it asks for videos
and takes the best of all that ``order_results`` did not throw out. There is no further
threshold and nothing uncertain: whatever is left is downloaded.

What is ours is the search that gives the case's candidates back, and the choice among
what is left: the cases have no view counts, so the highest score wins, the first of
equal ones, where spotDL would let views decide among scores within 8 points. A search
by ISRC needs YouTube Music and is off. Candidates become the ``Result`` that spotDL's
YouTube Music provider makes: a "- Topic" channel is a song, hence verified; every other
one is a video, not verified, with the channel as its only artist. A view count behind
the channel's name is cut off, as spotDL does. What has no length has the length 0.
"""

import json
import sys
from importlib.metadata import version
from typing import Any

from spotdl.providers.audio.base import AudioProvider
from spotdl.types.result import Result
from spotdl.types.song import Song
from spotdl.utils.matching import order_results

_TOPIC = " - Topic"


class _Given(AudioProvider):  # type: ignore[misc]  # spotDL's types are not installed
    """spotDL's search over results that are known already."""

    SUPPORTS_ISRC = False
    GET_RESULTS_OPTS = ({"filter": "songs"}, {"filter": "videos"})

    def __init__(self) -> None:
        self.search_query = None
        self.filter_results = True
        self.found: list[Result] = []

    def get_results(self, search_term: str, **kwargs: Any) -> list[Result]:  # noqa: ARG002 - spotDL's signature
        return [r for r in self.found if r.verified == (kwargs["filter"] == "songs")]

    def get_best_result(self, results: dict[Result, float]) -> tuple[Result, float]:
        return max(results.items(), key=lambda item: item[1])


def main() -> None:
    """Answer every case."""
    provider = _Given()
    answers = {case["id"]: _answer(provider, case) for case in json.load(sys.stdin)}
    json.dump({"version": version("spotdl"), "answers": answers}, sys.stdout)


def _answer(provider: _Given, case: dict[str, Any]) -> dict[str, Any]:
    song = _song(case)
    provider.found = [_result(found) for found in case["candidates"]]
    accepted = provider.search(song)
    scores = order_results(provider.found, song)  # what is missing was thrown out
    return {
        "accepted": accepted or "",
        "scores": {result.result_id: score for result, score in scores.items()},
    }


def _song(case: dict[str, Any]) -> Song:
    return Song.from_missing_data(
        name=case["title"],
        artists=case["artists"],
        artist=case["artists"][0],
        album_name=case["album"],
        duration=int(case["duration_s"] or 0),
        isrc=case["isrc"] or None,
        song_id=case["id"],
    )


def _result(found: dict[str, Any]) -> Result:
    channel = found["uploader"].partition(" • ")[0]
    artist = channel.removesuffix(_TOPIC)
    return Result(
        source="YouTubeMusic",
        url=found["id"],
        verified=channel.endswith(_TOPIC),
        name=found["title"],
        duration=float(found["duration_s"] or 0),
        author=artist,
        result_id=found["id"],
        isrc_search=False,
        artists=(artist,),
    )


if __name__ == "__main__":
    main()
