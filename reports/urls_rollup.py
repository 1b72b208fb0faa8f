"""Pages of the province's figures."""

from django.urls import path

from reports.views import rollup

urlpatterns = [
    path("tong-hop/", rollup.rollup_table, name="rollup"),
    path("tong-hop/tang-truong/", rollup.rollup_growth, name="rollup_growth"),
    path("tong-hop/chi-tieu/<slug:code>/", rollup.rollup_one, name="rollup_indicator"),
    path("tong-hop/so-lieu/<slug:code>/", rollup.rollup_figure, name="rollup_figure"),
]
