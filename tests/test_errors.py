"""The tree of errors."""

from collections.abc import Iterator

import pytest

from genre import errors
from genre.records import ErrorClass


def _tree(root: type[BaseException]) -> Iterator[type[BaseException]]:
    """Walk the classes below ``root``."""
    for child in root.__subclasses__():
        yield child
        yield from _tree(child)


def test_every_error_hangs_below_the_root() -> None:
    """Catching GenreError catches every error of ours."""
    public = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, BaseException)
    }

    assert public == {errors.GenreError, *_tree(errors.GenreError)}


@pytest.mark.parametrize("kind", list(_tree(errors.GenreError)))
def test_every_error_is_drawn_in_the_docstring(kind: type[BaseException]) -> None:
    """The module's docstring shows the whole tree."""
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.UsageError("x"), 2),
        (errors.ListFileError("x"), 2),
        (errors.BusyError("x"), 3),
        (errors.DiskFullError("x"), 1),
        (errors.CatalogTooNewError("x"), 1),
    ],
)
def test_errors_know_their_exit_code(error: errors.GenreError, exit_code: int) -> None:
    """The command line ends with the code of the error it met."""
    assert error.exit_code == exit_code


def test_an_items_failure_has_a_class() -> None:
    """Media is permanent, fetching temporary unless the cause says otherwise."""
    assert errors.MediaError("x").error_class is ErrorClass.PERMANENT
    assert errors.FetchError("x").error_class is ErrorClass.TEMPORARY
    gone = errors.FetchError("x", error_class=ErrorClass.PERMANENT)
    assert gone.error_class is ErrorClass.PERMANENT
