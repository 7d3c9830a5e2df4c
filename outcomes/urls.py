"""Doors of this room."""

from django.urls import URLPattern, path

from outcomes.views import asking, blacking, evidence, files, funder, grantee, learning, letters, requests, same_work

urlpatterns: list[URLPattern] = [
    path("reports/", grantee.our_reports, name="our_reports"),
    path("reports/<int:pk>/", grantee.report, name="report"),
    path("reports/<int:pk>/questions/", grantee.report_questions, name="report_questions"),
    path("reports/<int:pk>/draft/", grantee.report_draft, name="report_draft"),
    path("reports/<int:pk>/evidence/", evidence.report_evidence, name="report_evidence"),
    path("reports/<int:pk>/correct/", grantee.report_correct, name="report_correct"),
    path("reports/<int:pk>/more-time/", requests.more_time, name="more_time"),
    path("reports/letters/", letters.letters, name="letters"),
    path("reports/<int:pk>/letters/", letters.report_letters, name="report_letters"),
    path("reports/asked/<int:pk>/", requests.asked, name="asked"),
    path("reports/findings/<int:pk>/", requests.follow_up, name="follow_up"),
    path("grants/<int:pk>/ask/", requests.ask_change, name="ask_change"),
    path("reports/learned/", learning.what_was_learned, name="what_was_learned"),
    path("reports/learned/<int:pk>/", learning.learning_agree, name="learning_agree"),
    path("reports/<int:pk>/files/", files.report_file_add, name="report_file_add"),
    path("reports/files/<int:pk>/", files.report_file, name="report_file"),
    path("reports/files/<int:pk>/take-back/", files.report_file_take_back, name="report_file_take_back"),
    path("reports/black-out/", blacking.reports_to_black_out, name="reports_to_black_out"),
    path("reports/<int:pk>/black-out/", blacking.report_black_out, name="report_black_out"),
    path("reports/to-answer/", funder.to_answer, name="to_answer"),
    path("reports/due/", funder.dues, name="dues"),
    path("reports/due/<int:pk>/", funder.due, name="due"),
    path("reports/copies/<int:pk>/", funder.copy, name="copy"),
    path("reports/what-we-ask/", asking.what_we_ask, name="what_we_ask"),
    path("grants/<int:pk>/figures/", asking.figures, name="figures"),
    path("grants/same-work/", same_work.same_work, name="same_work"),
    path("grants/same-work/<int:pk>/answer/", same_work.same_work_answer, name="same_work_answer"),
    path("grants/same-work/<int:pk>/part/", same_work.same_work_part, name="same_work_part"),
    path("grants/<int:pk>/reports/", funder.plan_reports, name="plan_reports"),
]
