"""Doors of this room."""

from django.urls import URLPattern, path

from priorities.views import agreed, gaps, need, sorting

urlpatterns: list[URLPattern] = [
    path("grants/to-sort/", sorting.to_sort, name="to_sort"),
    path("grants/to-sort/confirm/", sorting.suggestions_confirm, name="suggestions_confirm"),
    path("grants/to-sort/undo/", sorting.sort_undo, name="sort_undo"),
    path("grants/to-sort/paste/", sorting.sort_paste, name="sort_paste"),
    path("grants/<int:pk>/sort/", sorting.sort, name="sort"),
    path("grants/<int:pk>/sort/quick/", sorting.sort_quick, name="sort_quick"),
    path("grants/<int:pk>/sort/dismiss/", sorting.suggestion_dismiss, name="suggestion_dismiss"),
    path("targets/", agreed.targets, name="targets"),
    path("targets/add/", agreed.target_add, name="target_add"),
    path("targets/<int:pk>/", agreed.target_edit, name="target_edit"),
    path("targets/<int:pk>/end/", agreed.target_end, name="target_end"),
    path("watch/", agreed.watch, name="watch"),
    path("need/figures/", need.need_figures, name="need_figures"),
    path("need/figures/add/", need.need_add, name="need_add"),
    path("need/figures/example.csv", need.need_example, name="need_example"),
    path("need/figures/<int:pk>/remove/", need.need_remove, name="need_remove"),
    path("need/figures/<int:pk>/restore/", need.need_restore, name="need_restore"),
    path("need/figures/<slug:code>/", need.need_series, name="need_series"),
    path("watch/rules/", gaps.gap_rules, name="gap_rules"),
    path("coverage/gaps/", gaps.gaps, name="gaps"),
    path("coverage/gaps/set-aside/", gaps.gap_set_aside, name="gap_set_aside"),
    path("coverage/gaps/set-aside/<int:pk>/back/", gaps.gap_take_back, name="gap_take_back"),
    path("coverage/gaps/looking/", gaps.gap_looking, name="gap_looking"),
    path("coverage/gaps/looking/<int:pk>/end/", gaps.gap_looking_end, name="gap_looking_end"),
]
