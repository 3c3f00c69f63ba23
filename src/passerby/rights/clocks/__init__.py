"""When an answer is due, and why. Pure: facts in, dates and their explanation out."""

from passerby.rights.clocks.calendars import check_place, table_version
from passerby.rights.clocks.comparing import Change, compare
from passerby.rights.clocks.deadlines import compute

__all__ = ["Change", "check_place", "compare", "compute", "table_version"]
