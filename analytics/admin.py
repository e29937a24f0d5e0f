"""Rows of history and plans, to look at."""

from django.contrib import admin

from analytics.models import BinSummary, ImportBatch, PlanSlot, QuotaPlan, SessionDay, Visit
from hospital.common.admin import RowAdmin

admin.site.register((BinSummary, ImportBatch, PlanSlot, QuotaPlan, SessionDay, Visit), RowAdmin)
