"""Import with preview: a file, what it would change, then the decision."""

import logging

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from import_export.admin import ImportMixin
from import_export.results import RowResult
from import_export.tmp_storages import CacheStorage
from redis.exceptions import RedisError

from khuyencong.admin_site.formats import IMPORT_FORMATS
from khuyencong.admin_site.forms import ImportForm
from khuyencong.admin_site.options import capital

log = logging.getLogger(__name__)


class ImportStorage(CacheStorage):
    """The file between preview and decision lies in the cache, for an hour: any process finds it."""

    CACHE_LIFETIME = 3600
    CACHE_PREFIX = "nhap-bang-tinh-"


class PortalImportMixin(ImportMixin):
    """Adds the import of `import_resource` to a PortalModelAdmin."""

    import_resource = None
    import_form_class = ImportForm
    import_formats = IMPORT_FORMATS
    import_export_change_list_template = None
    tmp_storage_class = ImportStorage
    # The history triggers keep what an import changed and who did it.
    skip_admin_log = True

    def get_import_resource_classes(self, request):
        return [self.import_resource]

    def get_import_data_kwargs(self, **kwargs):
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def get_import_context_data(self, **kwargs):
        required = set(self.import_resource.required)
        return {
            "module_name": capital(self.opts.verbose_name_plural),
            "columns": [
                (field.column_name, name in required)
                for name, field in self.import_resource.fields.items()
            ],
        }

    def add_data_read_fail_error_to_form(self, form, e):
        form.add_error(
            "import_file",
            "Không đọc được tệp này. Anh/chị mở tệp bằng Excel, lưu lại thành .xlsx rồi chọn lại.",
        )

    def import_action(self, request, **kwargs):
        try:
            response = super().import_action(request, **kwargs)
        except RedisError:
            return self._no_cache(request)
        context = response.context_data
        context["title"] = f"Nhập từ bảng tính: {context['module_name']}"
        result = context.get("result")
        if result is not None:
            context["counts"] = counts(result)
            context["changed_rows"] = [
                row for row in result.valid_rows() if row.import_type != RowResult.IMPORT_TYPE_SKIP
            ][:200]
        return response

    def process_import(self, request, **kwargs):
        if request.method == "POST":
            form = self.create_confirm_form(request)
            if form.is_valid():
                name = form.cleaned_data["import_file_name"]
                try:
                    kept = ImportStorage(name=name).read()
                except RedisError:
                    return self._no_cache(request)
                if kept is None:
                    messages.error(
                        request, "Tệp xem trước đã hết hạn hoặc đã nhập rồi. Anh/chị chọn lại tệp."
                    )
                    return HttpResponseRedirect(self._import_url())
        return super().process_import(request, **kwargs)

    def process_result(self, result, request):
        if result.has_errors() or result.has_validation_errors():
            messages.error(
                request,
                "Dữ liệu đã thay đổi từ lúc xem trước nên không nhập dòng nào. Anh/chị chọn lại tệp để xem lỗi.",
            )
            return HttpResponseRedirect(self._import_url())
        return super().process_result(result, request)

    def add_success_message(self, result, request):
        found = counts(result)
        messages.success(
            request,
            f"Đã nhập xong: {found['new']} dòng mới, {found['update']} dòng sửa, "
            f"{found['skip']} dòng không đổi.",
        )

    def _no_cache(self, request):
        log.exception("the file of an import cannot be kept for its preview")
        messages.error(
            request,
            "Lúc này hệ thống chưa giữ được tệp để xem trước nên chưa nhập dòng nào. Anh/chị thử lại "
            "sau ít phút.",
        )
        return HttpResponseRedirect(self._import_url())

    def _import_url(self) -> str:
        return reverse("admin:{}_{}_import".format(*self.get_model_info()))


def counts(result) -> dict[str, int]:
    """How many rows of each kind."""
    return {
        "new": result.totals[RowResult.IMPORT_TYPE_NEW],
        "update": result.totals[RowResult.IMPORT_TYPE_UPDATE],
        "skip": result.totals[RowResult.IMPORT_TYPE_SKIP],
        "invalid": result.totals[RowResult.IMPORT_TYPE_INVALID]
        + result.totals[RowResult.IMPORT_TYPE_ERROR],
    }
