"""Rows of analytics: history, files on their way in, quota plans, questions to the simulator, nights."""

from analytics.models.history import BinSummary, HourSummary, ImportBatch, SessionDay, Visit
from analytics.models.nights import ExpertRun, NightRun, OutdatedPlan
from analytics.models.plans import PlanSlot, QuotaPlan
from analytics.models.uploads import HistoryUpload, SavedMapping, UploadPart
from analytics.models.weeks import WeekProposal
from analytics.models.what_ifs import WhatIf

__all__ = [
    "BinSummary",
    "ExpertRun",
    "HistoryUpload",
    "HourSummary",
    "ImportBatch",
    "NightRun",
    "OutdatedPlan",
    "PlanSlot",
    "QuotaPlan",
    "SavedMapping",
    "SessionDay",
    "UploadPart",
    "Visit",
    "WeekProposal",
    "WhatIf",
]
