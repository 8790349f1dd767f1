"""What yt-dlp's errors mean: one table, tested with what sites really say."""

from datetime import UTC, datetime, timedelta

import pytest

from genre.crawler.meanings import meaning_of, shortened
from genre.errors import (
    DiskFullError,
    FetchError,
    ItemError,
    OfflineError,
    ServiceStopError,
)
from genre.records import ErrorClass

HINT = " Use --cookies-from-browser or --cookies for the authentication."
SLOW = "The current session has been rate-limited by YouTube for up to an hour."
SAID: dict[ErrorClass, list[str]] = {
    ErrorClass.STOP: [
        f"Sign in to confirm you’re not a bot.{HINT}",
        f"Sign in to confirm you're not a bot.{HINT}",
        "Unable to download API page: HTTP Error 429: Too Many Requests",
        "Unable to download webpage: HTTP Error 402: Payment Required",
        f"Video unavailable. This content isn't available, try again later. {SLOW}",
        f"This content isn’t available, try again later. {SLOW}",
        "Video unavailable. YouTube is requiring a captcha challenge before playback",
    ],
    ErrorClass.PERMANENT: [
        "Video unavailable",
        "Video unavailable. This content isn’t available.",
        "Video unavailable. This video is not available",
        f"Private video. Sign in if you've been granted access to this video.{HINT}",
        "This video is private",
        "This video has been removed by the uploader",
        "This video has been removed for violating YouTube's policy on hate speech.",
        (
            "Video unavailable. This video is no longer available because the YouTube"
            " account associated with this video has been terminated."
        ),
        (
            "Video unavailable. This video is no longer available because the uploader has"
            " closed their YouTube account."
        ),
        (
            "Video unavailable. This video is no longer available due to a copyright claim"
            " by a label"
        ),
        (
            "Video unavailable. This video contains content from SME, who has blocked it on"
            " copyright grounds"
        ),
        (
            "Join this channel to get access to members-only content like this video, and"
            " other exclusive perks."
        ),
        (
            "This video is available to this channel's members on level: Assistant (or any"
            " higher level)."
        ),
        "This video is only available to Music Premium members",
        "This video requires payment to watch",
        "This video is DRM protected",
        "[DRM] The requested site is known to use DRM protection.",
        "This live stream recording is not available.",
        "YouTube said: The playlist does not exist.",
        "YouTube said: This playlist type is unviewable.",
        "Unable to download webpage: HTTP Error 404: Not Found",
        "Unable to download JSON metadata: HTTP Error 410: Gone",
        "Unsupported URL: https://example.com/",
        "No suitable extractor found for URL https://example.com/",
        "m3u8 download detected but ffmpeg could not be found. Please install",
        (
            "The extracted extension ('exe') is unusual and will be skipped for safety"
            " reasons"
        ),
    ],
    ErrorClass.ENVIRONMENT: [
        (
            f"Sign in to confirm your age. This video may be inappropriate for some users."
            f"{HINT}"
        ),
        "This video is age-restricted and only available on YouTube",
        (
            "The uploader has not made this video available in your country\nThis video is"
            " available in Germany."
        ),
        (
            "This video contains content from SME, who has blocked it in your country on"
            " copyright grounds"
        ),
        "This video is not available from your location due to geo restriction",
        f"This video is only available for registered users.{HINT}",
        "Unable to download JSON metadata: HTTP Error 401: Unauthorized",
        (
            "The following content is not available on this app.. Watch on the latest"
            " version of YouTube."
        ),
        (
            "Requested format is not available. Use --list-formats for a list of available"
            " formats"
        ),
        "Only images are available for download. use --list-formats to see them",
        "No video formats found!; please report this issue on https://h/issues",
        (
            "No supported JavaScript runtime could be found. YouTube extraction without a"
            " JS runtime has been deprecated"
        ),
        "n challenge solving failed: Some formats may be missing.",
        "tv client https formats require a GVS PO Token which was not provided.",
        "Got client challenge webpage response with chrome; please report this issue",
        (
            "The extractor is attempting impersonation, but no impersonate target is"
            " available. If you encounter errors, then see https://h/impersonation for"
            " information on installing the required dependencies"
        ),
        "unable to open for writing: [Errno 13] Permission denied: 'x.m4a'",
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed",
    ],
    ErrorClass.TEMPORARY: [
        "unable to download video data: HTTP Error 403: Forbidden",
        "fragment 1 not found, unable to continue",
        "Unable to download API page: HTTP Error 503: Service Unavailable",
        "Unable to download webpage: The read operation timed out",
        "Unable to download API page: ('Connection aborted.', RemoteDisconnected())",
        "[Errno 104] Connection reset by peer",
        "5 bytes read, 10 more expected",
        "IncompleteRead(5 bytes read)",
        "Incomplete data received",
        "The downloaded file is empty",
        "An error occurred. Please try again later.",
        "Premieres in 48 minutes",
        "This live event will begin in 3 days.",
        "We're processing this video. Check back later.",
        "something nobody has seen before",
        "",
    ],
}


@pytest.mark.parametrize(
    ("text", "error_class"),
    [(text, error_class) for error_class, texts in SAID.items() for text in texts],
)
def test_meaning(text: str, error_class: ErrorClass) -> None:
    """The text of an error tells its class; the message can be printed."""
    error = meaning_of(
        f"\x1b[0;31mERROR:\x1b[0m [youtube] DRM-403_sig: {text}", "youtube"
    )

    assert isinstance(error, ItemError)
    assert error_class == error.error_class
    assert str(error).isprintable()


@pytest.mark.parametrize("video", ["DRM-removed", "unavailable", "age-gate-xx"])
def test_an_id_means_nothing(video: str) -> None:
    """A video's id is random letters, whatever they spell."""
    error = meaning_of(f"ERROR: [youtube] {video}: Read timed out", "youtube")

    assert isinstance(error, FetchError)
    assert error.error_class is ErrorClass.TEMPORARY


SONGS = [
    "Rate Limit - Captcha",
    "The Band - Deleted",
    "The Band - Sign In",
    'Say "No Space Left On Device"',
    'The "Band" page 1: Captcha',
    "Failed to resolve",
    "429: Too Many Requests",
]
ASKED = [
    'query "{}" page 1: ',
    'query "{}" page 12: ',
    'query "{}": ',
    '[youtube:search] query "{}" page 1: ',
]


@pytest.mark.parametrize("song", SONGS)
@pytest.mark.parametrize("asked", ASKED)
def test_the_name_of_a_song_means_nothing(asked: str, song: str) -> None:
    """A search is quoted before its fault; only the fault says what happened."""
    about = f"ERROR: {asked.format(song)}"
    passing = meaning_of(f"{about}Unable to download API page: timed out", "youtube")
    limited = meaning_of(f"{about}HTTP Error 429: Too Many Requests", "youtube")

    assert isinstance(passing, FetchError)
    assert passing.error_class is ErrorClass.TEMPORARY
    assert isinstance(limited, ServiceStopError)


@pytest.mark.parametrize(
    ("text", "error_class"),
    [
        ("PLcaptcha_DRM page 2: Read timed out", ErrorClass.TEMPORARY),
        ("[youtube:tab] PLcaptcha page 2: Read timed out", ErrorClass.TEMPORARY),
        ("[Bandcamp] captcha-removed: Read timed out", ErrorClass.TEMPORARY),
        ("Unsupported URL: https://x.org/captcha-rate-limit", ErrorClass.PERMANENT),
        ("Invalid URL: https://x.org/deleted-sign-in", ErrorClass.TEMPORARY),
    ],
)
def test_lists_and_addresses_mean_nothing(text: str, error_class: ErrorClass) -> None:
    """Nor does what a playlist or an address is called."""
    error = meaning_of(f"ERROR: {text}", "youtube")

    assert isinstance(error, FetchError)
    assert error.error_class is error_class


def test_a_stop_names_its_end() -> None:
    """A site that asks to be left alone is asked again after an hour, not before."""
    error = meaning_of("HTTP Error 429: Too Many Requests", "youtube")

    assert isinstance(error, ServiceStopError)
    assert error.service == "youtube"
    assert f"run the same command again after {error.retry_at}." in str(error)
    rest = datetime.fromisoformat(error.retry_at or "") - datetime.now(UTC)
    assert timedelta(minutes=59) < rest <= timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [
        "unable to write data: [Errno 28] No space left on device",
        "unable to write data: [Errno 122] Disk quota exceeded",
    ],
)
def test_full_disk_blames_nobody(text: str) -> None:
    """A full disk is no failure of the video."""
    assert isinstance(meaning_of(text, "youtube"), DiskFullError)


@pytest.mark.parametrize(
    ("text", "host", "why"),
    [
        ("(host='www.youtube.com', port=443): Failed to resolve 'www.youtube.com'",
         "www.youtube.com", "its name cannot be resolved"),
        ("[Errno -2] Name or service not known", "youtube",
         "its name cannot be resolved"),
        ("[Errno -3] Temporary failure in name resolution (caused by URLError(...))",
         "youtube", "its name cannot be resolved"),
        ("[Errno -5] No address associated with hostname", "youtube",
         "its name cannot be resolved"),
        ("[Errno 101] Network is unreachable", "youtube", "the network is unreachable"),
    ],
)  # fmt: skip
def test_no_network(text: str, host: str, why: str) -> None:
    """A machine that is offline is told so; neither site nor song is to blame."""
    error = meaning_of(f"ERROR: [youtube] x1: Unable to download: {text}", "youtube")

    assert isinstance(error, OfflineError)
    assert error.error_class is ErrorClass.ENVIRONMENT
    assert str(error) == (
        f"Expected a network connection to {host}, found none ({why}); connect, then run"
        " the same command again."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ERROR: Read timed out. (caused by TransportError('x'))", "Read timed out"),
        ("No title; please report this issue on  https://h/issues", "No title"),
        ("Short one. Another one.", "Short one. Another one"),
        ("First sentence. " + "word " * 60, "First sentence"),
        ("word " * 60, "word " * 39 + "word…"),
    ],
)
def test_long_texts_are_cut_where_a_reader_pauses(text: str, said: str) -> None:
    """At a sentence's or a word's end; what is meant for developers goes."""
    assert shortened(text) == said
