"""The words in which problems are told: guesses, dotted names, what pydantic found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from sdmsim.base import (
    Described,
    InputErrors,
    Problem,
    date_meant,
    did_you_mean,
    digest,
    dotted,
    explain,
    nearest,
    read_as,
)
from sdmsim.school import cells


@pytest.mark.parametrize(
    ("word", "known", "guess"),
    [
        ("3X", ["2A", "3A", "3B"], "3A"),
        ("3b", ["2A", "3A", "3B"], "3B"),
        ("7", ["17", "007", "27"], "007"),
        ("sectoin", ["section", "grade"], "section"),
        ("Art", ["maths", "ELA"], ""),
        ("zz", ["3A", "3B"], ""),
        ("x" * 61, ["x" * 61], ""),
    ],
)
def test_the_nearest_word_is_the_one_that_was_meant(word: str, known: list[str], guess: str) -> None:
    """Case and leading zeros first, then likeness; of equals the first; nothing where nothing is near."""
    assert nearest(word, known) == guess
    assert nearest(word, reversed(known)) == guess


def test_few_known_words_are_listed_where_none_is_near() -> None:
    """Up to twelve words are named; with more, nothing is said rather than a page."""
    assert did_you_mean("qqq", ["b", "a"]) == " (known: a, b)"
    assert did_you_mean("qqq", map(str, range(12))).startswith(" (known: 0, 1, 10, 11, 2,")
    assert did_you_mean("qqq", map(str, range(13))) == ""
    assert did_you_mean("qqq", []) == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9/3/2024", '; did you mean "2024-09-03"? (or "2024-03-09")'),
        ("9/9/2024", '; did you mean "2024-09-09"?'),
        ("13/9/2024", '; did you mean "2024-09-13"?'),
        ("9/3/24", '; did you mean "2024-09-03"? (or "2024-03-09")'),
        ("3.9.2024", '; did you mean "2024-09-03"? (or "2024-03-09")'),
        ("2024-9-3", '; did you mean "2024-09-03"?'),
        ("2024/09/03", '; did you mean "2024-09-03"?'),
        ("2024-09-03 00:00:00", '; did you mean "2024-09-03"?'),
        ("9/3/2024 0:00", '; did you mean "2024-09-03"? (or "2024-03-09")'),
        ("20240903", '; did you mean "2024-09-03"?'),
        ("45538", '; did you mean "2024-09-03"?'),
        ("Sep 3, 2024", '; did you mean "2024-09-03"?'),
        ("3 September 2024", '; did you mean "2024-09-03"?'),
        ("2024 Sep 3", '; did you mean "2024-09-03"?'),
        ("31 Sep 2024", ""),
        ("13/13/2024", ""),
        ("30 days", ""),
        ("32873", ""),
        ("1/1/1989", ""),
        ("Monday", ""),
    ],
)
def test_a_date_written_another_way_is_read_as_it_was_meant(written: str, meant: str) -> None:
    """With strokes the month comes first, with points the day; the other reading is given where it is a day too."""
    assert date_meant(written) == meant


@given(st.dates(date(1990, 1, 1), date(2089, 12, 31)))
def test_every_date_is_guessed_from_its_other_forms(day: date) -> None:
    """However a day is written, the guess names it."""
    serial = (day - date(1899, 12, 30)).days
    months = ["January", "February", "March", "April", "May", "June", "July"]
    months += ["August", "September", "October", "November", "December"]
    for text in (
        f"{day.month}/{day.day}/{day.year}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.year}/{day.month}/{day.day}",
        f"{months[day.month - 1]} {day.day}, {day.year}",
        str(serial),
    ):
        assert date_meant(text).startswith(f'; did you mean "{day}"?')


@pytest.mark.parametrize(
    ("reading", "cell", "value"),
    [
        (cells.clock, "8:05", 485),
        (cells.clock, "00:00", 0),
        (cells.clock, "24:00", 1440),
        (cells.whole, "30", 30),
        (cells.whole, "30.0", 30),
        (cells.whole, "-3", -3),
        (cells.number, "0.5", 0.5),
        (cells.number, "1", 1.0),
        (cells.day, "2024-02-29", date(2024, 2, 29)),
        (cells.text, "007", "007"),
        (cells.yes_no, "no", False),
        (cells.weekdays, "Fri Mon", ("Mon", "Fri")),
        (cells.weekdays, "Mon, Tue;Wed", ("Mon", "Tue", "Wed")),
        (cells.weekly_times, "Wed 14:00-15:00; Mon 08:00-08:15; Mon 7:30-7:45",
         (("Mon", 450, 465), ("Mon", 480, 495), ("Wed", 840, 900))),
        (cells.weekly_times, "Wed 14:00 \u2013 15:00;", (("Wed", 840, 900),)),
        (cells.grade, "K", "K"),
        (cells.grade, "12", "12"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_its_column_says(reading: Callable[[str], object], cell: str, value: object) -> None:
    """Good cells and what they mean."""
    assert reading(cell) == value


@pytest.mark.parametrize(
    ("reading", "cell", "says"),
    [
        (cells.clock, "24:01", '"24:01" is not a clock time of a day; they run from 00:00 to 24:00'),
        (cells.clock, "08:60", '"08:60" is not a clock time of a day; they run from 00:00 to 24:00'),
        (cells.clock, "08:15:00", '"08:15:00" is not a clock time such as 08:15; did you mean "08:15"?'),
        (cells.clock, "12:05am", '"12:05am" is not a clock time such as 08:15; did you mean "00:05"?'),
        (cells.clock, "12 p.m.", '"12 p.m." is not a clock time such as 08:15; did you mean "12:00"?'),
        (cells.clock, "8h15", '"8h15" is not a clock time such as 08:15; did you mean "08:15"?'),
        (cells.clock, "0815", '"0815" is not a clock time such as 08:15; did you mean "08:15"?'),
        (cells.clock, "0.34375", '"0.34375" is not a clock time such as 08:15; did you mean "08:15"?'),
        (cells.clock, "24.15", '"24.15" is not a clock time such as 08:15'),
        (cells.clock, "noon", '"noon" is not a clock time such as 08:15'),
        (cells.clock, "tbd", '"tbd" is not a clock time; leave the cell empty where it is not known'),
        (cells.whole, "1,200", '"1,200" has a comma; did you mean "1200"?'),
        (cells.whole, "2,5", '"2,5" has a decimal comma and should be a whole number'),
        (cells.whole, "1e3", '"1e3" is not a whole number'),
        (cells.whole, "\u0661\u0662", '"\u0661\u0662" is not a whole number'),
        (cells.whole, "9" * 16, f'"{"9" * 16}" is not a whole number'),
        (cells.number, "1_0", '"1_0" is not a number'),
        (cells.number, "-inf", '"-inf" is not a number; leave the cell empty where it is not known'),
        (cells.number, "#DIV/0!", '"#DIV/0!" is an error of the spreadsheet; mend its formula and save again'),
        (cells.day, "2024-13-01", 'there is no day "2024-13-01"'),
        (cells.day, "2023-02-29", 'there is no day "2023-02-29"; that month ends on day 28'),
        (cells.day, "2101-01-01", '"2101-01-01" is not in the years 1990 to 2100'),
        (cells.text, "@sum(a1)", '"@sum(a1)" looks like a formula; write the value itself'),
        (cells.text, "#ref!", '"#ref!" is an error of the spreadsheet; mend its formula and save again'),
        (cells.yes_no, "x", '"x" is not known; did you mean "yes"?'),
        (cells.yes_no, "False", '"False" is not known; did you mean "no"?'),
        (cells.yes_no, "maybe", '"maybe" is not known (known: no, yes)'),
        (cells.weekdays, "Mon Mon", "Mon stands twice"),
        (cells.weekdays, "thursday", '"thursday" is not a weekday; did you mean "Thu"?'),
        (cells.weekday_or_daily, "Daily", '"Daily" is not a weekday; did you mean "daily"?'),
        (cells.weekly_times, "Wed 15:00-14:00", '"Wed 15:00-14:00" ends before it starts'),
        (cells.weekly_times, "Wed 14:00-14:00", '"Wed 14:00-14:00" ends before it starts'),
        (cells.weekly_times, "Weds 14:00-15:00", '"Weds" is not a weekday; did you mean "Wed"?'),
        (cells.grade, "kindergarten", '"kindergarten" is not a grade; did you mean "K"?'),
        (cells.grade, "Grade 4", '"Grade 4" is not a grade; did you mean "4"?'),
        (cells.grade, "03", '"03" is not a grade; did you mean "3"?'),
        (cells.grade, "13", '"13" is not a grade (known: PK, K, 1 to 12)'),
    ],
)
def test_a_cell_that_will_not_do_is_told_with_what_was_meant(
    reading: Callable[[str], object], cell: str, says: str
) -> None:
    """Bad cells and the words for them."""
    with pytest.raises(ValueError, match=r".") as refused:
        reading(cell)
    assert str(refused.value) == says


class Walk(Described):
    """A kind of thing."""

    kind: Literal["walk"]
    metres: Annotated[float, Field(gt=0, lt=100)]


class Wait(Described):
    """Another kind of thing."""

    kind: Literal["wait"]


class Precision(Described):
    """A table that may stand in place of a number."""

    half_width: float


class Thing(Described):
    """One of everything that can be wrong."""

    title: Annotated[str, Field(min_length=1)] = "x"
    step: Annotated[Walk | Wait, Field(discriminator="kind")] = Wait(kind="wait")
    steps: tuple[Annotated[Walk | Wait, Field(discriminator="kind")], ...] = ()
    named: Mapping[str, Walk] = {}
    times: Annotated[int, Field(ge=1)] | Precision = 1
    pair: tuple[int, int] = (1, 2)
    last: int | None = None
    day: date | None = None
    on: bool = True


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"step": {"kind": "walk", "metres": 0}}, ["step.metres: 0 is not above 0"]),
        ({"step": {"kind": "walk", "metres": 100.0}}, ["step.metres: 100 is not below 100"]),
        ({"step": {"kind": "walk"}}, ["step.metres: is missing"]),
        ({"step": {"kind": "wait", "metres": 3}}, ["step.metres: is not known (known: kind)"]),
        ({"step": {"kind": "wlak"}}, ['step.kind: "wlak" is not known; did you mean "walk"?']),
        ({"step": {}}, ["step.kind: is missing (known: wait, walk)"]),
        ({"step": 3}, ["step: 3 should be a table"]),
        ({"steps": [{"kind": "wait"}, {"kind": "walk", "metres": "far"}]},
         ['steps[2].metres: "far" is text, should be a number']),
        ({"steps": {"kind": "wait"}}, ["steps: a table is given, should be a list"]),
        ({"named": {"walk": {"kind": "walk", "metres": -1}}}, ["named.walk.metres: -1 is not above 0"]),
        ({"named": {"to.room 3": {"kind": "walk", "metres": True}}},
         ['named."to.room 3".metres: true is given, should be a number']),
        ({"times": "often"}, ['times: "often" is text, should be a whole number or a table']),
        ({"times": 0}, ["times: 0 is below 1"]),
        ({"times": {"half_with": 1}},
         ["times.half_width: is missing", 'times.half_with: is not known; did you mean "half_width"?']),
        ({"times": {"half_width": "x"}}, ['times.half_width: "x" is text, should be a number']),
        ({"pair": [1]}, ["pair[2]: is missing"]),
        ({"pair": [1, "two"]}, ['pair[2]: "two" is text, should be a whole number']),
        ({"last": 1.5}, ["last: 1.5 should be a whole number"]),
        ({"day": "9/3/2024"},
         ['day: "9/3/2024" is not a date such as 2024-09-03; did you mean "2024-09-03"? (or "2024-03-09")']),
        ({"on": 1}, ["on: 1 should be true or false"]),
        ({"on": [1]}, ["on: a list is given, should be true or false"]),
        ({"title": ""}, ["title: is empty"]),
        ({"titel": "y", "step": {"kind": "run"}},
         ['step.kind: "run" is not known (known: wait, walk)', 'titel: is not known; did you mean "title"?']),
    ],
)  # fmt: skip
def test_what_pydantic_finds_is_told_by_the_name_that_stands_in_the_file(
    content: Mapping[str, Any], says: list[str]
) -> None:
    """Kinds and choices that pydantic adds to its paths are not in the name; nothing is said twice."""
    with pytest.raises(InputErrors) as refused:
        read_as(Thing, content, "thing.toml")
    assert list(refused.value.lines()) == [f"thing.toml: {line}" for line in says]


def test_without_the_model_the_path_is_pydantics_own() -> None:
    """A finding can be told without knowing what was read, though less well."""
    with pytest.raises(ValidationError) as found:
        Precision.model_validate({"half_width": "x", "more": 1})
    assert [p.where for p in explain(found.value, "a.toml")] == ["half_width", "more"]


@given(st.lists(st.one_of(st.text(max_size=5), st.integers(0, 5)), min_size=1, max_size=4))
def test_a_dotted_name_is_one_that_toml_reads(path: list[str | int]) -> None:
    """The parts of a dotted name come back from it, whatever signs they hold."""
    import tomllib

    words = [part for part in path if isinstance(part, str) and part.isprintable()]
    if not words:
        return
    inner: Any = tomllib.loads(f"{dotted(words)} = 0")
    for word in words:
        inner = inner[word]
    assert inner == 0


def test_problems_beyond_fifty_of_a_file_are_counted() -> None:
    """Each file has its own fifty; the exception holds all of them."""
    problems = [Problem("a.csv", row, "id", "is empty") for row in range(2, 53)] + [
        Problem("b.csv", 2, "id", "is empty")
    ]
    error = InputErrors(problems)
    assert len(error.problems) == 52
    assert list(error.lines())[-3:] == [
        "a.csv:51: id: is empty",
        "a.csv: and 1 more problem",
        "b.csv:2: id: is empty",
    ]


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)))
def test_a_digest_does_not_know_the_order_of_keys(content: dict[str, Any]) -> None:
    """The same content in another order is the same content."""
    assert digest(content) == digest(dict(reversed(content.items())))
