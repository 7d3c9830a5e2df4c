"""What came of it: what is asked, when it is due, what was reported, and what each funder saw and answered."""

from outcomes.models.asked import Baseline, Cell, Expected, Indicator, IndicatorVersion, Question, Target
from outcomes.models.due import ReportDue, ReportRule
from outcomes.models.figures import Measurement, Overlap, ToldTwice
from outcomes.models.reports import Answer, DeliveredAnswer, DeliveredFigure, Delivery, Report, ReviewEvent

__all__ = [
    "Answer",
    "Baseline",
    "Cell",
    "DeliveredAnswer",
    "DeliveredFigure",
    "Delivery",
    "Expected",
    "Indicator",
    "IndicatorVersion",
    "Measurement",
    "Overlap",
    "Question",
    "Report",
    "ReportDue",
    "ReportRule",
    "ReviewEvent",
    "Target",
    "ToldTwice",
]
