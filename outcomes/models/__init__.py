"""What came of it: what is asked, when it is due, what was reported, and what each funder saw and answered."""

from outcomes.models.asked import Baseline, Cell, Expected, Indicator, IndicatorVersion, Question, Target
from outcomes.models.due import ReportDue, ReportRule
from outcomes.models.figures import Measurement, Overlap, ToldTwice
from outcomes.models.files import Evidence, ReportFile
from outcomes.models.marking import EvidenceMark
from outcomes.models.noted import FigureChange, FigureCounter
from outcomes.models.reminding import FunderLetters, Ladder
from outcomes.models.renewals import Renewal
from outcomes.models.reports import Answer, DeliveredAnswer, DeliveredFigure, Delivery, Report, ReviewEvent
from outcomes.models.talking import FollowUp, FunderContact, Learning, Request

__all__ = [
    "Answer",
    "Baseline",
    "Cell",
    "DeliveredAnswer",
    "DeliveredFigure",
    "Delivery",
    "Evidence",
    "EvidenceMark",
    "Expected",
    "FigureChange",
    "FigureCounter",
    "FollowUp",
    "FunderContact",
    "FunderLetters",
    "Indicator",
    "IndicatorVersion",
    "Ladder",
    "Learning",
    "Measurement",
    "Overlap",
    "Question",
    "Renewal",
    "Report",
    "ReportDue",
    "ReportFile",
    "ReportRule",
    "Request",
    "ReviewEvent",
    "Target",
    "ToldTwice",
]
