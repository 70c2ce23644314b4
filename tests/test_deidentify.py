"""`sdmsim deidentify`: no person is left in what it writes, codes hold over all files, the crosswalk lies apart."""

from __future__ import annotations

import csv
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lead_therapist import caseload, child, persons
from openpyxl import load_workbook

from sdmsim.school.crosswalk import Crosswalk, Person, Who, read_crosswalk, same_name, write_crosswalk
from sdmsim.show.cli import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and we are in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words: str) -> Result:
    """What the command does with these words."""
    return CliRunner().invoke(main, ["deidentify", *words])


def cells(file: Path) -> dict[str, list[list[str]]]:
    """Every sheet of a workbook as text."""
    book = load_workbook(file)
    return {s.title: [["" if v is None else str(v) for v in row] for row in s.values] for s in book.worksheets}


def rows_of(file: str) -> list[list[str]]:
    """A CSV file as rows."""
    return list(csv.reader(Path(file).read_text(encoding="utf-8").splitlines()))


def crosswalk(file: Path = Path("crosswalk.csv")) -> list[dict[str, str]]:
    """The lines of who is who."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_no_person_is_left_in_files_names_or_words(here: Path) -> None:
    """Names, birth dates, phones, notes: not in the coded files as they lie on disk, not in the report, not printed."""
    caseload().save("caseload.xlsx")
    result = ask("caseload.xlsx")
    assert result.exit_code == 0, result.output
    (coded,) = cells(Path("deidentified/caseload.xlsx")).values()
    assert coded[0] == ["id", "Gr.", "Homeroom Teacher", "Room #", "Eligibility", "Frequency", "Goal Area", "Location"]
    assert len(coded) == 13
    told = "\n".join([result.output, Path("deidentified/what-was-kept.txt").read_text(), str(coded)])
    assert [word for word in persons() if word in told] == []
    assert "D.O.B.: dropped (birth dates)" in result.output
    assert "Bus #: dropped (not a column that sdmsim reads)" in result.output
    assert "Room #: kept where it is short or has a digit, else codes in its place" in result.output


def test_the_crosswalk_lies_apart_for_its_owner_alone(here: Path) -> None:
    """It leads from code to id, name and birth date; others may not read it; its order says nothing."""
    caseload().save("caseload.xlsx")
    ask("caseload.xlsx")
    lines = crosswalk()
    children = {line["code"]: line for line in lines if line["kind"] == "child"}
    (coded,) = cells(Path("deidentified/caseload.xlsx")).values()
    assert [children[row[0]]["name"] for row in coded[1:]] == [child(n) for n in range(12)]
    assert children[coded[1][0]]["birth_date"] == "2014-01-03"
    assert [line["code"] for line in lines] == [
        line["code"] for line in sorted(lines, key=lambda li: (li["kind"], li["code"]))
    ]
    assert sorted(p.name for p in Path("deidentified").iterdir()) == ["caseload.xlsx", "what-was-kept.txt"]
    if os.name == "posix":
        assert stat.S_IMODE(Path("crosswalk.csv").stat().st_mode) == 0o600


def test_codes_say_nothing_of_who_has_them(here: Path) -> None:
    """The same file coded twice without the crosswalk gives other codes: they follow from no name, id or place."""
    caseload().save("caseload.xlsx")
    ask("caseload.xlsx", "--out", "a", "--crosswalk", "one.csv")
    ask("caseload.xlsx", "--out", "b", "--crosswalk", "two.csv")
    one, two = ({line["name"]: line["code"] for line in crosswalk(Path(f))} for f in ("one.csv", "two.csv"))
    assert one.keys() == two.keys()
    assert sum(one[name] == two[name] for name in one) <= 1


def test_an_old_crosswalk_keeps_its_codes(here: Path) -> None:
    """Run again with it: the same child has the same code, somebody new is added, nobody is lost."""
    caseload().save("caseload.xlsx")
    ask("caseload.xlsx")
    before = {line["name"]: line["code"] for line in crosswalk()}
    book = caseload()
    assert book.active is not None
    book.active.append(["Zorro, Max", None, 999, "2", "Ms. Aason", "2A"])
    book.save("later.xlsx")
    result = ask("later.xlsx", "--out", "later")
    assert "20 codes of before hold" in result.output
    after = {line["name"]: line["code"] for line in crosswalk()}
    assert {name: after[name] for name in before} == before
    assert "Zorro, Max" in after


def test_a_child_has_one_code_in_all_sheets_and_files(here: Path) -> None:
    """By id in one, by name in the other (first name first), in capitals: one child."""
    Path("roster.csv").write_text(
        'Student ID,Last Name,First Name,Grade,Section\n007,Quux,Zelda,2,2A\n8,"O\'Brien",Sean,3,3A\n', encoding="utf-8"
    )
    Path("minutes.csv").write_text("Student,Minutes,Sessions\nZELDA QUUX,30,2\nSean OBrien,20,1\n", encoding="utf-8")
    result = ask("roster.csv", "minutes.csv")
    assert result.exit_code == 0, result.output
    roster, minutes = (rows_of(f"deidentified/{name}.csv") for name in ("roster", "minutes"))
    assert [row[0] for row in roster[1:]] == [row[0] for row in minutes[1:]]
    assert roster[0] == ["id", "Grade", "Section"]
    assert minutes[0] == ["id", "Minutes", "Sessions"]
    assert "quux" not in (result.output + str(roster) + str(minutes)).casefold()


def test_two_children_of_one_name_are_told_apart_or_asked_about(here: Path) -> None:
    """Two ids, two codes; a sheet that has the name alone is refused with its row and without the name."""
    Path("roster.csv").write_text("Student ID,Name,Grade\n7,Zelda Quux,2\n8,Zelda Quux,3\n", encoding="utf-8")
    Path("minutes.csv").write_text("Name,Minutes\nZelda Quux,30\n", encoding="utf-8")
    assert ask("roster.csv").exit_code == 0
    assert len({line["code"] for line in crosswalk()}) == 2
    result = ask("minutes.csv", "--out", "other")
    assert result.exit_code == 2
    assert result.stderr == (
        "minutes.csv:2: two children have this row's name (not repeated here); "
        "give the sheet their ids or birth dates\n"
    )
    assert not Path("other").exists()
    both = ask("minutes.csv", "roster.csv", "--out", "both", "--crosswalk", "new.csv")
    assert (both.exit_code, "minutes.csv:2: two children" in both.stderr) == (2, True)  # whichever file comes first


def test_birth_dates_tell_children_of_one_name_apart(here: Path) -> None:
    """Without any id: another date, another child; the date itself goes to the crosswalk alone."""
    Path("a.csv").write_text("Name,DOB,Grade\nZelda Quux,2016-05-04,2\nZelda Quux,2017-01-02,1\n", encoding="utf-8")
    Path("b.csv").write_text("Name,DOB,Minutes\nQuux Zelda,,30\n", encoding="utf-8")
    Path("c.csv").write_text('Name,DOB,Minutes\n"Quux, Zelda",2017-01-02,30\n', encoding="utf-8")
    assert ask("a.csv", "c.csv").exit_code == 0
    (first, second), (third,) = (rows_of(f"deidentified/{name}.csv")[1:] for name in "ac")
    assert first[0] != second[0] == third[0]
    assert ask("b.csv", "--out", "other").exit_code == 0  # first names first make another name
    assert len(crosswalk()) == 3


def test_a_name_in_a_column_that_is_kept_is_emptied(here: Path) -> None:
    """A goal that tells a story, somebody else's name, a child's first name in a cell: gone, and counted."""
    Path("list.csv").write_text(
        "Student ID,Name,Grade,Homeroom,Goal,Category\n"
        '1,Zelda Quux,2,Ms. Lee,"the child will produce the sound in eight of ten trials with few prompts",SLI\n'
        "2,Ann Poe,2,2A,language,twin of Zelda\n"
        "3,Bo Li,2,2A,ask Mr. Crow,Crow\n"
        '4,Cy Oh,2,2A,"Crow, Max",SLI\n',
        encoding="utf-8",
    )
    result = ask("list.csv")
    rows = rows_of("deidentified/list.csv")
    assert rows[1][2].startswith("C")
    assert rows[1][3:] == ["", "SLI"]
    assert rows[2][2:] == ["2A", "language", ""]
    assert rows[4][2:] == ["2A", "", "SLI"]
    assert "Goal: kept; 2 cells emptied" in result.output
    assert "Category: kept; 1 cell emptied" in result.output
    assert "zelda" not in (result.output + str(rows)).casefold()


def test_nothing_is_overwritten_and_the_crosswalk_is_never_beside(here: Path) -> None:
    """Coded files that are there, a crosswalk among them, one that is another file: refused, and nothing written."""
    Path("list.csv").write_text("Student ID,Grade\n1,2\n", encoding="utf-8")
    inside = ask("list.csv", "--crosswalk", "deidentified/crosswalk.csv")
    assert (inside.exit_code, "would lie inside" in inside.stderr) == (2, True)
    Path("other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    other = ask("list.csv", "--crosswalk", "other.csv")
    assert (other.exit_code, "is not a crosswalk" in other.stderr) == (2, True)
    assert not Path("deidentified").exists()
    assert ask("list.csv").exit_code == 0
    again = ask("list.csv")
    assert (again.exit_code, again.stderr.count("is there already; nothing is overwritten")) == (2, 2)


def test_what_holds_no_children_is_refused(here: Path) -> None:
    """A sheet without any header that is known, and one without a column of children."""
    Path("a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    result = ask("a.csv")
    assert result.stderr == (
        "a.csv: no column of children was found; one needs a header such as Student ID or Student Name\n"
    )


def test_a_file_named_after_a_child_is_not(here: Path) -> None:
    """Names of files and sheets that look like somebody's are replaced."""
    book = caseload()
    assert book.active is not None
    book.active.title = "Ada Quill"
    book.save("Ada Quill.xlsx")
    result = ask("Ada Quill.xlsx")
    assert result.exit_code == 0, result.output
    assert list(cells(Path("deidentified/file-1.xlsx"))) == ["sheet 1"]
    assert "Quill" not in Path("deidentified/what-was-kept.txt").read_text()


def test_formulas_come_out_inert(here: Path) -> None:
    """What a spreadsheet would work out is text in the coded file and in the crosswalk."""
    Path("list.csv").write_text(
        "Student ID,Name,Grade,Category\n1,=cmd(),2,@SUM(1)\n-x,+Bo Li,2,SLI\n", encoding="utf-8"
    )
    assert ask("list.csv").exit_code == 0
    rows = rows_of("deidentified/list.csv")
    assert rows[1][2] == "'@SUM(1)"
    assert {line["name"] for line in crosswalk()} == {"'=cmd()", "'+Bo Li"}
    assert {p.name for p in read_crosswalk(Path("crosswalk.csv")).people} == {"=cmd()", "+Bo Li"}


def test_a_crosswalk_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """Kinds, codes, ids, names, birth dates; a code is given once even where chance would repeat it."""
    signs = iter("BBBBBBBBCCCC" + "D" * 99)
    walk = Crosswalk(draw=lambda _: next(signs))
    for who in (Who("child", "007", "Quux, Zelda", "2016-05-04"), Who("child", "8"), Who("teacher", "", "Ms. Lee")):
        walk.register(who)
    assert [p.code for p in walk.people] == ["SBBBB", "SCCCC", "TDDDD"]
    write_crosswalk(walk, tmp_path / "c.csv")
    again = read_crosswalk(tmp_path / "c.csv")
    assert sorted(again.people, key=lambda p: p.code) == walk.people
    assert again.code_of(Who("child", "7")) == "SBBBB"
    assert again.code_of(Who("child", "", "zelda quux")) == "SBBBB"
    assert Person("child", "SBBBB", "007", "Quux, Zelda", "2016-05-04") in again.people


def test_one_name_written_in_several_ways_is_one() -> None:
    """Order, capitals, accents, points and apostrophes do not matter; another name does."""
    assert same_name("Garc\u00eda, Mar\u00eda") == same_name("MARIA  GARCIA") == "maria garcia"
    assert same_name("O'Brien, Sean") == same_name("Sean OBrien")
    assert same_name("Anna Smith") != same_name("Ann Smith")
