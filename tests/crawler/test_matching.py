"""Search results against the song that was searched."""

from dataclasses import replace

import pytest

from genre.crawler.matching import Thresholds, judge, query_of, ranked, tolerance_s
from genre.records import Candidate, Decision, Track

THRESHOLDS = Thresholds(accept=0.75, uncertain=0.55, tolerance_s=7.0)


def song(
    artists: str, title: str, version: str = "", *, s: float | None = 215
) -> Track:
    """Return a song to be found."""
    return Track("0" * 16, title, version, artists, duration_s=s)


def result(
    title: str, uploader: str = "someone", *, s: float | None = 215
) -> Candidate:
    """Return a search result."""
    return Candidate("youtube", "id", "url", title, uploader, duration_s=s)


SONG = song("The Band", "One More Time")
REMIX = song("The Band", "One More Time", "Bob Remix")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (SONG, result("The Band - One More Time")),
        (SONG, result("The Band - One More Time (Official Video)", "TheBandVEVO")),
        (SONG, result("One More Time", "The Band - Topic")),
        (SONG, result("One More Time - The Band [HD]")),
        (SONG, result("THE BAND – one more time (lyrics)", s=218)),
        (SONG, result("The Band - One More Time", s=None)),
        (SONG, result("The Band - One More Time (Radio Edit)")),
        (REMIX, result("The Band - One More Time (Bob Remix)")),
        (song("Oasis", "Live Forever"), result("Oasis - Live Forever (Remastered)")),
        (song("A, B", "Song"), result("A & B - Song [Official Audio]")),
        (song("Beyoncé", "Déjà Vu"), result("BEYONCE - Deja vu")),
        (SONG, result("One More Time", "")),
        (SONG, result("One More Time - Official Video", "Unknown")),
        (SONG, result("One More Time", "Various Artists - Topic")),
        (SONG, result("07 - The Band - One More Time [LABEL042]")),
        (SONG, result("The Band - One More Time | Deep House | Some Label")),
        (SONG, result("THE BAND 'One More Time' MV")),
        (song("The Band", "Summer Rain"), result("The Band - Sumemr Rain")),
        (SONG, result("The Band - One More Time (Clip officiel)")),
        (SONG, result("One More Time", "The Band • 4.2M views")),
        (SONG, result("the band one more time 1999")),
        (song("Kestrel (UK)", "Paradox"), result("Kestrel - Paradox")),
        (song("Lía con Ana", "Vuelvo"), result("Lía, Ana - Vuelvo")),
        (song("A", "Tale, Pt. 2"), result("Tale (Part II)", "A - Topic")),
        (song("Œuvre", "Æther Song"), result("Oeuvre - Aether Song")),
        (song("Марина Орлова", "Белая зима"), result("Marina Orlova - Belaya Zima")),
        (
            song("A", "Song", "Someone's Sunset Mix"),
            result("A - Song (Someone Sunset Mix)"),
        ),
    ],
)
def test_accepted(wanted: Track, found: Candidate) -> None:
    """The song is recognised under the names that people give it."""
    judged = judge(wanted, found, THRESHOLDS)

    assert (judged.decision, judged.score >= 0.75) == (Decision.ACCEPTED, True)


@pytest.mark.parametrize(
    ("wanted", "found", "reason"),
    [
        (SONG, result("The Band - One More Time (Bob Remix)"), "remix is not wanted"),
        (SONG, result("The Band - One More Time LIVE at X"), "live is not wanted"),
        (SONG, result("The Band - One More Time karaoke"), "karaoke is not wanted"),
        (SONG, result("The Band - One More Time (slowed)"), "slowed is not wanted"),
        (SONG, result("The Band - One More Time sped up"), "sped up is not wanted"),
        (SONG, result("One More Time (cover) - The Band"), "cover is not wanted"),
        (SONG, result("The Band - Two Less Rhymes"), "another title"),
        (SONG, result("One More Time", "Cover Heroes"), "another artist"),
        (SONG, result("Heroes - One More Time", ""), "another artist"),
        (SONG, result("One More Time - Heroes", ""), "another artist"),
        (SONG, result("The Band - One More Time", s=3600), "length differs by 3385 s"),
        (REMIX, result("The Band - One More Time"), "remix is missing"),
        (REMIX, result("The Band - One More Time (Eve Remix)"), "another remixer"),
        (SONG, result("The Band - One More Time (Clean)"), "clean is not wanted"),
        (SONG, result("The Band - One More Time reaction"), "talk is not wanted"),
        (SONG, result("One More Time", "Karaoke Club"), "karaoke is not wanted"),
        (SONG, result("The Band - One More Time (Eve Edit)"), "remix is not wanted"),
        (SONG, result("The Band type beat - One More Time"), "a beat is not wanted"),
        (SONG, result("The Band - One More Time (en vivo)"), "live is not wanted"),
        (SONG, result("The Band - One More Time 弾いてみた"), "cover is not wanted"),
        (song("A", "Chapter 7"), result("A - Chapter 8"), "another part or number"),
        (song("A", "Tale (Part I)"), result("A - Tale (Part II)"), "another part"),
        (song("A", "Song - Clean Version"), result("A - Song"), "clean is missing"),
        (
            song("Trío Candela", "Amanecer"),
            result("Amanecer", "Candela Ruiz"),
            "another artist",
        ),
    ],
)
def test_rejected(wanted: Track, found: Candidate, reason: str) -> None:
    """Another version, artist, title or length is refused, and the reason says which."""
    judged = judge(wanted, found, THRESHOLDS)

    assert judged.decision == Decision.REJECTED
    assert reason in judged.reason


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (song("", "One More Time"), result("The Band - One More Time")),
        (song("The Band", "One More Time", s=None),
         result("The Band - One More Time (Extended Mix)")),
        (SONG, result("One More Time", "", s=None)),
        (SONG, result("The Band - One More Time (Official Video)", s=235)),
        (SONG, result("The Band - One More Time (Piano)")),
        (SONG, result("The Band - One More Night")),
        (SONG, result("The Band - One More Time (found somewhere behind Berlin)")),
        (song("Club", "夜の電車"), result("Kurabu - Yoru no Densha", "Kurabu")),
        (song("A", "Song", "Tom Arden Remix"), result("A - Song (Arden Mix)")),
        (song("Gray Harbor", "Theory"), result("Grey Harbour - Theory")),
        (song("A", "Levels", s=None), result("A - Levels [Hardstyle]")),
    ],
)  # fmt: skip
def test_left_to_a_person(wanted: Track, found: Candidate) -> None:
    """What can neither be accepted nor refused is uncertain."""
    assert judge(wanted, found, THRESHOLDS).decision == Decision.UNCERTAIN


def test_unknown_artist_is_neutral() -> None:
    """A result that names nobody is judged by title and length, and says so."""
    judged = judge(SONG, result("One More Time", ""), THRESHOLDS)

    assert judged.score == pytest.approx(0.5 + 0.3 * 0.6 + 0.2)
    assert judged.reason == ("title 1.00, artist 0.60, length 1.00, artist unknown")


CODE = "GBAYE6800011"


@pytest.mark.parametrize(
    ("found", "decision"),
    [
        (result("Encore une fois", "Le Groupe - Topic"), Decision.ACCEPTED),
        (result("Encore une fois (Live)", "Le Groupe - Topic"), Decision.REJECTED),
        (result("Encore une fois", "Le Groupe - Topic", s=300), Decision.REJECTED),
    ],
)
def test_the_same_isrc(found: Candidate, decision: Decision) -> None:
    """Names need not agree under one ISRC; version and length still do."""
    wanted = replace(SONG, isrc=CODE)

    judged = judge(wanted, replace(found, isrc=CODE), THRESHOLDS)

    assert (judged.decision, "same ISRC" in judged.reason) == (decision, True)


def test_the_thresholds_decide() -> None:
    """The same score is accepted or not, as the settings say."""
    found = result("The Band - One More Time", s=None)

    strict = judge(SONG, found, Thresholds(0.99, 0.98, 7.0))

    assert strict.decision == Decision.REJECTED
    assert strict.score == judge(SONG, found, THRESHOLDS).score


def test_ranked() -> None:
    """The best candidate comes first; equal ones stay in the search's order."""
    found = [
        judge(SONG, result("The Band - Other Name"), THRESHOLDS),
        judge(SONG, result("The Band - One More Time", "first"), THRESHOLDS),
        judge(SONG, result("The Band - One More Time", "second"), THRESHOLDS),
    ]

    assert [c.uploader for c in ranked(found)] == ["first", "second", "someone"]


def test_query() -> None:
    """The version is searched too."""
    assert query_of(REMIX) == "The Band One More Time Bob Remix"


@pytest.mark.parametrize(("stated", "allowed"), [(200.0, 7.0), (600.0, 12.0)])
def test_tolerance(stated: float, allowed: float) -> None:
    """A recording may be off by 7 s or 2 %, whichever is more."""
    assert allowed == tolerance_s(stated, 7.0)
