"""Rows of history and plans, to look at."""

from django.contrib import admin

from analytics import models
from hospital.common.admin import RowAdmin

admin.site.register(
    (
        models.BinSummary,
        models.ExpertRun,
        models.HistoryUpload,
        models.HourSummary,
        models.ImportBatch,
        models.NightRun,
        models.OutdatedPlan,
        models.PlanSlot,
        models.QuotaPlan,
        models.SavedMapping,
        models.SessionDay,
        models.Visit,
    ),
    RowAdmin,
)
