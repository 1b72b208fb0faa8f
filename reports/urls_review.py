"""Addresses of the checker's side: queue, review, completeness, calendar of periods."""

from django.urls import path

from reports.views import completeness, extensions, league, periods, reopening, review

urlpatterns = [
    path("cho-kiem-tra/", review.queue, name="queue"),
    path("cho-kiem-tra/duyet/", review.accept_selected, name="accept_many"),
    path("<int:pk>/mo-lai/", reopening.ask, name="reopening_ask"),
    path("mo-lai/<int:pk>/", reopening.reopening, name="reopening"),
    path("mo-lai/<int:pk>/dong-y/", reopening.approve, name="reopening_approve"),
    path("mo-lai/<int:pk>/tu-choi/", reopening.refuse, name="reopening_refuse"),
    path("mo-lai/<int:pk>/rut/", reopening.withdraw, name="reopening_withdraw"),
    path("mo-lai/<int:pk>/ket-thuc/", reopening.close, name="reopening_close"),
    path("<int:pk>/kiem-tra/", review.review, name="review"),
    path("<int:pk>/kiem-tra/tra-lai/", review.return_one, name="return"),
    path("<int:pk>/kiem-tra/duyet/", review.accept_one, name="accept"),
    path("tinh-hinh-nop/", completeness.board, name="completeness"),
    path("tinh-hinh-nop/ca-nam/", league.year_board, name="completeness_year"),
    path("xep-hang/", league.league, name="league"),
    path("lich/", periods.calendar, name="periods"),
    path("lich/tao/", periods.create_next, name="period_create"),
    path("lich/nam/", periods.year, name="period_year"),
    path("lich/nam/tao/", periods.create_year_periods, name="period_year_create"),
    path("lich/<int:pk>/", periods.edit, name="period_edit"),
    path("lich/<int:period>/gia-han/<int:place>/", extensions.extend, name="extension"),
    path("lich/gia-han/<int:pk>/bo/", extensions.withdraw, name="extension_withdraw"),
]
