"""What a person reads of a track's labels."""

from genre.labeler.explain import explain
from genre.labeler.notes import explanation
from genre.labeler.votes import Overlap, VoteParams, make_label_set
from genre.records import Label, Track, Witness


def test_the_evidence_is_told_witness_by_witness() -> None:
    """Each genre has its score, who is for it, who is not, and what leaves it open."""
    labels = (Label("t", "Techno", 1.0), Label("t", "Acid", None))
    label_set = make_label_set("votes", labels, VoteParams())
    found = explain(
        Track("t", "Song", "", "Artist"),
        label_set=label_set,
        labels=labels,
        witnesses=[Witness("p1", "Night", ("Techno",), 2)],
        overlaps=[Overlap("Acid", "Techno", 10, 20, 5)],
    )

    assert list(explanation(found)) == [
        "Artist - Song  [t]",
        f"label set votes ({label_set.id[:8]}), rule {label_set.rule}",
        "\nTechno: 1.00 - a yes",
        "  + Night (Techno; 2 songs; weight 0.500, share 1.00)",
        "\nAcid: unknown",
        "  - Night (Techno; 2 songs; weight 0.500, share 1.00)",
        "  ? Acid (10 songs) and Techno (20) share 5: overlap 0.50",
    ]


def test_a_track_that_nobody_lists_any_more() -> None:
    """It says so, and that the labels are of an earlier state."""
    labels = (Label("t", "Techno", 1.0),)
    found = explain(
        Track("t", "Song", "", "Artist"),
        label_set=make_label_set("votes", labels, VoteParams()),
        labels=labels,
        witnesses=[],
    )

    assert list(explanation(found))[2:4] == [
        "The playlists changed since; `genre label` brings it up to date.",
        "No playlist with a genre holds it now.",
    ]
