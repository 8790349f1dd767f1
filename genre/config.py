"""Settings: one frozen object, read once, handed down.

Precedence: command-line flag > environment (``GENRE_<NAME>``) > ``genre.toml``
in the corpus folder > default. Nothing else reads the environment.
"""

import dataclasses
import difflib
import math
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from genre.errors import UsageError


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


def _secret(help_text: str, default: str = "") -> Any:
    """Declare a setting that no log, message or ``repr`` may show."""
    return field(default=default, repr=False, metadata={"help": help_text})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a stage may need to know besides its own arguments."""

    corpus: Path = _setting(Path("corpus"), "Folder of the corpus.")
    db: str = _setting("", "Catalog URL; empty means genre.db in the corpus folder.")
    jobs: int = _setting(0, "Parallel jobs; 0 means one per processor core.")
    engine: str = _setting("local", "Where work runs: local processes.")
    description: str = _setting(
        "", "A sentence about this corpus, put into its reports and cards."
    )
    contact: str = _setting("", "Your e-mail or page, sent in the User-Agent.")

    search: str = _secret(  # its address may hold a login or a key
        "Audio search: youtube, or http:URL of an endpoint (docs/crawl.md).", "youtube"
    )
    credentials: str = _setting(
        "", "Folder of login tokens; empty means ~/.config/genre."
    )
    spotify_client_id: str = _secret("Client id of your app at Spotify.")
    jamendo_client_id: str = _secret("Client id of your app at Jamendo.")
    youtube_per_hour: float = _setting(
        300.0,
        "Searches, downloads and playlists asked of YouTube per hour; 0: no limit.",
    )
    javascript: str = _setting(
        "deno", "What runs YouTube's JavaScript: deno, node, bun or quickjs."
    )
    search_results: int = _setting(5, "Candidates asked of the search provider.")
    match_threshold: float = _setting(0.75, "Score from which a match is accepted.")
    match_uncertain: float = _setting(0.55, "Score from which it is left to a person.")

    max_wait_s: float = _setting(
        60.0,
        "Longest pause a service may ask of a running command; a longer one stops that"
        " service.",
    )

    excerpt_s: float = _setting(0.0, "Keep only this many middle seconds; 0 keeps all.")
    min_duration_s: float = _setting(1.0, "Audio shorter than this is refused.")
    max_duration_s: float = _setting(1200.0, "Audio longer than this is refused.")
    duration_tolerance_s: float = _setting(7.0, "Allowed difference to the playlist's.")
    max_bytes: int = _setting(300_000_000, "Largest download in bytes.")
    download_deadline_s: float = _setting(600.0, "Longest time for one download.")
    keep_originals: bool = _setting(False, "Keep downloads as they came, in incoming/.")
    min_free_bytes: int = _setting(200_000_000, "Stop when the disk has less room.")

    n_fft: int = _setting(2048, "FFT window of the mel spectrogram, in samples.")
    hop_length: int = _setting(512, "Hop of the mel spectrogram, in samples.")
    n_mels: int = _setting(128, "Mel bands.")
    store_dtype: str = _setting("float16", "Segment store: float16 or uint8.")

    spotify_url: str = _setting("https://api.spotify.com/v1/", "Spotify Web API.")
    spotify_token_url: str = _setting(
        "https://accounts.spotify.com/api/token", "Spotify's token endpoint."
    )
    deezer_url: str = _setting("https://api.deezer.com/", "Deezer API.")
    musicbrainz_url: str = _setting("https://musicbrainz.org/ws/2/", "MusicBrainz API.")
    listenbrainz_url: str = _setting("https://api.listenbrainz.org/1/", "ListenBrainz.")
    jamendo_url: str = _setting("https://api.jamendo.com/v3.0/", "Jamendo API.")
    archive_url: str = _setting("https://archive.org/", "Internet Archive.")
    lastfm_url: str = _setting("https://ws.audioscrobbler.com/2.0/", "Last.fm API.")
    discogs_url: str = _setting("https://api.discogs.com/", "Discogs API.")

    @property
    def n_jobs(self) -> int:
        """Parallel jobs to start, at least one."""
        return self.jobs or available_cores()


SAMPLE_RATE = 16_000  # Hz; the WAV contract, not a setting
JAVASCRIPT = ("deno", "node", "bun", "quickjs")
DAY_S = 86_400  # a WAV of two days would be longer than its header can say

HELP: Mapping[str, str] = {
    f.name: f.metadata["help"] for f in dataclasses.fields(Settings)
}


_FLAGS = {"excerpt_s": "--excerpt", "store_dtype": "--dtype"}  # not named like these
_OTHERS = {"SPOTDL_PYTHON"}  # GENRE_ variables of the benchmarks

_SECRET = {f.name for f in dataclasses.fields(Settings) if not f.repr}


def available_cores() -> int:
    """Return how many processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Build the settings from flags, environment, ``genre.toml`` and defaults.

    ``flags`` holds only what the user gave; a value of None counts as not given.

    Raises
    ------
    UsageError
        A setting is unknown, of the wrong type or out of range.
    """
    environ = os.environ if environ is None else environ
    given = {k: v for k, v in (flags or {}).items() if v is not None}
    from_env = {
        name: environ[key]
        for name in HELP
        if (key := f"GENRE_{name.upper()}") in environ
    }
    corpus = Path(given.get("corpus") or from_env.get("corpus") or "corpus")
    merged = {**_read_toml(corpus / "genre.toml"), **from_env, **given}
    types = get_type_hints(Settings)
    values = {name: _convert(name, raw, types[name]) for name, raw in merged.items()}
    return _checked(Settings(**{**values, "corpus": corpus}))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(
            f"{path} could not be read ({error.strerror}); check its permissions."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML ({error}); correct it.") from error
    unknown = sorted(set(data) - set(HELP))
    if unknown:
        known = ", ".join(sorted(HELP))
        raise UsageError(
            f"{path} sets {unknown[0]!r}, which is no setting; known ones are {known}."
        )
    if "corpus" in data:
        raise UsageError(
            f"{path} sets 'corpus', but it is read because it lies in the corpus; remove"
            " that line and name the folder with --corpus or GENRE_CORPUS."
        )
    return data


def _convert(name: str, raw: Any, kind: type) -> Any:
    """Convert text from the environment or TOML to the field's type."""
    try:
        if kind is bool:
            return _to_bool(raw)
        if kind is int and isinstance(raw, float) and not raw.is_integer():
            raise ValueError
        value = kind(raw)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"Setting {_named(name)} should be of type {kind.__name__}, found {raw!r}."
        ) from error
    if kind is float and not math.isfinite(value):
        raise UsageError(
            f"Setting {_named(name)} should be a finite number, found {raw!r}."
        )
    return value


def _named(name: str) -> str:
    """Return a setting's name, with its flag where that is another."""
    flag = _FLAGS.get(name, "")
    return f"{name} ({flag})" if flag else name


def unknown_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return a sentence for each ``GENRE_`` variable that sets nothing."""
    environ = os.environ if environ is None else environ
    ours = {name.removeprefix("GENRE_") for name in environ if name[:6] == "GENRE_"}
    known = [name.upper() for name in HELP]
    unknown = sorted(ours - {*known, *_OTHERS})
    return [_unknown(name, known) for name in unknown]


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    advice = f"; did you mean GENRE_{near[0]}?" if near else "."
    return f"The environment sets GENRE_{name}, which is no setting and counts nothing{advice}"


def _to_bool(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError


def _is_endpoint(text: str) -> bool:
    """Tell whether a text is ``http:URL`` or a plain http(s) address."""
    return re.fullmatch(r"(http:)?https?://[^\s/?#]\S*", text) is not None


def _checked(s: Settings) -> Settings:
    """Return ``s``, or say which setting is out of range."""
    rules = [
        ("jobs", 0 <= s.jobs <= 1024, "0 or more, at most 1024"),
        ("engine", s.engine == "local", "local (the only engine so far)"),
        ("db", "://" not in s.db or s.db.startswith("sqlite://"), "a SQLite URL or path"),
        ("search", s.search == "youtube" or _is_endpoint(s.search),
         "youtube, or http:URL such as http:http://127.0.0.1:9000/search"),
        ("youtube_per_hour", 0 <= s.youtube_per_hour <= 1e6, "0 to a million"),
        ("javascript", s.javascript in JAVASCRIPT, ", ".join(JAVASCRIPT)),
        ("search_results", 1 <= s.search_results <= 50, "1 to 50"),
        ("match_uncertain", 0 <= s.match_uncertain <= 1, "0 to 1"),
        ("match_threshold", s.match_uncertain <= s.match_threshold <= 1,
         f"{s.match_uncertain:g} (match_uncertain) to 1"),
        ("min_duration_s", 0 < s.min_duration_s < DAY_S, "more than 0 and within a day"),
        ("max_duration_s", s.min_duration_s < s.max_duration_s <= DAY_S,
         f"more than {s.min_duration_s:g} (min_duration_s) and within a day"),
        ("excerpt_s", s.excerpt_s == 0 or s.min_duration_s <= s.excerpt_s <= DAY_S,
         f"0, or {s.min_duration_s:g} (min_duration_s) to {DAY_S} (a day)"),
        ("duration_tolerance_s", 0 <= s.duration_tolerance_s <= DAY_S,
         "0 or more, within a day"),
        ("download_deadline_s", 0 < s.download_deadline_s <= DAY_S,
         "more than 0 and within a day"),
        ("max_wait_s", 0 <= s.max_wait_s <= DAY_S, "0 or more, within a day"),
        ("max_bytes", 0 < s.max_bytes <= 10**12, "1 to 10^12"),
        ("min_free_bytes", s.min_free_bytes >= 0, "0 or more"),
        ("n_fft", 16 <= s.n_fft <= 65_536, "16 to 65536"),
        ("hop_length", 0 < s.hop_length <= s.n_fft, f"1 to {s.n_fft} (n_fft)"),
        ("n_mels", 8 <= s.n_mels <= 512, "8 to 512"),
        ("store_dtype", s.store_dtype in {"float16", "uint8"}, "float16 or uint8"),
    ]  # fmt: skip
    for name, holds, expected in rules:
        if not holds:
            found = "something else" if name in _SECRET else repr(getattr(s, name))
            raise UsageError(
                f"Setting {_named(name)} should be {expected}, found {found}."
            )
    return s
