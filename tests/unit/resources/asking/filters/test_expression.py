"""`filter=`: what expressions mean, and where a wrong one is wrong."""

from __future__ import annotations

import pytest
from tests.unit.resources.asking.questions import ask, faults_of, filter_of, refusal

from drystone.http.parts.query import Query
from drystone.resources.asking.filters.expression_parser import MAX_DEPTH, MAX_TERMS

ONE = "0190163d-8694-739b-aea5-966c26f8ad91"


@pytest.mark.parametrize(
    ("expression", "normal"),
    [
        ('status = "todo"', 'status = "todo"'),
        ("status='todo'", 'status = "todo"'),
        ('status eq "todo"', 'status = "todo"'),
        ("priority>=4", "priority >= 4"),
        ("priority GTE 4", "priority >= 4"),
        ('priority = "4"', "priority = 4"),
        ("priority = -4", "priority = -4"),
        ("estimate_hours = 1.50", "estimate_hours = 1.5"),
        ('estimate_hours = "1.50"', "estimate_hours = 1.5"),
        ("project.is_public = TRUE", "project.is_public = true"),
        ("due_at = null", "due_at = null"),
        ("due_at != NULL", "due_at != null"),
        ("due_at null false", "due_at != null"),
        (f'assignee = "{ONE}"', f'assignee_id = "{ONE}"'),
        (f'project.owner != "{ONE}"', f'project.owner_id != "{ONE}"'),
        ("priority in (3, 1, 3)", "priority in (1, 3)"),
        ("priority NIN (3)", "priority nin (3)"),
        ("priority between (1,2)", "priority between (1, 2)"),
        ('title contains "a"', 'title contains "a"'),
        (r'title = "say \"hi\" \\ it' + "'s\"", r'title = "say \"hi\" \\ it' + "'s\""),
        (r"title = 'it\'s \"'", 'title = "it\'s \\""'),
        ('title = "(AND) OR, not"', 'title = "(AND) OR, not"'),
        ('due_at > "2026-01-31T12:00:00+02:00"', 'due_at > "2026-01-31T10:00:00Z"'),
        # Precedence: NOT, then AND, then OR.
        (
            "priority = 1 OR priority = 2 AND priority = 3",
            "priority = 1 OR (priority = 2 AND priority = 3)",
        ),
        (
            "NOT priority = 1 AND priority = 2",
            "NOT (priority = 1) AND priority = 2",
        ),
        ("not not priority = 1", "NOT (NOT (priority = 1))"),
        (
            "NOT (priority = 1 OR priority = 2)",
            "NOT (priority = 1 OR priority = 2)",
        ),
        (
            "priority = 3 and (priority = 2 or priority = 1)",
            "(priority = 1 OR priority = 2) AND priority = 3",
        ),
        ("((priority = 1))", "priority = 1"),
        # What is said twice, or grouped for nothing, is said once.
        ("priority = 1 AND priority = 1", "priority = 1"),
        (
            "priority = 2 AND (priority = 1 AND priority = 3)",
            "priority = 1 AND priority = 2 AND priority = 3",
        ),
        (
            "priority = 1 AND (priority = 2 AND priority = 3 OR priority = 3 AND priority = 2)",
            "priority = 1 AND priority = 2 AND priority = 3",
        ),
    ],
)
def test_an_expression_has_a_normal_form(expression: str, normal: str) -> None:
    assert filter_of(expression) == normal
    assert filter_of(normal) == normal


def test_parameters_and_an_expression_are_joined_by_and() -> None:
    both = ask("filter=priority > 3 OR due_at = null&status=todo").filter_text
    assert both == '(due_at = null OR priority > 3) AND status = "todo"'
    assert both == filter_of('status = "todo" AND (due_at = null OR priority > 3)')
    assert ask("status=todo&filter=priority = 3").filter_text == (
        ask("filter=status = 'todo'&priority=3").filter_text
    )


@pytest.mark.parametrize(
    ("expression", "place", "sentence"),
    [
        ("", "at its end", "a field, NOT or ( is expected"),
        ("priority", "at its end", "an operator, such as =, is expected"),
        ("priority =", "at its end", "a value is expected"),
        ("priority = 1 AND", "at its end", "a field, NOT or ( is expected"),
        ("(priority = 1", "at its end", "AND, OR or ) is expected"),
        ("priority in (1", "at its end", "a comma or ) is expected"),
        ("priority = 1)", "at character 13 (`)`)", "AND, OR or the end is expected"),
        ("priority = 1 2", "at character 14 (`2`)", "AND, OR or the end is expected"),
        ("priority in ()", "at character 14 (`)`)", "a value is expected"),
        ("priority in (1 2)", "at character 16 (`2)`)", "a comma or ) is expected"),
        (
            "AND priority = 1",
            "at character 1 (`AND priority = 1`)",
            "a field, NOT or ( is expected",
        ),
        ('"a" = 1', 'at character 1 (`"a" = 1`)', "a field, NOT or ( is expected"),
        ("priority AND 1", "at character 10 (`AND 1`)", "an operator, such as =, is expected"),
        ("priority = AND", "at character 12 (`AND`)", "a value is expected"),
        (
            *("priority == 1", "at character 11 (`= 1`)"),
            "a value is expected; equality is written =",
        ),
        (
            *("priority <> 1", "at character 11 (`> 1`)"),
            "a value is expected; inequality is written !=",
        ),
        ("priority = = 1", "at character 12 (`= 1`)", "a value is expected; equality is written ="),
        ("priority > = 1", "at character 12 (`= 1`)", "a value is expected"),
        (
            *("status = todo", "at character 10 (`todo`)"),
            "a value is a number, true, false, null or a text in quotation marks",
        ),
        (
            *("due_at > 2026-01-31", "at character 10 (`2026-01-31`)"),
            "a value is a number, true, false, null or a text in quotation marks",
        ),
        (
            *("priority BETWEEN 1 AND 2", "at character 18 (`1 AND 2`)"),
            "between takes a list in parentheses, such as (1, 2), and no AND",
        ),
        (
            *("due_at IS NULL", "at character 8 (`IS NULL`)"),
            "there is no operator IS; write = null or != null",
        ),
        (
            *("priority NOT IN (1)", "at character 10 (`NOT IN (1)`)"),
            "there is no operator NOT; write nin for NOT IN, or NOT before the field",
        ),
        (
            *("title LIKE 'a%'", "at character 7 (`LIKE 'a%'`)"),
            "there is no operator LIKE; write contains, starts or ends",
        ),
        (
            *("priority = 1 && priority = 2", "at character 14 (`&& priority = 2`)"),
            'the character "&" is out of place; write AND',
        ),
        (
            *("priority = 1 ; x", "at character 14 (`; x`)"),
            'the character ";" is out of place',
        ),
        (
            *('title = "abc', 'at character 9 (`"abc`)'),
            'the text that begins here has no end: close it with "',
        ),
        (
            *(r'title = "a\b"', r'at character 11 (`\b"`)'),
            "a backslash stands only before a quotation mark or another backslash",
        ),
        (
            *("title = 'a\\", "at character 11 (`\\`)"),
            "a backslash stands only before a quotation mark or another backslash",
        ),
    ],
)
def test_an_expression_that_cannot_be_read_is_refused(
    expression: str, place: str, sentence: str
) -> None:
    code, faults = refusal(Query([("filter", expression)]))
    assert code == "invalid_parameter"
    detail = f'The parameter "filter" has a fault {place}: {sentence}.'
    assert faults == [("filter", "format", detail)]


@pytest.mark.parametrize(
    ("expression", "code", "place", "sentence"),
    [
        (
            *("priorty = 1", "unknown_field", "at character 1 (`priorty = 1`)"),
            'there is no field "priorty"; did you mean "priority"?',
        ),
        (
            *("description = 'x'", "unknown_field", "at character 1 (`description = 'x'`)"),
            'there is no field "description".',
        ),
        (
            *("status contains 't'", "unknown_field", "at character 8 (`contains 't'`)"),
            'The field "status" has no operator "contains"; it has eq, ne, in, nin, null.',
        ),
        (
            *("priority gtee 1", "unknown_field", "at character 10 (`gtee 1`)"),
            'The field "priority" has no operator "gtee"; did you mean "gte"?',
        ),
        (
            *("priority = true", "type", "at character 12 (`true`)"),
            "the value of priority must be an integer.",
        ),
        (
            *("title = 4", "type", "at character 9 (`4`)"),
            "the value of title must stand in quotation marks.",
        ),
        (
            *("status = 'x'", "enum", "at character 10 (`'x'`)"),
            'the value of status must be one of "todo", "doing", "done".',
        ),
        (
            *("assignee = 'x'", "format", "at character 12 (`'x'`)"),
            "the value of assignee_id must be a UUID.",
        ),
        (
            *(
                "priority in (1, 9223372036854775808)",
                "too_large",
                "at character 17 (`9223372036854775808)`)",
            ),
            "the value of priority must be at most 9223372036854775807.",
        ),
        (
            *("priority = (1)", "format", "at character 13 (`1)`)"),
            "eq takes one value, not a list.",
        ),
        (
            *("priority in 1", "format", "at character 13 (`1`)"),
            "in takes a list in parentheses, such as (1, 2).",
        ),
        (
            *("priority between (1)", "format", "at character 19 (`1)`)"),
            "between takes two values, the lowest and the highest.",
        ),
        (
            *("priority > null", "format", "at character 12 (`null`)"),
            "null is compared by = and != alone; write priority = null.",
        ),
        (
            *("priority in (1, null)", "format", "at character 17 (`null)`)"),
            "null is compared by = and != alone; write priority = null.",
        ),
        (
            *("title = '\0'", "format", "at character 9 (`'\0'`)"),
            "the value of title must not hold a null character.",
        ),
    ],
)
def test_an_expression_that_does_not_suit_the_fields_is_refused(
    expression: str, code: str, place: str, sentence: str
) -> None:
    _, faults = refusal(Query([("filter", expression)]))
    assert faults == [("filter", code, f'The parameter "filter" has a fault {place}: {sentence}')]


def test_all_faults_of_the_fields_are_told_in_their_order() -> None:
    faults = faults_of('filter=foo = 1 AND (status = "x" OR NOT priority in (1, "a", "b"))')
    places = [detail.split("at character ")[1].split(" ")[0] for _, _, detail in faults]
    assert places == ["1", "23", "50", "55"]


def test_parentheses_go_as_deep_as_the_bound() -> None:
    deep = "(" * MAX_DEPTH + "priority = 1" + ")" * MAX_DEPTH
    assert filter_of(deep) == "priority = 1"
    for deeper in (f"({deep})", f"NOT {deep}", "NOT " * 17 + "priority = 1", "(" * 4096):
        assert [one[1] for one in refusal(Query([("filter", deeper)]))[1]] == ["limit"]


def test_parentheses_beside_each_other_are_not_deep() -> None:
    assert filter_of(" OR ".join(["(priority = 1)"] * 40)) == "priority = 1"


def test_there_are_as_many_comparisons_as_the_bound() -> None:
    assert filter_of(" OR ".join(["priority = 1"] * MAX_TERMS)) == "priority = 1"
    _, faults = refusal(Query([("filter", " OR ".join(["priority = 1"] * (MAX_TERMS + 1)))]))
    assert [(fault[1], fault[2].partition(": ")[2]) for fault in faults] == [
        ("limit", "there may be at most 100 comparisons.")
    ]


def test_an_expression_has_a_greatest_length() -> None:
    longest = "priority = 1" + " " * (4096 - len("priority = 1"))
    assert filter_of(longest) == "priority = 1"
    _, faults = refusal(Query([("filter", longest + "x")]))
    assert [fault[1] for fault in faults] == ["too_long"]


def test_a_list_has_a_greatest_length() -> None:
    longest = ", ".join(map(str, range(200)))
    assert filter_of(f"priority in ({longest})").startswith("priority in (0, 1, 10, 100, ")
    _, faults = refusal(Query([("filter", f"priority in ({longest}, 200)")]))
    assert [fault[1] for fault in faults] == ["too_long"]


def test_an_expression_is_there_once() -> None:
    assert faults_of("filter=priority = 1&filter=priority = 1") == [
        ("filter", "duplicate", 'The parameter "filter" is there more than once.')
    ]
