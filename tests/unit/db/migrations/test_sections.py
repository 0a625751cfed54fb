"""Markers, sections, and what a migration file may not hold."""

from __future__ import annotations

import pytest

from drystone.db.migrations.sections import SectionFaults, read_sections

ALONE = "-- migrate:up transaction:false\n"


def faults(text: str) -> tuple[tuple[int, str], ...]:
    with pytest.raises(SectionFaults) as caught:
        read_sections(text)
    return caught.value.faults


def test_both_directions_are_read_with_their_lines() -> None:
    up, down = read_sections(
        "-- what it is for\n\n-- migrate:up\nCREATE TABLE t (a int);\nSELECT 1;\n"
        "--  migrate:down transaction:false\nDROP TABLE t;\n"
    )
    assert [(one.line, one.text) for one in up.statements] == [
        (4, "CREATE TABLE t (a int)"),
        (5, "SELECT 1"),
    ]
    assert (up.transactional, up.line) == (True, 3)
    assert down is not None
    assert (down.transactional, down.line) == (False, 6)
    assert [one.text for one in down.statements] == ["DROP TABLE t"]


@pytest.mark.parametrize("tail", ["", "-- migrate:down\n", "-- migrate:down\n-- cannot be\n;\n"])
def test_a_down_without_statements_is_none(tail: str) -> None:
    assert read_sections(f"-- migrate:up\nSELECT 1;\n{tail}")[1] is None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT '\n-- migrate:down\n';",
        "DO $$\n-- migrate:down\n$$;",
        "/*\n-- migrate:down\n*/ SELECT 1;",
        "SELECT 1; -- migrate:down",
    ],
)
def test_a_marker_is_a_comment_on_a_line_of_its_own(text: str) -> None:
    up, down = read_sections(f"-- migrate:up\n{text}")
    assert down is None
    assert len(up.statements) == 1


def test_the_statement_after_repeat_is_repeated_and_no_other() -> None:
    up, _ = read_sections(
        f"{ALONE}SELECT 1;\n-- migrate:repeat\n-- a few at a time\n"
        "UPDATE t SET a = 1 WHERE a IS NULL;\nDELETE FROM t WHERE false;"
    )
    assert [one.repeat for one in up.statements] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "has no section to apply"),
        ("-- migrate:down\nSELECT 1", 1, "has no section to apply"),
        ("-- migrate:up\n-- nothing", 1, "there is no statement to apply"),
        ("SELECT 1;\n-- migrate:up\nSELECT 1", 1, "SQL stands before"),
        ("-- migrate:up\nSELECT 1;\n-- migrate:up\nSELECT 2", 3, "a second time"),
        ("-- migrate:upp\nSELECT 1", 1, "did you mean up?"),
        ("-- migrate:zzz\n-- migrate:up\nSELECT 1", 1, "write one of up, down, repeat"),
        ("-- migrate:up transaction:no\nSELECT 1", 1, "no option 'transaction:no'"),
        ("-- migrate:up\nSELECT 1;\n-- migrate:down foo", 3, "no option 'foo'"),
        ("-- migrate:up\nSELECT 'a;", 2, "quoted string that begins here"),
        ("-- migrate:up\nSELECT 1;\n\\connect other\nSELECT 2;", 3, "\\connect is a command of"),
        ("-- migrate:up\nCOPY t FROM STDIN;\n1\t2\n\\.\n", 2, "write INSERT INTO"),
        ("-- migrate:up\nCOPY t (a) TO STDOUT;", 2, "nowhere to write to"),
        ("-- migrate:up\nCREATE INDEX CONCURRENTLY i ON t (a)", 2, "'transaction:false'"),
        (f"{ALONE}CREATE INDEX CONCURRENTLY ON t (a)", 2, "needs a name"),
        (f"{ALONE}-- migrate:repeat\nCREATE TABLE t (a int)", 3, "no end"),
        (f"{ALONE}-- migrate:repeat\nUPDATE t SET a = 1", 3, "without WHERE has no end"),
        (f"{ALONE}SELECT 1;\n-- migrate:repeat\n", 3, "has no statement after it"),
        (f"{ALONE}SELECT\n-- migrate:repeat\n1;", 3, "within a statement"),
        (f"{ALONE}-- migrate:repeat x\nDELETE FROM t", 2, "no option 'x'; it knows none"),
        ("-- migrate:up\n-- migrate:repeat\nDELETE FROM t", 3, "'transaction:false'"),
    ],
)
def test_each_fault_has_its_line_and_a_mend(text: str, line: int, said: str) -> None:
    assert any(at == line and said in sentence for at, sentence in faults(text))


@pytest.mark.parametrize(
    "control",
    [
        "BEGIN",
        "begin work",
        "COMMIT",
        "COMMIT AND CHAIN",
        "END",
        "ABORT",
        "ROLLBACK",
        "START TRANSACTION",
        "PREPARE TRANSACTION 'x'",
        "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'",
    ],
)
@pytest.mark.parametrize(
    ("marker", "said"),
    [("-- migrate:up", "one transaction already"), (ALONE.strip(), "commits by itself")],
)
def test_transaction_control_is_refused(control: str, marker: str, said: str) -> None:
    ((line, sentence),) = faults(f"{marker}\n{control};")
    assert line == 2
    assert said in sentence


@pytest.mark.parametrize(
    "statement",
    [
        "SAVEPOINT a; ROLLBACK TO a; RELEASE a",
        "ROLLBACK WORK TO SAVEPOINT a",
        "DO $$ BEGIN COMMIT; END $$",
        "PREPARE q AS SELECT 1",
        "COPY t FROM '/tmp/x'",
    ],
)
def test_what_only_looks_like_it_is_allowed(statement: str) -> None:
    assert read_sections(f"-- migrate:up\n{statement};")[0].statements


def test_all_faults_are_named_at_once() -> None:
    found = faults("-- migrate:up x\nCOMMIT;\nCOPY t FROM STDIN;\n-- migrate:down\nBEGIN")
    assert [line for line, _ in found] == [1, 2, 3, 5]
