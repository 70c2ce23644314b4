"""The small school at two sites: a therapist who drives between them, and one for hands at one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from small_school import edited, write

TWO_SITES: Mapping[str, str] = {
    **edited(
        "school.toml",
        ('pairs = "pairs.csv"', 'pairs = "pairs.csv"\npostings = "postings.csv"\ndrives = "drives.csv"'),
        ("[grouping]", '[goals.handwriting]\ndomain = "motor_sensory"\npush_in_subjects = ["ELA"]\n\n[grouping]'),
    ),
    "sections.csv": """\
grade,section,teacher,size,site
2,2A,T1,20,East
3,3A,T2,21,West
3,3B,T3,19,East
""",
    "services.csv": """\
id,service,minutes,per,sessions,goal,delivery,setting,provider_role
007,speech,30,week,2,language,group,team,SLP
s2,speech,30,week,2,language,group,team,SLP
s2,OT,30,week,1,handwriting,group,team,OT
s3,speech,20,week,2,articulation,individual,therapy_room,SLP
s4,speech,30,week,1,language,group,classroom,SLP
s5,OT,30,week,3,handwriting,group,therapy_room,OT
""",
    "staff.csv": """\
id,role,fte,rate,start,end,lunch_start,lunch_end,lunch_minutes,busy
SLP-1,SLP,0.6,40,07:45,15:15,11:00,12:30,30,Wed 14:00-15:00
OT-1,OT,0.4,40,07:45,15:15,11:00,12:30,30,
""",
    "postings.csv": """\
therapist,day,site,start,end
SLP-1,Mon,East,07:45,15:15
SLP-1,Wed,East,07:45,11:20
SLP-1,Wed,West,12:00,15:15
SLP-1,Thu,West,07:45,12:00
OT-1,Tue,East,08:00,14:45
OT-1,Thu,East,08:00,14:45
""",
    "drives.csv": """\
site,other,minutes,miles
West,East,20,6.5
""",
    "rooms.csv": """\
room,capacity,site,2A,3A,3B
Room E,3,East,20,,35.5
Room W,2,West,,30,
""",
}


def write_two(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The two-site school's files in `folder`; returns the scenario's path."""
    return write(folder, {**TWO_SITES, **(changes or {})})


def changed(name: str, *edits: tuple[str, str]) -> dict[str, str]:
    """One of its files with pieces replaced."""
    text = TWO_SITES[name]
    for old, new in edits:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    return {name: text}
