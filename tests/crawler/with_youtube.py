"""A crawl in a process of its own whose YouTube is one of ours, as extractors say.

    python -m tests.crawler.with_youtube LIST EXTRACTOR...

The settings come from the environment. It says what the command line says, and ends
with the same exit code: YouTube's addresses cannot be set, so ``genre crawl`` alone
would ask the real one.
"""

import sys
from pathlib import Path

from genre.config import load_settings
from genre.console import Report
from genre.crawler.pipeline import CrawlRequest, crawl


def main(list_file: str, *extractors: str) -> int:
    """Crawl the list; return the exit code."""
    report = Report("crawl")
    request = CrawlRequest(list_file=Path(list_file))
    report.follow(crawl(load_settings(), request, extractors=extractors))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
