"""The forms of import and export, in the administrators' words."""

from django import forms
from import_export.forms import ExportForm as BaseExportForm
from import_export.forms import ImportForm as BaseImportForm

MAX_IMPORT_BYTES = 5 * 1024 * 1024


class ExportForm(BaseExportForm):
    """Which format; the columns are always all of them."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].label = "Định dạng"
        self.fields["format"].choices = [c for c in self.fields["format"].choices if c[0] != ""]
        self.fields["format"].error_messages["required"] = "Anh/chị chọn định dạng."

    @property
    def media(self):
        return forms.Media()


class ImportForm(BaseImportForm):
    """A file, whose name says its format."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        file = self.fields["import_file"]
        file.label = "Tệp bảng tính"
        file.help_text = "Tệp .xlsx hoặc .csv (UTF-8), dòng đầu là tên cột, tối đa 5 MB."
        file.widget.attrs = {"accept": ".xlsx,.csv"}
        file.error_messages = {
            "required": "Anh/chị chọn tệp bảng tính.",
            "empty": "Tệp này trống.",
            "invalid": "Chưa nhận được tệp. Anh/chị chọn lại.",
        }
        self.fields["format"].required = False
        self.fields["format"].widget = forms.HiddenInput()
        self.extensions = {f().get_extension(): str(i) for i, f in enumerate(formats)}

    @property
    def media(self):
        return forms.Media()

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > MAX_IMPORT_BYTES:
            raise forms.ValidationError(
                "Tệp lớn hơn 5 MB. Anh/chị chia thành nhiều tệp nhỏ rồi nhập lần lượt."
            )
        if self._extension(file) not in self.extensions:
            raise forms.ValidationError(
                f"Tệp “{file.name}” không phải .xlsx hay .csv. Anh/chị lưu bảng tính thành .xlsx rồi chọn lại."
            )
        return file

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("import_file"):
            cleaned["format"] = self.extensions[self._extension(cleaned["import_file"])]
        return cleaned

    @staticmethod
    def _extension(file) -> str:
        return file.name.rpartition(".")[2].lower()
