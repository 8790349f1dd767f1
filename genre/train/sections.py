"""The report's sections: headings, tables and figures around the sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from genre.records import HARD_SCORE
from genre.train.page import Html, Row, bullets, fold, join, picture, table, tag
from genre.train.report_data import ReportData
from genre.train.words import (
    HEADLINE,
    METRICS,
    count,
    figure,
    findings,
    limits,
    signed,
    song_caption,
    system,
)

_SONGS = "Song level. Songs: how many carry the genre, of those where that is known."
_LEVELS = (("song", "Songs", "n_songs"), ("segment", "5 s segments", "n_segments"))


def all_sections(data: ReportData, drawn: Mapping[str, bytes]) -> Iterator[Html]:
    """Yield the page's sections in order; ``drawn`` holds the PNGs by file name."""
    yield _top(data)
    yield _headline(data)
    yield from _truth(data)
    yield _genres(data, drawn)
    yield from _matrix(drawn)
    yield from _calibration(data, drawn)
    yield from _curves(drawn)
    yield from _songs(data, drawn)
    yield _corpus(data)
    yield tag("section", tag("h2", "What this cannot say"), bullets(limits(data)))
    yield _settings(data)


def _top(data: ReportData) -> Html:
    about = f"Run {data.run_id}, {data.exam.split} part"
    if data.created_at:
        about = f"{about}, {data.created_at}"
    return tag(
        "header",
        tag("h1", "How well does this model hear genres?"),
        tag("p", about, class_="soft"),
        tag("div", bullets(findings(data)), class_="lede"),
    )


# --- scores ----------------------------------------------------------------------


def _headline(data: ReportData) -> Html:
    metrics = HEADLINE[data.exam.multilabel]
    groups = []
    for level, title, n in _LEVELS:
        scores = data.summary[level], data.summary["intervals"][level]
        rows = [*_score_rows(*scores, metrics), *_difference_rows(data, level)]
        groups.append((f"{title} ({data.summary[n]:,})", rows))
    head = ("", *(METRICS[metric] for metric in metrics))
    return tag(
        "section",
        tag("h2", "Scores"),
        table(head, groups),
        tag("p", _score_note(data), class_="soft"),
        fold("All metrics", _all_metrics(data.summary)),
    )


def _score_note(data: ReportData) -> str:
    decided = (
        "F1 at each genre's threshold, which the validation part chose. "
        if data.exam.multilabel
        else ""
    )
    return (
        "Below each number its 95 % interval over artists, drawn within their main"
        " genre; differences are paired, on the same draws. "
        f"{decided}The classical baseline is a logistic regression on each song's mel"
        " means and deviations; the prior answers each genre's training frequency."
    )


def _score_rows(
    values: Mapping[str, Any], intervals: Mapping[str, Any], metrics: tuple[str, ...]
) -> list[Row]:
    """Return a row per system: its name, then every metric with its interval."""
    return [
        (system(name), *(_cell(row[m], intervals[name][m]) for m in metrics))
        for name, row in values.items()
    ]


def _difference_rows(data: ReportData, level: str) -> list[Row]:
    rows: list[Row] = []
    for key, found in data.summary["differences"][level].items():
        ours, other = key.split(" - ")
        if other == "majority":  # metrics.json has it; the prior says the same
            continue
        cells = [
            _signed_cell(found[metric]) for metric in HEADLINE[data.exam.multilabel]
        ]
        rows.append((tag("em", f"{system(ours)} − {system(other)}"), *cells))
    return rows


def _cell(value: float | None, ends: list[float | None]) -> Html:
    low, high = ends
    if value is None or low is None:
        return join([figure(value)])
    return join(
        [figure(value), tag("span", f"{figure(low)}–{figure(high)}", class_="range")]
    )


def _signed_cell(found: Mapping[str, float | None]) -> Html:
    if found["low"] is None:
        return join([signed(found["value"])])
    ends = f"{signed(found['low'])} to {signed(found['high'])}"
    return join([signed(found["value"]), tag("span", ends, class_="range")])


def _all_metrics(summary: Mapping[str, Any]) -> Html:
    """Return every metric of every system at both levels."""
    names = list(summary["song"])
    groups = []
    for level, title, _ in _LEVELS:
        metrics = summary[level][names[0]]
        rows = [
            (metric, *(figure(summary[level][name][metric]) for name in names))
            for metric in metrics
        ]
        groups.append((title, rows))
    return table(("", *(system(name) for name in names)), groups)


def _truth(data: ReportData) -> Iterator[Html]:
    truth = data.summary["truth"]
    if truth is None:
        return
    metrics = HEADLINE[data.exam.multilabel]
    rows = _score_rows(truth["song"], truth["intervals"]["song"], metrics)
    head = ("", *(METRICS[metric] for metric in metrics))
    yield tag(
        "section",
        tag("h2", "Scores against the truth"),
        tag("p", "The same answers, compared with what the songs are known to be."),
        table(head, [("Songs", rows)]),
    )


# --- genres ----------------------------------------------------------------------


def _genres(data: ReportData, drawn: Mapping[str, bytes]) -> Html:
    parts = [tag("h2", "Genres"), _genre_table(data)]
    if "genres.png" in drawn:
        caption = (
            "PR-AUC of each genre. A random order scores the grey tick (the prior);"
            " the line is the 95 % interval over artists."
        )
        parts.append(
            picture(drawn["genres.png"], alt="PR-AUC per genre", caption=caption)
        )
    return tag("section", *parts)


def _genre_table(data: ReportData) -> Html:
    tables = data.summary["per_genre"]
    baseline = {row["genre"]: row for row in tables.get("baseline", ())}
    rows = [
        (
            row["genre"],
            f"{row['support']} of {row['known']}",
            figure(row["prior"]),
            _cell(row["pr_auc"], [row["pr_auc_low"], row["pr_auc_high"]]),
            figure(baseline.get(row["genre"], {}).get("pr_auc")),
            figure(row["roc_auc"]),
            figure(row["f1"]),
            *([figure(row["threshold"])] if data.exam.multilabel else []),
        )
        for row in tables[data.model.name]
    ]
    head = ["", "songs", "prior", "PR-AUC", "baseline's", "ROC-AUC", "F1"]
    if data.exam.multilabel:
        head.append("threshold")
    return table(head, [("", rows)], caption=_SONGS)


def _matrix(drawn: Mapping[str, bytes]) -> Iterator[Html]:
    if "confusion.png" in drawn:
        png, alt = drawn["confusion.png"], "confusion matrix"
        caption = "Songs by the genre they are labelled with and the model's answer."
    elif "cooccurrence.png" in drawn:
        png, alt = drawn["cooccurrence.png"], "co-occurrence of labels and scores"
        caption = (
            "Each row: the songs labelled with that genre. Left, how many of them also"
            " carry the column's label; right, the mean score the model gives them."
            " Scores off the diagonal that the labels lack are confusions."
        )
    else:
        return
    yield tag(
        "section",
        tag("h2", "What is taken for what"),
        picture(png, alt=alt, caption=caption),
    )


def _calibration(data: ReportData, drawn: Mapping[str, bytes]) -> Iterator[Html]:
    if "calibration.png" not in drawn:
        return
    values = data.summary["song"][data.model.name]
    caption = (
        "Of the answers with a given score, how many are right (dashed: as many as"
        f" the score says). Expected calibration error {figure(values['ece'])}, Brier"
        f" score {figure(values['brier'])}; logits divided by"
        f" {data.temperature:.2f}, a temperature chosen on validation."
    )
    image = picture(drawn["calibration.png"], alt="calibration", caption=caption)
    yield tag("section", tag("h2", "Do the scores mean what they say?"), image)


def _curves(drawn: Mapping[str, bytes]) -> Iterator[Html]:
    if "curves.png" not in drawn:
        return
    caption = "Learning curves. The test part played no role in them."
    image = picture(drawn["curves.png"], alt="learning curves", caption=caption)
    yield tag("section", tag("h2", "Learning"), image)


def _songs(data: ReportData, drawn: Mapping[str, bytes]) -> Iterator[Html]:
    if not data.examples:
        return
    images = [
        picture(
            drawn[f"song-{number}.png"],
            alt="mel spectrogram and scores",
            caption=song_caption(data, example),
        )
        for number, example in enumerate(data.examples, start=1)
    ]
    yield tag("section", tag("h2", "Two songs"), *images)


# --- corpus and settings ---------------------------------------------------------


def _corpus(data: ReportData) -> Html:
    parts = data.parts
    rows: list[Row] = [
        ("all songs", *(f"{part.n_songs:,}" for part in parts)),
        ("artists", *(f"{part.n_artists:,}" for part in parts)),
        ("of them also in test", *(f"{part.n_shared:,}" for part in parts)),
    ]
    by_genre = [
        (genre, *(f"{part.positives[g]:,}" for part in parts))
        for g, genre in enumerate(data.exam.genres)
    ]
    return tag(
        "section",
        tag("h2", "Songs"),
        table(
            ("", *(part.split.value for part in parts)),
            [
                ("", rows),
                (
                    f"carrying the genre (a vote share of {HARD_SCORE} or more)",
                    by_genre,
                ),
            ],
        ),
    )


def _settings(data: ReportData) -> Html:
    bootstrap = data.summary["bootstrap"]
    rows = [(name, _setting(value)) for name, value in data.settings.items()]
    rows.append(("bootstrap seed", str(bootstrap["seed"])))
    rows.append(("bootstrap resamples", count(bootstrap["n_resamples"], "draw")))
    settings = table(("", "value"), [("", rows)])
    return tag(
        "section", fold("Settings of the run", tag("div", settings, class_="wide"))
    )


def _setting(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
