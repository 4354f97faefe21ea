"""What the tests of one problem said of its candidates: a validated table, equal rows taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

PASSED, FAILED, UNKNOWN = 1, 0, -1


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """One row for each way in which programs pass and fail the tests; made by `outcome_table`.

    Attributes:
        test_ids: the tests' names, m of them.
        passed: of shape (rows, m), each `PASSED`, `FAILED` or `UNKNOWN`; no two rows are equal.
        samples: of shape (rows,), how many candidates did so.
        programs: of shape (rows,), how many distinct programs those candidates are.
    """

    test_ids: tuple[str, ...]
    passed: Codes
    samples: Whole
    programs: Whole

    @property
    def accepted(self) -> Flags:
        """Of shape (rows,): every test is passed, but for tests that have no outcome at all."""
        return np.asarray(self.complete & (self.passed == PASSED).any(axis=1) & ~self.rejected)

    @property
    def rejected(self) -> Flags:
        """Of shape (rows,): a test is failed. A row that is neither was not run to its end."""
        return np.asarray((self.passed == FAILED).any(axis=1), dtype=np.bool_)

    @property
    def complete(self) -> Flags:
        """Of shape (rows,): every test has an outcome that has one for any candidate."""
        return np.asarray((self.passed[:, self.ran] != UNKNOWN).all(axis=1), dtype=np.bool_)

    @property
    def ran(self) -> Flags:
        """Of shape (m,): the test has an outcome for some candidate."""
        return np.asarray((self.passed != UNKNOWN).any(axis=0), dtype=np.bool_)


def outcome_table(
    passed: npt.ArrayLike, copies: npt.ArrayLike | None = None, test_ids: Sequence[str] | None = None
) -> Outcomes:
    """Return the outcomes of one problem as a table.

    A program that was sampled twice is one observation of behaviour, but two samples; so there is one row a
    distinct program, and a number of copies with it.

    Args:
        passed: of shape (programs, tests), each `PASSED` (1), `FAILED` (0) or `UNKNOWN` (-1: skipped,
            cancelled, the infrastructure failed).
        copies: how many candidates have each program, at least 1; 1 each if None.
        test_ids: the tests' names, all different; their positions if None.

    Raises:
        ValueError: a shape does not fit, there is no test, an outcome is none of the three, a number of
            copies is no whole number from 1, or two tests have one name.
    """
    codes = _checked_codes(np.asarray(passed))
    programs, tests = codes.shape
    names = tuple(str(place) for place in range(tests)) if test_ids is None else tuple(test_ids)
    if len(names) != tests or len(set(names)) != tests:
        raise ValueError(f"test_ids has {len(set(names))} different names; there are {tests} tests")
    counts = np.ones(programs, dtype=np.int64) if copies is None else checked_copies(copies, programs)
    if programs == 0:
        return Outcomes(names, codes, counts, counts)
    as_bytes = np.ascontiguousarray(codes).view(np.dtype((np.void, tests))).ravel()
    _, first, row_of = np.unique(as_bytes, return_index=True, return_inverse=True)
    samples = np.zeros(first.size, dtype=np.int64)
    np.add.at(samples, row_of, counts)
    return Outcomes(names, codes[first], samples, np.bincount(row_of).astype(np.int64))


def checked_copies(copies: npt.ArrayLike, programs: int) -> Whole:
    """Return how many candidates have each program. Raises ValueError where that cannot be."""
    given = np.asarray(copies)
    if given.shape != (programs,):
        raise ValueError(f"copies has the shape {given.shape}; one number a program is needed, {programs}")
    for program in np.flatnonzero(~((given >= 1) & (given <= 2**31) & (given == np.floor(given))))[:1]:
        raise ValueError(
            f"program {program} has {given[program]} copies; a whole number from 1 to 2**31 is needed"
        )
    return given.astype(np.int64)


def checked_verdicts(name: str, verdicts: npt.ArrayLike) -> Codes:
    """Return outcomes, one a program, as codes. Raises ValueError that names the argument."""
    given = np.asarray(verdicts)
    if given.ndim != 1:
        raise ValueError(f"{name} has the shape {given.shape}; one outcome a program is needed")
    for program in np.flatnonzero(~np.isin(given, (PASSED, FAILED, UNKNOWN)))[:1]:
        raise ValueError(f"{name} of program {program} is {given[program]}; it must be 1, 0 or -1 (unknown)")
    return given.astype(np.int8)


def _checked_codes(given: npt.NDArray[np.generic]) -> Codes:
    if given.ndim != 2 or given.shape[1] == 0:
        raise ValueError(
            f"passed has the shape {given.shape}; it must be (programs, tests), with at least one test"
        )
    for program, test in np.argwhere(~np.isin(given, (PASSED, FAILED, UNKNOWN)))[:1]:
        raise ValueError(
            f"passed of program {program} and test {test} is {given[program, test]}; "
            "it must be 1 (passed), 0 (failed) or -1 (unknown)"
        )
    return given.astype(np.int8)
