"""Doors of this room."""

from django.urls import URLPattern, path

from outcomes.views import funder, grantee, same_work

urlpatterns: list[URLPattern] = [
    path("reports/", grantee.our_reports, name="our_reports"),
    path("reports/<int:pk>/", grantee.report, name="report"),
    path("reports/<int:pk>/questions/", grantee.report_questions, name="report_questions"),
    path("reports/<int:pk>/draft/", grantee.report_draft, name="report_draft"),
    path("reports/<int:pk>/correct/", grantee.report_correct, name="report_correct"),
    path("reports/to-answer/", funder.to_answer, name="to_answer"),
    path("reports/due/", funder.dues, name="dues"),
    path("reports/due/<int:pk>/", funder.due, name="due"),
    path("reports/copies/<int:pk>/", funder.copy, name="copy"),
    path("grants/same-work/", same_work.same_work, name="same_work"),
    path("grants/same-work/<int:pk>/answer/", same_work.same_work_answer, name="same_work_answer"),
    path("grants/same-work/<int:pk>/part/", same_work.same_work_part, name="same_work_part"),
    path("grants/<int:pk>/reports/", funder.plan_reports, name="plan_reports"),
]
