"""What came of it: what is asked, when it is due, what was reported, and what each funder saw and answered."""

from outcomes.models.asked import Baseline, Cell, Expected, Indicator, IndicatorVersion, Question, Target
from outcomes.models.due import ReportDue, ReportRule
from outcomes.models.figures import Measurement, Overlap
from outcomes.models.files import Evidence, ReportFile
from outcomes.models.reports import Answer, DeliveredAnswer, DeliveredFigure, Delivery, Report, ReviewEvent

__all__ = [
    "Answer",
    "Baseline",
    "Cell",
    "DeliveredAnswer",
    "DeliveredFigure",
    "Delivery",
    "Evidence",
    "Expected",
    "Indicator",
    "IndicatorVersion",
    "Measurement",
    "Overlap",
    "Question",
    "Report",
    "ReportDue",
    "ReportFile",
    "ReportRule",
    "ReviewEvent",
    "Target",
]
