"""Pages of the province's table."""

from django.urls import path

from reports.views import rollup

urlpatterns = [
    path("tong-hop/", rollup.rollup_table, name="rollup"),
    path("tong-hop/chi-tieu/<slug:code>/", rollup.rollup_one, name="rollup_indicator"),
]
