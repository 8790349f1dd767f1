"""The command line: one command is one library call and one summary.

Heavy libraries are imported inside the commands, so that ``genre --help`` is
quick; ``command.py`` holds what all commands share.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from genre import __version__
from genre.command import Call, app, command
from genre.config import HELP, Settings
from genre.errors import UsageError
from genre.records import Decision, ErrorClass, Split, Status
from genre.text import counted, display
from genre.train.config import HELP as TRAIN
from genre.train.config import TrainConfig

# Arguments and options that several commands take.
Source = Annotated[str, typer.Argument(help="One playlist, instead of a list.")]
ListFile = Annotated[
    Path | None, typer.Option(help="The playlist list file.", readable=False)
]
SourceGenres = Annotated[
    list[str] | None, typer.Option(help="SOURCE's genre; may repeat.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", help="MEANING=COLUMN of a CSV file; may repeat."),
]
TrackName = Annotated[
    str, typer.Argument(help="Track id, its start, or part of a name.")
]
Search = Annotated[str | None, typer.Option(help=HELP["search"])]
Excerpt = Annotated[float | None, typer.Option(help=HELP["excerpt_s"])]
KeepOriginals = Annotated[
    bool, typer.Option("--keep-originals", help=HELP["keep_originals"])
]
LoginService = Annotated[str, typer.Argument(help="The service: spotify.")]
RunId = Annotated[str, typer.Argument(help="A run's id, or latest.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"genre {__version__}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show it."),
    ] = False,
) -> None:
    """Playlists in; a labelled multi-genre music corpus and a trained model out."""


# --- collect -------------------------------------------------------------------


@command("Collect")
def crawl(
    call: Call,
    source: Source = "",
    playlists: ListFile = None,
    genre: SourceGenres = None,
    retry: Annotated[
        list[ErrorClass] | None, typer.Option(help="Try failures of this class again.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Fetch at most so many.")
    ] = None,
    columns: Columns = None,
    metadata_only: Annotated[
        bool, typer.Option("--metadata-only", help="No audio.")
    ] = False,
    audio_only: Annotated[
        bool, typer.Option("--audio-only", help="Read no list.")
    ] = False,
    search: Search = None,
    excerpt: Excerpt = None,
    keep_originals: KeepOriginals = False,
) -> None:
    """Fetch playlists, find and download each song, convert it to 16 kHz WAV."""
    from genre.crawler import pipeline
    from genre.crawler.sources.csv_columns import parse_columns

    request = pipeline.CrawlRequest(
        list_file=playlists,
        source=source or None,
        genres=tuple(genre or ()),
        retry=frozenset(retry or ()),
        limit=limit,
        metadata_only=metadata_only,
        audio_only=audio_only,
        columns=parse_columns(columns or ()),
    )
    settings = call.settings(
        search=search, excerpt_s=excerpt, keep_originals=keep_originals or None
    )
    _refuse_demo(settings, playlists)
    call.report.follow(pipeline.crawl(settings, request))


@command("Collect")
def plan(
    call: Call,
    source: Source = "",
    playlists: ListFile = None,
    genre: SourceGenres = None,
    columns: Columns = None,
    search: Search = None,
    excerpt: Excerpt = None,
    keep_originals: KeepOriginals = False,
) -> None:
    """Say what a list will cost: songs, hours, downloads, disk, memory; fetch none."""
    from genre import screens
    from genre.crawler.sources.csv_columns import parse_columns
    from genre.status.plan import plan as estimate

    settings = call.settings(
        search=search, excerpt_s=excerpt, keep_originals=keep_originals or None
    )
    cost = estimate(
        settings,
        playlists,
        source=source or None,
        genres=tuple(genre or ()),
        columns=parse_columns(columns or ()),
    )
    call.report.result("plan", cost)
    call.report.show(screens.plan(cost))
    if cost.unread:
        call.report.summary.leave(cost.unread_classes, cost.until)
        raise typer.Exit(3)


@command("Collect")
def discover(
    call: Call,
    genres: Annotated[
        list[str], typer.Argument(help='Genres, like "liquid dnb" psytrance.')
    ],
    service: Annotated[
        list[str] | None,
        typer.Option(help="Ask only this one; may repeat (default: all)."),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=100, help="Playlists to offer per genre.")
    ] = 10,
    look: Annotated[
        int, typer.Option(min=0, max=100, help="Playlists to look into per genre.")
    ] = 10,
    out: Annotated[
        Path | None, typer.Option(help="Write the list here (default: show it).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace that file.")] = False,
) -> None:
    """Search services for playlists of genres; make a list to edit and crawl."""
    from genre.crawler.discovery import listing, pipeline

    if out and out.exists() and not force:
        raise UsageError(
            f"Expected {out} not to exist, found a file you may have edited; name another"
            " one, or replace it with --force."
        )
    request = pipeline.DiscoverRequest(
        genres=tuple(genres), services=tuple(service or ()), limit=limit, look=look
    )
    found = call.report.discovery(pipeline.discover(call.settings(), request))
    text = listing.list_text(found, day=datetime.now(UTC).date())
    if not found:
        call.report.say("No playlist was found, so no list is written.")
    elif out:
        listing.write(out, text)
        n_found = counted(len(found), "playlist")
        call.report.say(f"{out}: {n_found}; edit it, then crawl it")
    else:
        call.report.say(text)


@command("Collect")
def matches(
    call: Call,
    track: TrackName = "",
    uncertain: Annotated[
        bool, typer.Option("--uncertain", help="Only songs left to a person.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many (default: 20; all with --json)."),
    ] = None,
) -> None:
    """List what the search found for songs, with scores and reasons."""
    from genre.crawler import review

    settings = call.settings()
    most = limit or (None if call.report.as_json else 20)
    call.report.reviews(
        review.reviews(settings, track=track, uncertain=uncertain, limit=most),
        lambda: review.n_reviews(settings, track=track, uncertain=uncertain),
    )


@command("Collect")
def match(
    call: Call,
    track: TrackName,
    candidate: Annotated[
        str,
        typer.Argument(
            help="A candidate's id or address; or another address, or an audio file."
        ),
    ] = "",
    reject: Annotated[
        bool,
        typer.Option("--reject", help="It is not this song (default: what it has)."),
    ] = False,
) -> None:
    """Decide which recording is a song's; undo a wrong match with --reject."""
    from genre.crawler import review

    if not candidate and not reject:
        raise UsageError(
            "Expected a candidate's id or an address to accept, or --reject to undo the"
            f" present match, found neither; `genre matches {track}` lists candidates."
        )
    word = Decision.REJECTED if reject else Decision.ACCEPTED
    outcome = review.decide(call.settings(), track, candidate, word)
    call.report.follow([outcome])


@command("Collect")
def login(
    call: Call,
    service: LoginService,
    client_id: Annotated[
        str | None, typer.Option(help=HELP["spotify_client_id"])
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only show the address to open.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the answer; 0 takes a free one.")
    ] = 0,
    wait: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds after which to give up.")
    ] = 300,
) -> None:
    """Log in to a service, for playlists that only you may read."""
    import webbrowser

    from genre.crawler import spotify_login, spotify_token

    _check_service(service)
    settings = call.settings(spotify_client_id=client_id)
    browser = spotify_login.Browser(
        show=lambda line: typer.echo(line, err=True),
        open_page=None if no_browser else webbrowser.open,
        port=port,
        wait_s=wait,
    )
    spotify_login.log_in(settings, browser)
    state = spotify_token.login_state(settings)
    call.report.result("login", state)
    call.report.say(f"Spotify: {state.found}")
    call.report.say("Its terms forbid training on it: see docs/sources/spotify.md.")


@command("Collect")
def logout(
    call: Call,
    service: LoginService,
) -> None:
    """Delete a login from this machine."""
    from genre.crawler import spotify_token

    _check_service(service)
    was_there = spotify_token.TokenFile(call.settings()).forget()
    call.report.result("deleted", was_there)
    found = "the login is deleted from this machine" if was_there else "no login here"
    call.report.say(f"Spotify: {found}")


# --- label ---------------------------------------------------------------------


@command("Label")
def label(
    call: Call,
    name: Annotated[str, typer.Option(help="Name of the label set.")] = "votes",
) -> None:
    """Turn playlist membership into soft multi-genre labels."""
    from genre.labeler import pipeline

    call.report.follow(pipeline.label(call.settings(), name=name))


@command("Label")
def split(
    call: Call,
    ratios: Annotated[
        str, typer.Option(help="Shares of train, validation and test.")
    ] = "0.70,0.15,0.15",
    seed: Annotated[int, typer.Option(help="Another seed, another division.")] = 0,
) -> None:
    """Divide the corpus into artist-disjoint, stratified parts and store them."""
    from genre.labeler import pipeline

    params = pipeline.SplitParams(seed=seed, ratios=_ratios(ratios))
    call.report.follow(pipeline.split(call.settings(), params))


@command("Label")
def why(
    call: Call,
    track: TrackName,
    genre: Annotated[str, typer.Argument(help="Only this genre.")] = "",
) -> None:
    """Show all evidence for and against each label of a track."""
    from genre.labeler import pipeline

    call.report.explanation(pipeline.why(call.settings(), track, genre or None))


# --- learn -----------------------------------------------------------------------


@command("Learn")
def features(
    call: Call,
    hop_length: Annotated[int | None, typer.Option(help=HELP["hop_length"])] = None,
    n_fft: Annotated[int | None, typer.Option(help=HELP["n_fft"])] = None,
    n_mels: Annotated[int | None, typer.Option(help=HELP["n_mels"])] = None,
    dtype: Annotated[str | None, typer.Option(help=HELP["store_dtype"])] = None,
) -> None:
    """Precompute mel segments for every track that lacks them."""
    from genre.features import pipeline

    settings = call.settings(
        hop_length=hop_length, n_fft=n_fft, n_mels=n_mels, store_dtype=dtype
    )
    call.report.follow(pipeline.build_features(settings))


@command("Learn")
def train(
    call: Call,
    multilabel: Annotated[
        bool, typer.Option("--multilabel/--single-label", help=TRAIN["multilabel"])
    ] = True,
    model: Annotated[str | None, typer.Option(help=TRAIN["model"])] = None,
    width: Annotated[int | None, typer.Option(help=TRAIN["width"])] = None,
    epochs: Annotated[int | None, typer.Option(help=TRAIN["epochs"])] = None,
    crops: Annotated[int | None, typer.Option(help=TRAIN["crops_per_song"])] = None,
    batch_size: Annotated[int | None, typer.Option(help=TRAIN["batch_size"])] = None,
    lr: Annotated[float | None, typer.Option(help=TRAIN["lr"])] = None,
    weight_decay: Annotated[
        float | None, typer.Option(help=TRAIN["weight_decay"])
    ] = None,
    patience: Annotated[int | None, typer.Option(help=TRAIN["patience"])] = None,
    seed: Annotated[int | None, typer.Option(help=TRAIN["seed"])] = None,
    precision: Annotated[str | None, typer.Option(help=TRAIN["precision"])] = None,
    device: Annotated[str | None, typer.Option(help=TRAIN["device"])] = None,
    resume: Annotated[
        bool, typer.Option("--resume/--no-resume", help=TRAIN["resume"])
    ] = True,
) -> None:
    """Train a genre model on the corpus and write an honest report."""
    from genre.train import pipeline

    settings = call.settings()
    chosen = {
        "model": model, "width": width, "epochs": epochs, "crops_per_song": crops,
        "batch_size": batch_size, "lr": lr, "weight_decay": weight_decay,
        "patience": patience, "seed": seed, "precision": precision, "device": device,
    }  # fmt: skip
    given = {name: value for name, value in chosen.items() if value is not None}
    config = TrainConfig(multilabel=multilabel, resume=resume, **given)  # type: ignore[arg-type]
    _split_when_missing(call, settings)
    call.report.follow(pipeline.train(settings, config))


@command("Learn")
def evaluate(
    call: Call,
    run: RunId,
    split: Annotated[Split, typer.Option(help="The part to measure on.")] = Split.TEST,
) -> None:
    """Measure a run on a part of the corpus, song level and segment level."""
    from genre.train import pipeline

    call.report.follow(pipeline.evaluate(call.settings(), run, split=split))


@command("Learn")
def predict(
    call: Call,
    run: RunId,
    files: Annotated[list[Path], typer.Argument(help="Audio files of any format.")],
) -> None:
    """Say which genres audio files have."""
    from genre.train import pipeline

    call.report.follow(pipeline.predict(call.settings(), run, files))
    if not call.report.count(Status.DONE):
        raise typer.Exit(1)


# --- publish ---------------------------------------------------------------------


@command("Publish")
def export(
    call: Call,
    target: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.")],
    force: Annotated[bool, typer.Option("--force", help="Replace an export.")] = False,
) -> None:
    """Publish the labelled corpus: Parquet, dataset card, checksums; no audio."""
    from genre.export import pipeline

    settings = call.settings()
    _split_when_missing(call, settings)
    request = pipeline.ExportRequest(target=target, force=force)
    call.report.follow(pipeline.export(settings, request))


@command("Publish")
def verify(
    call: Call,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An export.")],
) -> None:
    """Check an export: every checksum, the schema, the splits."""
    from genre.export.verify import verify as check

    found = check(folder)
    call.report.result("verify", found)
    for kind, lines in (("missing", found.missing), ("invalid", found.invalid)):
        for line in lines:
            call.report.say(f"{kind}: {line}")
    if found.missing or found.invalid:
        raise typer.Exit(1)
    call.report.say(f"{folder}: {found.checked} files, all as published")


# --- look ------------------------------------------------------------------------


@command("Look")
def status(
    call: Call,
    all_genres: Annotated[
        bool, typer.Option("--all", help="Show every genre, not only the biggest.")
    ] = False,
    failures: Annotated[
        bool,
        typer.Option(
            "--failures", help="List everything that failed or has no good match."
        ),
    ] = False,
    digest: Annotated[
        bool, typer.Option("--digest", help="Hash of the catalog's canonical dump.")
    ] = False,
) -> None:
    """Show how far the songs of each genre have come, and what is in the way."""
    from genre import screens
    from genre.status.overview import overview

    found = overview(call.settings(), failures=failures, digest=digest)
    call.report.result("status", found)
    width = call.report.width
    call.report.show(screens.status(found, all_genres=all_genres, width=width))
    for line in found.failure_lines():
        call.report.say(f"  {line}")


@command("Look")
def changes(
    call: Call,
    since: Annotated[
        str, typer.Option(help="Only from this day or time on (2026-01-31, UTC).")
    ] = "",
) -> None:
    """Show which songs came into playlists and which left them, the newest first."""
    from genre.crawler import pipeline

    found = list(pipeline.changes(call.settings(), since=since))
    call.report.result("changes", found)
    reading = ("", "")
    for event in found:
        if reading != (event.at, event.playlist_id):
            reading = event.at, event.playlist_id
            call.report.say(f"{event.at}  {event.playlist}")
        call.report.say(f"  {'+' if event.change == 'added' else '-'} {event.track}")
    if not found:
        when = f"since {display(since)}" if since else "since it was read first"
        call.report.say(f"No playlist has changed {when}.")


@command("Look")
def doctor(call: Call) -> None:
    """Check this machine: what is installed, what is missing, what to do."""
    from genre import screens
    from genre.status.doctor import State
    from genre.status.doctor import doctor as check_machine

    checks = check_machine(call.settings())
    call.report.result("doctor", checks)
    call.report.show(screens.doctor(checks))
    if any(check.state is State.MISSING for check in checks):
        raise typer.Exit(1)


@command("Look")
def demo(
    call: Call,
    tracks_per_genre: Annotated[
        int, typer.Option(min=1, help="Songs composed for each genre.")
    ] = 16,
    seed: Annotated[int, typer.Option(help="Another seed, other music.")] = 0,
) -> None:
    """Compose a small synthetic corpus and walk it through the whole chain."""
    from genre.demo import tour

    config = tour.DemoConfig(tracks_per_genre=tracks_per_genre, seed=seed)
    call.report.tour(tour.run_demo(call.settings(), config))


def _check_service(name: str) -> None:
    if name.lower() != "spotify":
        raise UsageError(
            f"Expected a service that has a login (spotify), found {name!r}; the others"
            " are read without one (`genre doctor` says what a key is needed for)."
        )


def _refuse_demo(settings: Settings, playlists: Path | None) -> None:
    """Keep songs of one's own out of the demo's synthetic corpus."""
    composed = settings.corpus / "demo"
    if not (composed / "corpus.json").is_file() or playlists is None:
        return
    if not playlists.absolute().is_relative_to(composed.absolute()):
        raise UsageError(
            f"Expected a corpus of your own in {settings.corpus}, found the demo's"
            " synthetic songs; name another folder with --corpus."
        )


def _split_when_missing(call: Call, settings: Settings) -> None:
    """Run ``genre split`` with its defaults when the corpus has no split yet."""
    from genre.labeler import pipeline

    if pipeline.has_split(settings):
        return
    call.report.say("No split yet: running `genre split` first.")
    call.report.follow(pipeline.split(settings, pipeline.SplitParams()), quiet=True)


def _ratios(text: str) -> tuple[float, float, float]:
    """Read ``0.7,0.15,0.15``."""
    try:
        train, validation, test = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            "Expected --ratios as three numbers like 0.7,0.15,0.15 (train, validation,"
            f" test), found {text!r}."
        ) from None
    return train, validation, test


def main() -> None:
    """Entry point of the ``genre`` command."""
    app(prog_name="genre")
