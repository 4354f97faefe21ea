"""What can go wrong with the audit store, each named so that a person knows what to do.

StoreError
├── StoreUnavailable    the store cannot be opened or reached: why
│   ├── SchemaTooNew    a newer verifierd has written it
│   └── StoreInUse      another daemon goes on with its batches
├── StoreTrouble        it cannot be written at the moment: what waits is kept and tried again
├── EntryRefused        this entry can never be written, others can
│   ├── UnknownBatch    it is of a batch that the store does not know
│   ├── RequestIdTaken  the tenant has a durable batch of this request id
│   └── TooManyUnjudged the tenant's durable batches have as many candidates as they may
├── RecordDamaged       a record cannot be read, others can
└── BlobError           a source or an output cannot be read, all else can
    ├── BlobMissing
    └── BlobDamaged
"""

from __future__ import annotations


class StoreError(Exception):
    """Something is wrong with the audit store. The text is for a person, and holds no secret of a URL."""


class StoreUnavailable(StoreError):
    """The store cannot be opened or reached."""

    def __init__(self, where: str, reason: str) -> None:
        """Name the store, without its password, and what is wrong."""
        super().__init__(f"the audit store {where} cannot be used: {reason}")
        self.where = where
        self.reason = reason


class SchemaTooNew(StoreUnavailable):
    """The store's tables are of a later version than this program knows."""

    def __init__(self, where: str, found: str, known: str) -> None:
        """Name the version found and the newest one known."""
        super().__init__(
            where,
            f"its tables are of version {found}, and this verifierd knows versions up to {known}; upgrade "
            "verifierd",
        )
        self.found = found
        self.known = known


class StoreInUse(StoreUnavailable):
    """Another daemon owns the store's batches.

    `session` is the holder's in a server of PostgreSQL; empty where it is not known, or the store is a file.
    """

    def __init__(self, where: str, holder: str, session: str = "") -> None:
        """Name the holder as far as it is known, such as 'process 71 on host a'."""
        super().__init__(
            where, f"{holder} goes on with its batches; stop that daemon, or give this one another store"
        )
        self.holder = holder
        self.session = session


class StoreTrouble(StoreError):
    """The store cannot be written at the moment. The text is the reason alone."""


class EntryRefused(StoreError):
    """An entry that the store can never take."""


class UnknownBatch(EntryRefused):
    """An entry of a batch that the store does not know."""

    def __init__(self, batch_id: str) -> None:
        """Name the batch."""
        super().__init__(f"the audit store knows no batch {batch_id!r}")
        self.batch_id = batch_id


class RequestIdTaken(EntryRefused):
    """A tenant's request id names a durable batch already.

    Attributes:
        batch_id: that batch.
        request_sha256: of the request that it came as.
    """

    def __init__(self, request_id: str, batch_id: str, request_sha256: str) -> None:
        """Name the request id and the batch that has it."""
        super().__init__(f"the request id {request_id!r} names batch {batch_id!r} already")
        self.batch_id = batch_id
        self.request_sha256 = request_sha256


class TooManyUnjudged(EntryRefused):
    """A tenant's durable batches would have more candidates that are not judged than they may.

    Attributes:
        there: how many they have.
    """

    def __init__(self, there: int, most: int) -> None:
        """Say how many there are of how many."""
        super().__init__(f"{there} candidates of {most} are not judged yet")
        self.there = there


class RecordDamaged(StoreError):
    """A record that cannot be read back."""

    def __init__(self, sequence: int, problem: str) -> None:
        """Name the record and what is wrong with it."""
        super().__init__(f"record {sequence} of the audit store is damaged: {problem}")
        self.sequence = sequence
        self.problem = problem


class BlobError(StoreError):
    """A blob that cannot be read."""

    def __init__(self, sha256: str, problem: str) -> None:
        """Name the blob by the SHA-256 of its bytes, and what is wrong with it."""
        super().__init__(f"blob {sha256} of the audit store {problem}")
        self.sha256 = sha256


class BlobMissing(BlobError):
    """A blob that is not there."""

    def __init__(self, sha256: str, where: str) -> None:
        """Name the blob and the place where it should be."""
        super().__init__(sha256, f"is missing: there is none in {where}")


class BlobDamaged(BlobError):
    """A blob whose bytes are not those that were kept."""

    def __init__(self, sha256: str, problem: str) -> None:
        """Name the blob and say how that shows."""
        super().__init__(sha256, f"is damaged: {problem}")
