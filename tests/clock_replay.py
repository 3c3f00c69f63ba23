"""Recomputes a date from the steps of an explanation alone: no law, no table of holidays."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from passerby.rights.facts.deadline import Step

DAY = timedelta(days=1)


class Replay:
    """Walks the steps; `day` is where they lead."""

    def __init__(self) -> None:
        self.begin = self.day = date.min
        self.holidays: set[date] = set()

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def working(self, since: date, count: int) -> date:
        day = since
        while count:
            day += DAY
            count -= self.works(day)
        return day

    def take(self, step: Step) -> None:
        rule, _, number = step.rule.partition(":")
        count = int(number or 0)
        match rule:
            case "event" | "restart":
                self.begin = self.day = step.day
            case "begin-days":
                self.begin = self.day = self.day + count * DAY
            case "begin-working-days":
                self.begin = self.day = self.working(self.day, count)
            case "months":
                year, month = divmod(self.day.year * 12 + self.day.month - 1 + count, 12)
                last = monthrange(year, month + 1)[1]
                self.day = date(year, month + 1, min(self.day.day, last))
            case "month-end":
                assert (self.day + DAY).day == 1
            case "days" | "stopped":
                self.day += count * DAY
            case "working-days" | "stopped-working":
                self.day = self.working(self.day, count)
            case "not-counted":
                assert step.day.weekday() < 5
                self.holidays.add(step.day)
            case "not-before":
                assert step.day > self.day
                self.day = step.day
            case "at-least":
                self.day = max(self.day, self.working(self.begin, count))
            case "weekend":
                assert self.day.weekday() >= 5
                self.day += (7 - self.day.weekday()) * DAY
            case "holiday":
                self.day += DAY
            case "stays":
                assert self.day.weekday() >= 5
            case _:
                raise AssertionError(f"an unknown rule: {step.rule}")
        if rule != "not-counted":
            assert step.day == self.day, step


def replay(steps: Sequence[Step]) -> date:
    """Return the day that the steps lead to. Raises AssertionError where a step's own day is not
    the one that it leads to."""
    one = Replay()
    for step in steps:
        assert step.text.endswith(".")
        one.take(step)
    return one.day
