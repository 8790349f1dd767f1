"""A program of somebody's own that logs everything there is, and crawls.

    python -m tests.loud_crawl LIST

The settings come from the environment.
"""

import logging
import sys
from pathlib import Path

from genre.config import load_settings
from genre.crawler.pipeline import CrawlRequest, crawl


def main(list_file: str) -> None:
    """Crawl with every logger at its loudest."""
    logging.basicConfig(level=logging.DEBUG)
    logging.getLogger("loud").debug("everything is logged")
    request = CrawlRequest(list_file=Path(list_file))
    for event in crawl(load_settings(), request):
        sys.stdout.write(f"{event!r}\n")
    sys.stdout.write(f"{load_settings()!r}\n")


if __name__ == "__main__":
    main(sys.argv[1])
