"""A school of five children in three classes, as the files that a planner would write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FILES: Mapping[str, str] = {
    "school.toml": """\
format = 1
title = "Small"

[year]
first_day = 2024-09-03
last_day = 2024-12-20
start_up_weeks = 1

[school]
kind = "tables"
students = "students.csv"
services = "services.csv"
sections = "sections.csv"
bell = "bell.csv"
staff = "staff.csv"
calendar = "calendar.csv"
rooms = "rooms.csv"
pairs = "pairs.csv"

[delivery]
kind = "hybrid"
push_in_share = 0.5

[goals.articulation]
domain = "speech_sounds"
in_room = "drill"

[goals.language]
domain = "language"
push_in_subjects = ["ELA"]

[grouping]
legal_size = 3

[moves]
gather_minutes = 2.0
""",
    "students.csv": """\
id,grade,section,category,goal_type,severity,attendance
007,2,2A,SLI,language,mild,0.95
s2,2,2A,autism,language,moderate,0.9
s3,3,3A,SLI,articulation,,
s4,3,3B,SLD,language,severe,0.88
s5,3,3B,SLI,articulation,mild,1
""",
    "services.csv": """\
id,service,minutes,per,sessions,kind,goal,delivery,setting,provider_role,start,end
007,speech,30,week,2,direct,language,group,team,SLP,,
s2,speech,30,week,2,direct,language,group,team,SLP,,
s3,speech,20,week,1,direct,articulation,individual,therapy_room,SLP,,2024-11-29
s4,speech,30,month,4,direct,language,group,classroom,SLP,,
s5,speech,15,month,1,indirect,articulation,individual,therapy_room,SLP,,
""",
    "sections.csv": """\
grade,section,teacher,size,collab
2,2A,T1,20,0.7
3,3A,T2,21,
3,3B,T3,19,0.4
""",
    "bell.csv": """\
grade,day,start,end,block,subject,protected,format
2,daily,08:15,10:00,reading,ELA,yes,whole_class
2,daily,10:00,10:45,WIN,WIN,no,small_groups
2,daily,10:45,11:15,lunch,lunch,yes,lunch
2,daily,11:15,14:45,maths and science,maths,no,whole_class
3,daily,08:15,10:00,reading,ELA,yes,whole_class
3,daily,10:00,10:45,WIN,WIN,no,small_groups
3,daily,10:45,11:15,lunch,lunch,yes,lunch
3,daily,11:15,14:45,maths and science,maths,no,whole_class
""",
    "staff.csv": """\
id,role,fte,site_days,type,start,end,lunch_start,lunch_end,lunch_minutes,documentation,busy
SLP-1,SLP,0.6,Mon Wed Fri,employee,07:45,15:15,11:00,12:30,30,120,Wed 14:00-15:00
""",
    "calendar.csv": """\
date,through,kind,start,end,grade
2024-09-25,,early_release,13:25,,
2024-10-14,,holiday,,,
2024-11-27,2024-11-29,holiday,,,
2024-12-12,,assembly,13:00,14:00,3
""",
    "rooms.csv": """\
room,capacity,noise,2A,3A,3B
Room 1,3,0.2,20,35.5,
""",
    "pairs.csv": """\
student,other,rule
007,s2,must
s3,s5,never
""",
}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """The school's files in `folder`, some with other content or (None) left out; returns the scenario's path."""
    for name, content in {**FILES, **(changes or {})}.items():
        if content is not None:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "school.toml"


def edited(name: str, *edits: tuple[str, str]) -> dict[str, str]:
    """One file with pieces of its text replaced; every piece stands there exactly once."""
    text = FILES[name]
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        text = text.replace(old, new)
    return {name: text}
