"""Rows of analytics: history, its daily summary, quota plans."""

from analytics.models.history import BinSummary, ImportBatch, SessionDay, Visit
from analytics.models.plans import PlanSlot, QuotaPlan

__all__ = ["BinSummary", "ImportBatch", "PlanSlot", "QuotaPlan", "SessionDay", "Visit"]
