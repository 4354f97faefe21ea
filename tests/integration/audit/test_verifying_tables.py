"""What was added to a store's tables or taken from them is named, for it may alter what is written next."""

from __future__ import annotations

import pytest

from tests.support.filled import fill
from verifierd.audit.store import Store
from verifierd.audit.verifying import verify_records

TRIGGERS = {
    False: ["CREATE TRIGGER eve AFTER INSERT ON records BEGIN DELETE FROM executions; END"],
    True: [
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER eve AFTER INSERT ON records FOR EACH ROW EXECUTE FUNCTION f()",
    ],
}


def only_fault(store: Store, *statements: str) -> str:
    fill(store)
    assert verify_records(store).holds
    with store.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    (fault,) = verify_records(store).faults
    return fault.description


def test_a_trigger_is_named(store: Store) -> None:
    assert only_fault(store, *TRIGGERS[store.is_postgresql]).startswith("table 'records' has a trigger 'eve'")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE VIEW eve AS SELECT sequence FROM records", "there is a view 'eve'"),
        ("DROP INDEX candidates_by_id", "table candidates has lost its index candidates_by_id"),
    ],
)
def test_a_view_and_a_lost_index_are_named(store: Store, statement: str, said: str) -> None:
    assert only_fault(store, statement).startswith(said)
