"""Every door of the portal, room by room, and the API's router."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from accounts.api import OrganisationViewSet
from funders_portal import api, home
from funders_portal.dashboards import (
    coverage,
    funder,
    need,
    neglected,
    overview,
    results,
    runs_out,
    trying,
    who_funds,
)
from grants.api import GrantViewSet, ProjectViewSet
from outcomes.api import CopyViewSet, DueViewSet, ResultsViewSet
from priorities.api import CoverageViewSet, GapViewSet, NeedViewSet, PriorityViewSet, RunsOutViewSet, WhoFundsViewSet


class Router(DefaultRouter):
    APIRootView = api.Root
    include_format_suffixes = False


router = Router()
router.register("grants", GrantViewSet, basename="api-grants")
router.register("projects", ProjectViewSet, basename="api-projects")
router.register("organisations", OrganisationViewSet, basename="api-organisations")
router.register("priorities", PriorityViewSet, basename="api-priorities")
router.register("coverage", CoverageViewSet, basename="api-coverage")
router.register("gaps", GapViewSet, basename="api-gaps")
router.register("runs-out", RunsOutViewSet, basename="api-runs-out")
router.register("who-funds", WhoFundsViewSet, basename="api-who-funds")
router.register("reports-due", DueViewSet, basename="api-reports-due")
router.register("reports", CopyViewSet, basename="api-reports")
router.register("need", NeedViewSet, basename="api-need")
router.register("results", ResultsViewSet, basename="api-results")

urlpatterns = [
    path("", home.home, name="home"),
    path("coverage/", overview.overview, name="coverage"),
    path("coverage/areas.csv", overview.areas_csv, name="areas_csv"),
    path("gaps.csv", overview.gaps_csv, name="gaps_csv"),
    path("coverage/by/", coverage.coverage_page, name="coverage_by"),
    path("coverage.csv", coverage.coverage_csv, name="coverage_csv"),
    path("coverage/chart/", coverage.coverage_chart, name="coverage_chart"),
    path("coverage/neglected/", neglected.neglected_page, name="neglected"),
    path("neglected.csv", neglected.neglected_csv, name="neglected_csv"),
    path("coverage/grants/", coverage.coverage_grants, name="coverage_grants"),
    path("coverage/runs-out/", runs_out.runs_out, name="runs_out"),
    path("coverage/runs-out.csv", runs_out.runs_out_csv, name="runs_out_csv"),
    path("coverage/runs-out/chart/", runs_out.runs_out_chart, name="runs_out_chart"),
    path("coverage/runs-out/grants/", runs_out.runs_out_grants, name="runs_out_grants"),
    path("coverage/who-funds/", who_funds.who_funds, name="who_funds"),
    path("coverage/who-funds.csv", who_funds.who_funds_csv, name="who_funds_csv"),
    path("coverage/who-funds/chart/", who_funds.who_funds_chart, name="who_funds_chart"),
    path("coverage/try/", trying.try_a_grant, name="try_a_grant"),
    path("coverage/funder/", funder.funder_view, name="funder_view"),
    path("coverage/funder.csv", funder.funder_view_csv, name="funder_view_csv"),
    path("coverage/need/", need.need_page, name="need"),
    path("coverage/need/chart/", need.need_chart, name="need_chart"),
    path("coverage/need.csv", need.need_csv, name="need_csv"),
    path("results/", results.results_page, name="results"),
    path("results.csv", results.results_csv, name="results_csv"),
    path("results/chart/", results.results_chart, name="results_chart"),
    path("help/", home.help_page, name="help"),
    path("healthz", home.healthz, name="healthz"),
    path("", include("accounts.urls")),
    path("", include("grants.urls")),
    path("", include("priorities.urls")),
    path("", include("outcomes.urls")),
    path("api/schema/", api.Schema.as_view(), name="api-schema"),
    path("api/docs/", api.documentation, name="api-docs"),
    path("api/", include(router.urls)),
    path("api/<path:rest>", api.Nothing.as_view(), name="api-nothing"),
]

handler400 = "funders_portal.errors.bad_request"
handler403 = "funders_portal.errors.forbidden"
handler404 = "funders_portal.errors.not_found"
handler500 = "funders_portal.errors.failed"
