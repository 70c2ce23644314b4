"""Bad input through the front door: every problem at once, in the words of the file, and nothing written."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from known_kinds import KINDS
from small_school import FILES, edited, write

from sdmsim.base import InputErrors
from sdmsim.scenario import Scenario, load
from sdmsim.school.vocabulary import School
from sdmsim.show.cli import main

TOML, STUDENTS, SERVICES, SECTIONS = "school.toml", "students.csv", "services.csv", "sections.csv"
BELL, STAFF, CALENDAR, ROOMS, PAIRS = "bell.csv", "staff.csv", "calendar.csv", "rooms.csv", "pairs.csv"
SAVE_AS = 'in Excel: File > Save As > "CSV UTF-8 (Comma delimited)"'
YEAR = "the year, 2024-09-03 to 2024-12-20"


def in_slot(times: str) -> tuple[str, str]:
    """An edit of the scenario file: all is made up at these times."""
    return "[moves]", f'[make_up]\nof = "all"\nby = "slot"\nslot = "{times}"\n\n[moves]'


class Case(NamedTuple):
    """Files changed in the small school, and every line that should be said."""

    name: str
    changes: Mapping[str, str | bytes | None]
    says: tuple[str, ...]


def case(name: str, changes: Mapping[str, str | bytes | None], *says: str) -> Case:
    """A case in one line."""
    return Case(name, changes, says)


def inserted(name: str, line: int, *texts: str) -> dict[str, str]:
    """A file with lines put before the given line (the header is line 1)."""
    lines = FILES[name].splitlines()
    return {name: "\n".join([*lines[: line - 1], *texts, *lines[line - 1 :]]) + "\n"}


FILES_AS_SUCH = (
    case("a table is not there", {CALENDAR: None}, "calendar.csv: there is no such file"),
    case(
        "a table is nearly there",
        edited(TOML, ('"students.csv"', '"student.csv"')),
        'student.csv: there is no such file; did you mean "students.csv"?',
    ),
    case(
        "a table is a folder",
        edited(TOML, ('"rooms.csv"', '"."')),
        ".: is a folder, should be a CSV file",
    ),
    case(
        "a table has a name that no file can have",
        edited(TOML, ('"rooms.csv"', '"ro\\u0000ms.csv"')),
        'ro\\u0000ms.csv: there is no such file; did you mean "rooms.csv"?',
    ),
    case(
        "a table is empty",
        {SECTIONS: ""},
        "sections.csv: is empty; the first line should be the header: grade,section,teacher,size,collab,site",
    ),
    case(
        "a table is a byte order mark and blank lines",
        {SECTIONS: b"\xef\xbb\xbf\r\n\r\n"},
        "sections.csv: is empty; the first line should be the header: grade,section,teacher,size,collab,site",
    ),
    case(
        "a table is empty cells",
        {SECTIONS: ',,,,\n"",,,,\n'},
        "sections.csv: is empty; the first line should be the header: grade,section,teacher,size,collab,site",
    ),
    case(
        "a table is only a header",
        {SECTIONS: "grade,section,teacher,size,collab\n"},
        "sections.csv: has a header and no rows",
    ),
    case(
        "a table has no header",
        {PAIRS: "007,s2,must\n"},
        "pairs.csv:1: this line should be the header: student,other,rule",
    ),
    case(
        "a table is in Latin-1",
        {SECTIONS: FILES[SECTIONS].replace("T2", "Sch\u00e4fer").encode("latin-1")},
        f"sections.csv:3: is not UTF-8 text (byte 0xE4); {SAVE_AS}",
    ),
    case(
        "a table is in UTF-16",
        {SECTIONS: FILES[SECTIONS].encode("utf-16")},
        f"sections.csv:1: is not UTF-8 text (byte 0x{'FF' if sys.byteorder == 'little' else 'FE'}); {SAVE_AS}",
    ),
    case(
        "a table is a workbook",
        {SECTIONS: b"PK\x03\x04\x14\x00\x06\x00"},
        f"sections.csv: is an Excel workbook, should be a CSV file; {SAVE_AS}",
    ),
    case(
        "a table holds a zero byte",
        {SECTIONS: FILES[SECTIONS].replace("T2", "T\0")},
        f"sections.csv:3: holds a zero byte, so it is not text; {SAVE_AS}",
    ),
    case(
        "columns are separated by tabs",
        {SECTIONS: FILES[SECTIONS].replace(",", "\t")},
        f"sections.csv:1: the columns are separated by tabs, should be commas; {SAVE_AS}",
    ),
    case(
        "two tables are one file",
        edited(TOML, ('"sections.csv"', '"students.csv"')),
        'school.toml: school.sections: "students.csv" is the file of school.students; '
        "every table has a file of its own",
    ),
    case(
        "a table is the scenario itself",
        edited(TOML, ('"pairs.csv"', '"./school.toml"')),
        'school.toml: school.pairs: "./school.toml" is this scenario itself; every table has a file of its own',
    ),
)

SHAPES = (
    case(
        "a header is misspelt",
        edited(STUDENTS, ("section,", "sectoin,")),
        'students.csv:1: sectoin: is not a column of this table; did you mean "section"?',
    ),
    case(
        "headers are in capitals",
        edited(PAIRS, ("student,other", "Student,OTHER")),
        'pairs.csv:1: Student: is not a column of this table; did you mean "student"?',
        'pairs.csv:1: OTHER: is not a column of this table; did you mean "other"?',
    ),
    case(
        "a needed column is missing",
        {SECTIONS: "grade,section,teacher\n2,2A,T1\n3,3A,T2\n3,3B,T3\n"},
        "sections.csv:1: size: this column is missing",
    ),
    case(
        "a column is unknown",
        {PAIRS: "student,other,rule,reason\n007,s2,must,twins\n"},
        "pairs.csv:1: reason: is not a column of this table (known: student, other, rule)",
    ),
    case(
        "a header stands twice",
        edited(STUDENTS, ("category,goal_type", "category,category")),
        "students.csv:1: category: stands twice in the header",
    ),
    case(
        "a column between others has no name",
        edited(STUDENTS, ("category,goal_type", "category,")),
        "students.csv:1: column 5 has no name",
    ),
    case(
        "a row is short",
        edited(SECTIONS, ("3,3A,T2,21,", "3,3A,T2")),
        "sections.csv:3: has 3 cells, the header has 5",
    ),
    case(
        "a row is long by a decimal comma",
        edited(STUDENTS, ("0.95", "0,95")),
        "students.csv:2: has 8 cells, the header has 7; a cell that holds a comma must stand in quotation marks",
    ),
    case(
        "a quotation mark is never closed",
        edited(SECTIONS, ("T2", '"T2')),
        'sections.csv:3: a quotation mark (") is opened and never closed; what follows was not read',
    ),
    case(
        "text follows a quotation mark",
        edited(SECTIONS, ("T2", '"T"2')),
        'sections.csv:3: text follows a closing quotation mark ("); what follows was not read',
    ),
    case(
        "a cell runs over two lines",
        edited(SECTIONS, ("T1", '"T\n1"')),
        'sections.csv:2: a cell holds a line break; is a quotation mark (") left open?',
    ),
    case(
        "rows are repeated, in two tables",
        {**inserted(STUDENTS, 5, "s3,3,3A,SLI,articulation,,"), **inserted(PAIRS, 4, "s3,s5,never")},
        "students.csv:5: repeats line 4",
        "pairs.csv:4: repeats line 3",
    ),
)

CELLS = (
    case(
        "a needed cell is empty",
        edited(SERVICES, ("s4,speech,30,", "s4,speech,,")),
        "services.csv:5: minutes: is empty",
    ),
    case("minutes are negative", edited(SERVICES, ("s2,speech,30", "s2,speech,-30")),
         "services.csv:3: minutes: -30 is below 1"),
    case("minutes are a fraction", edited(SERVICES, ("s2,speech,30", "s2,speech,22.5")),
         'services.csv:3: minutes: "22.5" is not a whole number'),
    case("minutes are words", edited(SERVICES, ("s2,speech,30", "s2,speech,30 min")),
         'services.csv:3: minutes: "30 min" is not a whole number'),
    case("a share is above 1", edited(STUDENTS, ("0.95", "95")), "students.csv:2: attendance: 95 is above 1"),
    case("a share is in percent", edited(STUDENTS, ("0.95", "95%")),
         'students.csv:2: attendance: "95%" is in percent; did you mean "0.95"?'),
    case("a number has a decimal comma", edited(STUDENTS, ("0.95", '"0,95"')),
         'students.csv:2: attendance: "0,95" has a decimal comma; did you mean "0.95"?'),
    case(
        "numbers are nan, inf and NA",
        {STUDENTS: "id,grade,section,attendance\n007,2,2A,nan\ns2,2,2A,inf\ns3,3,3A,NA\ns4,3,3B,\ns5,3,3B,\n"},
        'students.csv:2: attendance: "nan" is not a number; leave the cell empty where it is not known',
        'students.csv:3: attendance: "inf" is not a number; leave the cell empty where it is not known',
        'students.csv:4: attendance: "NA" is not a number; leave the cell empty where it is not known',
    ),
    case(
        "a spreadsheet's errors",
        edited(SECTIONS, ("T1,20", "#REF!,#N/A")),
        'sections.csv:2: teacher: "#REF!" is an error of the spreadsheet; mend its formula and save again',
        'sections.csv:2: size: "#N/A" is not a whole number; leave the cell empty where it is not known',
    ),
    case("an id is a formula", edited(STUDENTS, ("007", "=cmd()")),
         'students.csv:2: id: "=cmd()" looks like a formula; write the value itself'),
    case("an id cannot be printed", edited(STUDENTS, ("007", "00\x1b7")),
         "students.csv:2: id: holds a character that cannot be printed (U+001B)"),
    case(
        "dates as people write them",
        {CALENDAR: "date,kind\n9/3/2024,holiday\n31/10/2024,holiday\n28.11.2024,holiday\n45632,snow\n3 Dec 24,snow\n"},
        'calendar.csv:2: date: "9/3/2024" is not a date such as 2024-09-03; '
        'did you mean "2024-09-03"? (or "2024-03-09")',
        'calendar.csv:3: date: "31/10/2024" is not a date such as 2024-09-03; did you mean "2024-10-31"?',
        'calendar.csv:4: date: "28.11.2024" is not a date such as 2024-09-03; did you mean "2024-11-28"?',
        'calendar.csv:5: date: "45632" is not a date such as 2024-09-03; did you mean "2024-12-06"?',
        'calendar.csv:6: date: "3 Dec 24" is not a date such as 2024-09-03; did you mean "2024-12-03"?',
    ),
    case("there is no such day", edited(CALENDAR, ("2024-10-14", "2024-11-31")),
         'calendar.csv:3: date: there is no day "2024-11-31"; that month ends on day 30'),
    case("a year of other times", edited(CALENDAR, ("2024-10-14", "0204-10-14")),
         'calendar.csv:3: date: "0204-10-14" is not in the years 1990 to 2100'),
    case(
        "clock times as people write them",
        edited(BELL, ("2,daily,08:15", "2,daily,8.15"), ("3,daily,11:15,14:45", "3,daily,11:15,2:45 PM")),
        'bell.csv:2: start: "8.15" is not a clock time such as 08:15; did you mean "08:15"?',
        'bell.csv:9: end: "2:45 PM" is not a clock time such as 08:15; did you mean "14:45"?',
    ),
    case("there is no such time", edited(BELL, ("2,daily,08:15", "2,daily,08:75")),
         'bell.csv:2: start: "08:75" is not a clock time of a day; they run from 00:00 to 24:00'),
    case("a weekday in full", edited(BELL, ("2,daily,08:15", "2,Monday,08:15")),
         'bell.csv:2: day: "Monday" is not a weekday; did you mean "Mon"?'),
    case("a yes of another kind",
         edited(BELL, ("2,daily,08:15,10:00,reading,ELA,yes", "2,daily,08:15,10:00,reading,ELA,TRUE")),
         'bell.csv:2: protected: "TRUE" is not known; did you mean "yes"?'),
    case("a grade in words", edited(STUDENTS, ("s3,3,3A", "s3,3rd grade,3A")),
         'students.csv:4: grade: "3rd grade" is not a grade; did you mean "3"?'),
    case(
        "words that are nearly right",
        edited(
            SERVICES,
            ("s2,speech,30,week", "s2,speech,30,weekly"),
            ("1,direct,articulation,individual,therapy_room", "1,direct,articulation,indivdual,therapy room"),
        ),
        'services.csv:3: per: "weekly" is not known; did you mean "week"?',
        'services.csv:4: delivery: "indivdual" is not known; did you mean "individual"?',
        'services.csv:4: setting: "therapy room" is not known; did you mean "therapy_room"?',
    ),
    case("site-days that are none", edited(STAFF, ("Mon Wed Fri", "Mon Wed Sat")),
         'staff.csv:2: site_days: "Sat" is not a weekday (known: Mon, Tue, Wed, Thu, Fri)'),
    case("a fixed time that is none", edited(STAFF, ("Wed 14:00-15:00", "Wed 2 to 3")),
         'staff.csv:2: busy: "Wed 2 to 3" is not a weekly time such as "Wed 14:00-15:00"'),
    case("nobody's therapist", edited(STAFF, ("0.6", "0")), "staff.csv:2: fte: 0 is not above 0"),
    case("a word too long to repeat", edited(STUDENTS, ("mild,0.95", "m" * 5000 + ",0.95")),
         "students.csv:2: severity: has 5000 signs, more than the 200 that a cell may have"),
    case("an id too long for a code", edited(STUDENTS, ("s3,3,3A", "s" * 65 + ",3,3A")),
         "students.csv:4: id: has 65 signs, more than the 64 that an id may have"),
)  # fmt: skip

BETWEEN_TABLES = (
    case("a section is nowhere", edited(STUDENTS, ("s3,3,3A", "s3,3,3X")),
         'students.csv:4: section: "3X" is not in sections.csv; did you mean "3A"?'),
    case("a section is of another grade", edited(STUDENTS, ("s3,3,3A", "s3,2,3A")),
         'students.csv:4: grade: "2" is not the grade of section "3A", which is "3" in sections.csv'),
    case("a class is smaller than its served children", edited(SECTIONS, ("3B,T3,19", "3B,T3,1")),
         'students.csv:6: section: "3B" has size 1 in sections.csv; this is one child more'),
    case("an id stands twice", edited(STUDENTS, ("s3,3,3A,SLI", "s4,3,3A,SLI")),
         'students.csv:5: id: "s4" stands on line 4 already',
         'services.csv:4: id: "s3" is not in students.csv; did you mean "s2"?',
         'pairs.csv:3: student: "s3" is not in students.csv; did you mean "s2"?'),
    case("a section stands twice", inserted(SECTIONS, 5, "3,3B,T9,19,"),
         'sections.csv:5: section: "3B" stands on line 4 already'),
    case("a room stands twice", inserted(ROOMS, 3, "Room 1,2,,,,"),
         'rooms.csv:3: room: "Room 1" stands on line 2 already'),
    case("leading zeros were lost", edited(SERVICES, ("007,speech", "7,speech")),
         'services.csv:2: id: "7" is not in students.csv; did you mean "007"?'),
    case("nobody has the role", edited(SERVICES, ("therapy_room,SLP,,2024-11-29", "therapy_room,SPL,,2024-11-29")),
         'services.csv:4: provider_role: "SPL" is not in staff.csv; did you mean "SLP"?'),
    case("a row ends before it starts", edited(SERVICES, ("SLP,,2024-11-29", "SLP,2024-12-02,2024-11-29")),
         "services.csv:4: end: 2024-11-29 is before the start, 2024-12-02"),
    case("more minutes than a school week has", edited(SERVICES, ("s2,speech,30,week,2", "s2,speech,400,week,5")),
         "services.csv:3: sessions: asks 2000 minutes a week; the school week has 1950"),
    case("blocks overlap", edited(BELL, ("2,daily,10:00,10:45", "2,daily,09:50,10:45")),
         "bell.csv:3: start: 09:50-10:45 overlaps 08:15-10:00 on line 2 (grade 2, Mon)"),
    case("a block lies within another, not beside it",
         edited(BELL, ("2,daily,08:15,10:00", "2,daily,08:15,14:45"), ("2,daily,11:15,14:45", "2,daily,12:00,12:30")),
         "bell.csv:3: start: 10:00-10:45 overlaps 08:15-14:45 on line 2 (grade 2, Mon)",
         "bell.csv:4: start: 10:45-11:15 overlaps 08:15-14:45 on line 2 (grade 2, Mon)",
         "bell.csv:5: start: 12:00-12:30 overlaps 08:15-14:45 on line 2 (grade 2, Mon)"),
    case("a block ends before it starts", edited(BELL, ("3,daily,10:45,11:15", "3,daily,10:45,10:15")),
         "bell.csv:8: end: 10:15 is not after the start, 10:45"),
    case("a grade has no bell", inserted(SECTIONS, 5, "4,4A,T4,20,"),
         'bell.csv: grade: "4" of sections.csv has no blocks on any day'),
    case("a grade lacks days",
         {BELL: FILES[BELL] + "4,Mon,08:15,14:45,day,ELA,no,whole_class\n", **inserted(SECTIONS, 5, "4,4A,T4,20,")},
         'bell.csv: grade: "4" of sections.csv has no blocks on Tue Wed Thu Fri'),
    case("lunch does not fit its window", edited(STAFF, ("11:00,12:30", "11:00,11:20")),
         "staff.csv:2: lunch_end: 11:00-11:20 is too short for a lunch of 30 minutes"),
    case("lunch is after work", edited(STAFF, ("11:00,12:30", "15:00,15:30")),
         "staff.csv:2: lunch_end: 15:30 is outside the contract day, 07:45-15:15"),
    case("a contract day runs backwards", edited(STAFF, ("07:45,15:15", "15:15,07:45")),
         "staff.csv:2: end: 07:45 is not after the start, 15:15"),
    case("fixed times on no site-day, after work and over each other",
         edited(STAFF, ("Wed 14:00-15:00", "Wed 14:00-15:00; Wed 14:30-16:00; Tue 08:00-09:00")),
         'staff.csv:2: busy: "Wed 14:30-16:00" is outside the contract day, 07:45-15:15',
         'staff.csv:2: busy: "Tue" is not one of the site_days',
         "staff.csv:2: busy: 14:30-16:00 overlaps 14:00-15:00 on Wed"),
    case("an assembly without an end", edited(CALENDAR, ("assembly,13:00,14:00", "assembly,13:00,")),
         'calendar.csv:5: end: is empty; "assembly" needs it'),
    case("an early release without a time", edited(CALENDAR, ("early_release,13:25", "early_release,")),
         'calendar.csv:2: start: is empty; "early_release" needs it'),
    case("a holiday of some hours and one grade",
         edited(CALENDAR, ("2024-10-14,,holiday,,,", "2024-10-14,,holiday,08:00,,3")),
         'calendar.csv:3: start: should be empty: "holiday" is for the whole day',
         'calendar.csv:3: grade: should be empty: "holiday" is for all grades'),
    case("a range runs backwards", edited(CALENDAR, ("2024-11-27,2024-11-29", "2024-11-27,2024-11-20")),
         "calendar.csv:4: through: 2024-11-20 is before the date, 2024-11-27"),
    case("a range of centuries", edited(CALENDAR, ("2024-11-27,2024-11-29", "2024-11-27,2094-11-27")),
         "calendar.csv:4: through: 2094-11-27 is 25567 days after the date, 2024-11-27"),
    case("an event for a grade that is not there", edited(CALENDAR, ("14:00,3", "14:00,5")),
         'calendar.csv:5: grade: "5" is not in sections.csv (known: 2, 3)'),
    case("a holiday stands twice", inserted(CALENDAR, 4, "2024-10-14,2024-10-15,holiday,,,"),
         "calendar.csv:4: date: 2024-10-14 holiday stands on line 3 already"),
    case("no date lies in the year", {CALENDAR: "date,kind\n2025-10-14,holiday\n2025-11-27,holiday\n"},
         f"calendar.csv:2: date: 2025-10-14, like every date of this table, is outside {YEAR}"),
    case("distances to a section that is not there", edited(ROOMS, ("3A,3B", "3A,3C")),
         "rooms.csv:1: 3C: is neither a column of this table nor a section in sections.csv; did you mean \"3A\"?"),
    case("a room too far", edited(ROOMS, ("35.5", "3500")), "rooms.csv:2: 3A: 3500 is above 2000"),
    case("a pair of one", edited(PAIRS, ("007,s2", "s2,s2")), 'pairs.csv:2: other: "s2" is the same child'),
    case("a pair with two rules", edited(PAIRS, ("s3,s5,never", "s2,007,never")),
         'pairs.csv:3: rule: "s2" and "007" have the rule "must" on line 2 already'),
    case("a pair stands twice, the other way round", inserted(PAIRS, 4, "s5,s3,never"),
         'pairs.csv:4: rule: "s5" and "s3" stand together on line 3 already'),
    case("must rules go round to a never", edited(PAIRS, ("s3,s5,never", "s2,s3,must\n007,s3,never")),
         'pairs.csv:4: rule: "007" and "s3" may never be together, but must rules tie "007", "s2", "s3"'),
)  # fmt: skip

WITH_THE_SCENARIO = (
    case("a goal is not described", edited(SERVICES, ("1,direct,articulation", "1,direct,artikulation")),
         'services.csv:4: goal: "artikulation" is not in [goals] of school.toml; did you mean "articulation"?'),
    case("a goal cannot be met in class",
         edited(SERVICES, ("month,4,direct,language", "month,4,direct,articulation")),
         'services.csv:5: setting: "classroom", but goal "articulation" has no push_in_subjects in school.toml'),
    case("a subject is not taught", edited(TOML, ('["ELA"]', '["ELAA"]')),
         'school.toml: goals.language.push_in_subjects: "ELAA" is not a subject in bell.csv; did you mean "ELA"?'),
    case("goals that mix are not described",
         edited(TOML, ("legal_size = 3", 'mix = [["language", "speech"], ["language"]]')),
         'school.toml: grouping.mix: "speech" is not in [goals] (known: articulation, language)',
         'school.toml: grouping.mix: "language" stands there twice'),
    case("a chain of must is longer than a group", edited(PAIRS, ("s3,s5,never", "s2,s3,must\ns3,s4,must")),
         'pairs.csv:4: rule: "007", "s2", "s3", "s4" must be together, but grouping.legal_size of school.toml is 3'),
    case("the preferred size is not legal", edited(TOML, ("legal_size = 3", "legal_size = 3\npreferred_size = 4")),
         "school.toml: grouping.preferred_size: 4 is above legal_size, which is 3"),
    case("the preferred size is not given, nor legal", edited(TOML, ("legal_size = 3", "legal_size = 2")),
         "school.toml: grouping.legal_size: 2 is below preferred_size, which is 3 where it is not given"),
    case(
        "a slot for making up is on nobody's day",
        edited(TOML, in_slot("Tue 13:00-14:00")),
        "school.toml: make_up.slot: Tue 13:00-14:00: nobody of the staff is at one site all of that time",
    ),
    case(
        "a slot for making up is taken already, and goes on after work",
        edited(TOML, in_slot("Wed 14:30-15:15; Fri 15:00-15:30")),
        "school.toml: make_up.slot: Wed 14:30-15:15: staff.csv:2 is busy Wed 14:00-15:00",
        "school.toml: make_up.slot: Fri 15:00-15:30: nobody of the staff is at one site all of that time",
    ),
    case(
        "making up in a slot without one",
        edited(TOML, ("[moves]", '[make_up]\nof = "all"\nby = "slot"\n\n[moves]')),
        'school.toml: make_up: by is "slot", but slot is missing; give a weekly time such as slot = "Fri 13:00-15:00"',
    ),
    case(
        "a slot, but making up in groups",
        edited(TOML, ("[moves]", '[make_up]\nof = "all"\nslot = "Fri 13:00-14:00"\n\n[moves]')),
        'school.toml: make_up: slot is "Fri 13:00-14:00", but by is "groups"; give by = "slot" or leave slot out',
    ),
    case(
        "slots for making up that overlap",
        edited(TOML, in_slot("Fri 8:00-9:00; Fri 8:30-9:30")),
        "school.toml: make_up.slot: 08:30-09:30 overlaps 08:00-09:00 on Fri",
    ),
    case(
        "a slot that is no weekly time",
        edited(TOML, in_slot("Friday afternoon")),
        'school.toml: make_up.slot: "Friday afternoon" is not a weekly time such as "Wed 14:00-15:00"',
    ),
    case(
        "a slot that ends before it starts, no rule, a reason that is none, a size of none",
        edited(
            TOML,
            (
                "[moves]",
                '[make_up]\nup_to = 0\nby = "slot"\nslot = "Fri 14:00-13:00"\n'
                'provider_reasons = ["vacancies"]\n\n[moves]',
            ),
        ),
        "school.toml: make_up.of: is missing",
        'school.toml: make_up.slot: "Fri 14:00-13:00" ends before it starts',
        "school.toml: make_up.up_to: 0 is below 1",
        'school.toml: make_up.provider_reasons[1]: "vacancies" is not known; did you mean "vacancy"?',
    ),
    case("a row ended before the year", edited(SERVICES, ("SLP,,2024-11-29", "SLP,,2023-11-29")),
         f"services.csv:4: end: 2023-11-29 is before {YEAR}"),
    case("a row starts after the year", edited(SERVICES, ("SLP,,2024-11-29", "SLP,2025-01-07,")),
         f"services.csv:4: start: 2025-01-07 is after {YEAR}"),
    case("the year has no school day", {CALENDAR: "date,through,kind\n2024-09-01,2024-12-31,holiday\n"},
         "school.toml: year: 2024-09-03 to 2024-12-20 holds no school day"),
    case("a changing caseload lacks what decides it",
         {TOML: FILES[TOML] + "[caseload]\nreferrals_per_month = 2.0\ngrowth = 0.5\nreevaluation_share = 0.3\n"},
         "school.toml: caseload.eligible_share: is missing: it is needed with caseload.referrals_per_month",
         "school.toml: caseload.growth_by: is missing: it is needed with caseload.growth",
         "school.toml: caseload.initial_hours: is missing: it is needed with caseload.referrals_per_month and"
         " caseload.growth",
         "school.toml: caseload.reevaluation_hours: is missing: it is needed with caseload.reevaluation_share",
         'school.toml: caseload.short_of_time: is missing: children are evaluated; "late" or "cancel sessions"',
         "school.toml: caseload: asks for evaluations, but no member of staff has minutes a week of evaluation; give"
         " some in the staff table, or caseload.evaluator_fte"),
    case("a caseload grows before the year",
         {TOML: FILES[TOML] + '[caseload]\ngrowth = 0.5\ngrowth_by = 2024-09-01\ninitial_hours = 6.0\n'
          'short_of_time = "late"\nevaluator_fte = 0.2\n'},
         "school.toml: caseload.growth_by: 2024-09-01 is before the first school day, 2024-09-03"),
    case("a caseload grows in no month",
         {TOML: FILES[TOML] + '[caseload]\ngrowth = 0.5\ngrowth_by = 2024-09-30\ninitial_hours = 6.0\n'
          'short_of_time = "late"\nevaluator_fte = 0.2\nby_month = { Sep = 0 }\n'},
         "school.toml: caseload.by_month: leaves no month before growth_by, 2024-09-30"),
    case("evaluators without evaluations", {TOML: FILES[TOML] + "[caseload]\nevaluator_fte = 0.2\n"},
         "school.toml: caseload.evaluator_fte: 0.2, but nobody is evaluated; give referrals_per_month, growth or"
         " reevaluation_share"),
    case("a month of a caseload is none", {TOML: FILES[TOML] + "[caseload]\nby_month = { Sept = 1 }\n"},
         'school.toml: caseload.by_month.Sept: "Sept" is not known; did you mean "Sep"?'),
    case("the start takes the whole year", edited(TOML, ("start_up_weeks = 1", "start_up_weeks = 16")),
         "school.toml: year.start_up_weeks: 16 weeks are the whole year of 16 school weeks"),
)  # fmt: skip

SCENARIO_FILE = (
    case("the scenario is not there", {TOML: None}, "school.toml: there is no such file"),
    case("the scenario is empty", {TOML: ""},
         "school.toml: title: is missing", "school.toml: year: is missing", "school.toml: school: is missing",
         "school.toml: delivery: is missing"),
    case("the scenario is in Latin-1", {TOML: FILES[TOML].replace("Small", "Kl\u00e4s").encode("latin-1")},
         "school.toml:2: is not UTF-8 text (byte 0xE4)"),
    case("the scenario has a decimal comma", edited(TOML, ("= 0.5", "= 0,5")),
         "school.toml:22: is not TOML: a number has a decimal comma, should be a point, column 18"),
    case("a text is not closed", edited(TOML, ('"Small"', '"Small')),
         'school.toml:2: is not TOML: a quotation mark (") is not closed on its line, column 15'),
    case("a list is not closed", {TOML: FILES[TOML] + "\n\n[days]\nx = [1,\n\n"},
         "school.toml:40: is not TOML: invalid value"),
    case("a key stands twice", edited(TOML, ('title = "Small"', 'title = "Small"\ntitle = "Large"')),
         "school.toml:3: is not TOML: cannot overwrite a value, column 16"),
    case("a key is nearly right", edited(TOML, ("gather_minutes", "gathr_minutes")),
         'school.toml: moves.gathr_minutes: is not known; did you mean "gather_minutes"?'),
    case("a table is nearly right", edited(TOML, ("[moves]", "[movs]")),
         'school.toml: movs: is not known; did you mean "moves"?'),
    case("a key belongs to another kind", edited(TOML, ('"hybrid"', '"pull-out"')),
         "school.toml: delivery.push_in_share: is not known (known: kind)"),
    case("a kind is nearly right", edited(TOML, ('"hybrid"', '"hybird"')),
         'school.toml: delivery.kind: "hybird" is not known; did you mean "hybrid"?'),
    case("a kind is missing", edited(TOML, ('kind = "hybrid"\n', "")),
         "school.toml: delivery.kind: is missing (known: " + KINDS + ")"),
    case("a number is text", edited(TOML, ("= 0.5", '= "half"')),
         'school.toml: delivery.push_in_share: "half" is text, should be a number'),
    case("a number is in quotation marks", edited(TOML, ("= 0.5", '= "0.5"')),
         'school.toml: delivery.push_in_share: "0.5" is text, should be a number'),
    case("a number is true", edited(TOML, ("gather_minutes = 2.0", "gather_minutes = true")),
         "school.toml: moves.gather_minutes: true is given, should be a number"),
    case("a number is nan", edited(TOML, ("gather_minutes = 2.0", "gather_minutes = nan")),
         "school.toml: moves.gather_minutes: nan is not a number"),
    case("a number is out of range", edited(TOML, ("= 0.5", "= 1.5")),
         "school.toml: delivery.push_in_share: 1.5 is above 1"),
    case("a number is not whole", edited(TOML, ("legal_size = 3", "legal_size = 3.5")),
         "school.toml: grouping.legal_size: 3.5 should be a whole number"),
    case("a list is text", edited(TOML, ('["ELA"]', '"ELA"')),
         'school.toml: goals.language.push_in_subjects: "ELA" is text, should be a list'),
    case("a table is a number",
         edited(TOML, ("[moves]\ngather_minutes = 2.0", ""), ('title = "Small"', 'title = "Small"\nmoves = 3')),
         "school.toml: moves: 3 should be a table"),
    case("a date is text of another kind", edited(TOML, ("2024-09-03", '"9/3/2024"')),
         'school.toml: year.first_day: "9/3/2024" is not a date such as 2024-09-03; '
         'did you mean "2024-09-03"? (or "2024-03-09")'),
    case("the year runs backwards", edited(TOML, ("2024-09-03", "2025-09-03")),
         "school.toml: year: last_day 2024-12-20 is before first_day 2025-09-03"),
    case("the year is longer than one", edited(TOML, ("2024-12-20", "2025-12-20")),
         "school.toml: year: 2024-09-03 to 2025-12-20 is more than a year"),
    case("the file is of a newer version", edited(TOML, ("format = 1", "format = 2")),
         "school.toml: format: 2 was written for a newer sdmsim; this one reads format 1"),
    case("the version is text", edited(TOML, ("format = 1", 'format = "1"')),
         'school.toml: format: "1" is text, should be 1'),
    case("a table of the school is not named", edited(TOML, ('staff = "staff.csv"\n', "")),
         "school.toml: school.staff: is missing"),
    case("a school of unknown kind", edited(TOML, ('kind = "tables"', 'kind = "table"')),
         'school.toml: school.kind: "table" is not known; did you mean "tables"?'),
    case("brackets within brackets", {TOML: "x = " + "[" * 5000},
         "school.toml: is not TOML that can be read: too many brackets within each other"),
)  # fmt: skip

MANY_AT_ONCE = (
    case(
        "problems of six files and of their agreement",
        {
            **edited(TOML, ("legal_size = 3", "legal_size = 3\npreferred_size = 9")),
            **edited(STUDENTS, ("s3,3,3A", "s3,3,3X"), ("language,severe", "language,sever")),
            **edited(SERVICES, ("s2,speech,30", "s2,speech,-30"), ("1,direct,articulation", "1,direct,artikulation")),
            **edited(SECTIONS, ("T1,20", "T1,twenty")),
            **edited(STAFF, ("07:45", "7:45 AM")),
            **edited(CALENDAR, ("2024-10-14", "10/14/2024")),
        },
        "school.toml: grouping.preferred_size: 9 is above legal_size, which is 3",
        'students.csv:4: section: "3X" is not in sections.csv; did you mean "3A"?',
        'students.csv:5: severity: "sever" is not known; did you mean "severe"?',
        "services.csv:3: minutes: -30 is below 1",
        'services.csv:4: goal: "artikulation" is not in [goals] of school.toml; did you mean "articulation"?',
        'sections.csv:2: size: "twenty" is not a whole number',
        'staff.csv:2: start: "7:45 AM" is not a clock time such as 08:15; did you mean "07:45"?',
        'calendar.csv:3: date: "10/14/2024" is not a date such as 2024-09-03; did you mean "2024-10-14"?',
    ),
    case(
        "a bad scenario beside a bad table",
        {**edited(TOML, ("= 0.5", "= 1.5")), **edited(PAIRS, ("007,s2", "s2,s2"))},
        "school.toml: delivery.push_in_share: 1.5 is above 1",
        'pairs.csv:2: other: "s2" is the same child',
    ),
)

CASES = (*FILES_AS_SUCH, *SHAPES, *CELLS, *BETWEEN_TABLES, *WITH_THE_SCENARIO, *SCENARIO_FILE, *MANY_AT_ONCE)


@pytest.mark.parametrize("bad", CASES, ids=lambda c: c.name)
def test_every_problem_is_said_at_once_in_the_words_of_the_file(bad: Case, tmp_path: Path) -> None:
    """`load` raises one exception with exactly the expected lines."""
    scenario = write(tmp_path, bad.changes)
    with pytest.raises(InputErrors) as refused:
        load(scenario)
    assert tuple(str(refused.value).splitlines()) == bad.says


@pytest.mark.parametrize("bad", CASES, ids=lambda c: c.name)
def test_the_command_ends_with_status_2_and_writes_nothing(
    bad: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sdmsim check` says the same on standard error, with exit status 2, no traceback and no file."""
    scenario = write(tmp_path, bad.changes)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = CliRunner().invoke(main, ["check", scenario.name])
    assert (done.exit_code, done.stdout, tuple(done.stderr.splitlines())) == (2, "", bad.says)
    assert sorted(tmp_path.rglob("*")) == before


def garbage(columns: int, rows: int) -> str:
    """Rows of cells that mean nothing, all different, the same on every machine."""
    cells = (f"{(i * 2654435761) % 2**32:08x}~" for i in range(columns * rows))
    return "".join(",".join(row) + "\n" for row in zip(*[cells] * columns, strict=True))


@pytest.mark.parametrize("table", [name for name in FILES if name != TOML])
def test_ten_thousand_rows_of_garbage_are_refused_in_a_page(table: str, tmp_path: Path) -> None:
    """Under the right header every row is a problem, 50 of the file are said, and the rest are counted."""
    header = FILES[table].splitlines()[0]
    scenario = write(tmp_path, {table: f"{header}\n{garbage(header.count(',') + 1, 10_000)}"})
    with pytest.raises(InputErrors) as refused:
        load(scenario)
    of_table = [p for p in refused.value.problems if p.file == table]
    assert {p.row for p in of_table} >= set(range(2, 10_002))
    said = [line for line in refused.value.lines() if line.startswith(table)]
    assert len(said) == 51
    assert said[-1] == f"{table}: and {len(of_table) - 50} more problems"


def test_garbage_without_a_header_is_one_problem(tmp_path: Path) -> None:
    """Where no header is known, the header is asked for and the rows are left alone."""
    with pytest.raises(InputErrors) as refused:
        load(write(tmp_path, {SECTIONS: garbage(5, 10_000)}))
    assert (
        str(refused.value) == "sections.csv:1: this line should be the header: grade,section,teacher,size,collab,site"
    )


@pytest.mark.skipif(not hasattr(Path, "symlink_to") or sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_that_goes_round_is_no_file(tmp_path: Path) -> None:
    """Two tables that are links to each other are refused, not followed for ever."""
    scenario = write(tmp_path, {SECTIONS: None, ROOMS: None})
    (tmp_path / SECTIONS).symlink_to(tmp_path / ROOMS)
    (tmp_path / ROOMS).symlink_to(tmp_path / SECTIONS)
    with pytest.raises(InputErrors) as refused:
        load(scenario)
    assert {p.file for p in refused.value.problems} <= {TOML, SECTIONS, ROOMS}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A table or a scenario that is a pipe is refused at once."""
    scenario = write(tmp_path, {SECTIONS: None})
    os.mkfifo(tmp_path / SECTIONS)
    os.mkfifo(tmp_path / "pipe.toml")
    for file, name in ((scenario, SECTIONS), (tmp_path / "pipe.toml", "pipe.toml")):
        with pytest.raises(InputErrors) as refused:
            load(file)
        assert str(refused.value) == f"{name}: is not a file that can be read"


def test_a_name_too_long_for_a_file_is_one_problem(tmp_path: Path) -> None:
    """What the system says of a name that no file can have is told as a problem of that file."""
    name = "r" * 300
    with pytest.raises(InputErrors) as refused:
        load(write(tmp_path, edited(TOML, ('"rooms.csv"', f'"{name}"'))))
    assert [p.file for p in refused.value.problems] == [name]


def test_an_experiment_is_not_taken_for_a_scenario(tmp_path: Path) -> None:
    """Giving the wrong one of two files is told as that, not as a list of missing keys."""
    file = tmp_path / "mix.toml"
    file.write_text('scenario = "school.toml"\nbaseline = "none"\nreplications = 3\n', encoding="utf-8")
    with pytest.raises(InputErrors) as refused:
        load(file)
    assert str(refused.value) == "mix.toml: is an experiment, should be a scenario"


def test_signs_that_cannot_be_printed_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """A message is one line of printable signs, whatever the file holds."""
    with pytest.raises(InputErrors) as refused:
        load(write(tmp_path, edited(TOML, ('"hybrid"', '"\\u001b[31mhy\\nbrid"'))))
    assert str(refused.value).isprintable()


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["cut", "put", "swap", "double"]),
        st.integers(min_value=0, max_value=2000),
        st.integers(min_value=1, max_value=40),
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from([b",", b";", b'"', b"\n", b"\r", b"\xef\xbb\xbf", b"=", b"-", b"0", b"999999999999", b"1e9",
                             b"nan", b"2024-02-30", b"99:99", b"Mon", b"daily", "\u00a0".encode(), "\u0661".encode()]),
        ),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


def mutated(content: bytes, mutations: list[tuple[str, int, int, bytes]]) -> bytes:
    """The bytes with pieces cut out, put in, replaced or doubled."""
    for kind, place, length, piece in mutations:
        at = place % (len(content) + 1)
        end = min(at + length, len(content))
        middle = {"cut": b"", "put": piece + content[at:end], "swap": piece, "double": content[at:end] * 2}[kind]
        content = content[:at] + middle + content[end:]
    return content


@given(name=st.sampled_from(sorted(FILES)), mutations=MUTATIONS)
def test_a_damaged_file_gives_a_school_or_words(
    tmp_path_factory: pytest.TempPathFactory, name: str, mutations: list[tuple[str, int, int, bytes]]
) -> None:
    """However the bytes of one file are changed, there is a scenario or there are problems, and nothing else."""
    folder = tmp_path_factory.mktemp("damaged")
    scenario = write(folder, {name: mutated(FILES[name].encode(), mutations)})
    try:
        found: Scenario | InputErrors = load(scenario)
    except InputErrors as error:
        found = error
    if isinstance(found, InputErrors):
        assert found.problems
        assert all(line.isprintable() for line in found.lines())
    else:
        assert isinstance(found.roster, School)
        assert all(note.endswith(".") for note in found.notes)
