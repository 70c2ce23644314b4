"""Names, birth dates, addresses and numbers of persons: refused in words, and never repeated by any message or note."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_school import FILES, edited, write

from sdmsim.base import InputErrors
from sdmsim.scenario import load
from sdmsim.school.personal import code_fault, looks_like, may_be_first_names, shown

NAMES = (
    "Smith, Anna",
    "Anna Smith",
    "O'Brien, Sean",
    "ANNA B. SMITH",
    "anna smith",
    "Garc\u00eda, Mar\u00eda",
    "Ms. Lee",
)
CODES = (
    "S001",
    "007",
    "3A",
    "maple-12",
    "A01",
    "fox",
    "Otter",
    "K-3",
    "sp.ed.4",
    "c7kq4",
    "12345678",
    "SLP-1",
    "<b>1</b>",
)


@pytest.mark.parametrize("cell", NAMES)
def test_a_name_is_no_code(cell: str) -> None:
    """Surname first or last, accents, initials, capitals or none, a title: refused without the name."""
    fault = code_fault(cell)
    assert "looks like a name (not repeated here)" in fault
    assert cell not in fault


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("anna@school.org", "an e-mail address"),
        ("555-123-4567", "a phone number"),
        ("(555) 123-4567", "a phone number"),
        ("123-45-6789", "a social security number"),
        ("12 Oak Street", "an address"),
        ("2016-05-04", "a date"),
        ("5/4/2016", "a date"),
    ],
)
def test_other_facts_of_a_person_are_no_code(cell: str, kind: str) -> None:
    """An address, a number or a birth date in the place of a code is called what it looks like."""
    assert f"looks like {kind} " in code_fault(cell)


@pytest.mark.parametrize("cell", CODES)
def test_a_code_is_taken_for_one(cell: str) -> None:
    """Letters and digits, numbers of a district, one word: codes that people use."""
    assert code_fault(cell) == ""
    assert shown(cell) == f'"{cell}"'


@pytest.mark.parametrize("cell", ["speech room", "whole_class", "Wed 14:00-15:00", "reading", "2024-09-03", "ELA"])
def test_words_of_tables_are_no_persons(cell: str) -> None:
    """What stands in other columns may be repeated."""
    assert looks_like(cell) == ""


def test_first_names_alone_are_noticed_where_most_ids_are_such() -> None:
    """One capitalised word is a code; a column of them is a note."""
    assert may_be_first_names(["Anna", "Ben", "Liam", "S1"])
    assert not may_be_first_names(["Anna", "S1", "S2"])
    assert not may_be_first_names(["S001", "A", "fox", "3A"])


def said(tmp_path: Path, changes: dict[str, str]) -> str:
    """All that is said of the small school with these files."""
    with pytest.raises(InputErrors) as raised:
        load(write(tmp_path, changes))
    return str(raised.value)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Student Name", "names"),
        ("LAST_NAME", "names"),
        ("D.O.B.", "birth dates"),
        ("Home address", "addresses"),
        ("Parent E-mail", "phone numbers or e-mail addresses"),
        ("Medicaid #", "numbers of persons"),
        ("Notes", "notes, which may say anything"),
    ],
)
def test_a_column_of_persons_is_refused_with_what_to_do(tmp_path: Path, header: str, kind: str) -> None:
    """The header is called what it looks like, and the command that makes codes is named."""
    changes = edited("students.csv", ("category,goal_type", f"category,{header}"))
    line = f"students.csv:1: {header}: looks like {kind}; remove the column, or run sdmsim deidentify on students.csv"
    assert line in said(tmp_path, changes)


def test_no_message_repeats_a_person(tmp_path: Path) -> None:
    """Wherever a name stands, in ids, in other columns, in a header, in references: the message has none of it."""
    who, other = "Zelda Quux", '"Quux, Zelda"'
    students = (
        FILES["students.csv"].replace("s3,3,3A", f"{who},{who},{who}").replace("language,mild", f"language,{other}")
    )
    services = FILES["services.csv"].replace("s4,speech", f"{who},speech").replace("s5,", "zelda@quux.org,")
    sections = FILES["sections.csv"].replace("collab", "Zelda Quux")
    pairs = FILES["pairs.csv"].replace("s3,s5", 'Zelda Quux,"Quux, Zelda"')
    text = said(
        tmp_path,
        {"students.csv": students, "services.csv": services, "sections.csv": sections, "pairs.csv": pairs},
    )
    assert "quux" not in text.casefold()
    assert "zelda" not in text.casefold()
    assert text.count("not repeated here") >= 7
    assert "sections.csv:1: column 5 has a header that looks like a name; remove it" in text


def test_adults_names_and_first_names_are_noted_without_them(tmp_path: Path) -> None:
    """Teachers' names are the school's to use; a note says how many there are, and that reports show them."""
    sections = FILES["sections.csv"].replace("T1", "Ms. Lee").replace("T2", "Quux, Zelda").replace("T2", "T9")
    changes = {"sections.csv": sections.replace("Quux, Zelda", '"Quux, Zelda"')}
    ids = {"s2": "Anna", "s3": "Ben", "s4": "Liam"}
    for file in ("students.csv", "services.csv", "pairs.csv"):
        text = FILES[file]
        for old, new in ids.items():
            text = text.replace(f"{old},", f"{new},").replace(f",{old}", f",{new}")
        changes[file] = text
    notes = load(write(tmp_path, changes)).notes
    assert "students.csv: most ids may be first names; sdmsim deidentify makes codes." in notes
    assert "sections.csv: 2 names look like people's in teacher; codes would do, and reports show them." in notes
    assert not any("Quux" in note or "Lee" in note for note in notes)
