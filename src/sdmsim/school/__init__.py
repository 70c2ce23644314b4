"""What is there? Roster, services, staff, sections, bell schedule, dated calendar, rooms."""
