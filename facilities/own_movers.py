"""What moves with a merge inside the registry itself: products with their titles, papers."""

from django.contrib.contenttypes.models import ContentType

from facilities.models import Award, Certificate, Establishment, Product
from khuyencong.core.text import fold
from khuyencong.files.models import Attachment


class ProductMover:
    """Unites the products: one that the survivor has already stays behind, its titles do not."""

    name = "facilities.Product.establishment"

    def move(self, source_id: int, target_id: int) -> dict:
        """Returns the products moved, and each title or certificate with the product it came from."""
        kept = {fold(p.name): p for p in Product.objects.filter(establishment_id=target_id)}
        moved: dict = {"products": [], "awards": [], "certificates": []}
        source = Product.objects.select_for_update().filter(establishment_id=source_id)
        for product in source.order_by("pk"):
            twin = kept.get(fold(product.name))
            if twin is None:
                moved["products"].append(product.pk)
                continue
            held = set(twin.awards.values_list("level", "year"))
            for award in product.awards.order_by("pk"):
                if (award.level, award.year) not in held:
                    moved["awards"].append([award.pk, product.pk, twin.pk])
                    Award.objects.filter(pk=award.pk).update(product=twin)
            for certificate in product.certificates.order_by("pk"):
                moved["certificates"].append([certificate.pk, product.pk, twin.pk])
                Certificate.objects.filter(pk=certificate.pk).update(product=twin)
        Product.objects.filter(pk__in=moved["products"]).update(establishment_id=target_id)
        return moved

    def in_the_way(self, moved: dict, target_id: int) -> list[str]:
        """Products or titles that somebody has moved or removed since."""
        gone = (
            len(moved["products"])
            - Product.objects.filter(pk__in=moved["products"], establishment_id=target_id).count()
        )
        lost = sum(
            not Award.objects.filter(pk=award, product=twin).exists()
            for award, _, twin in moved["awards"]
        )
        words = ((gone, "sản phẩm"), (lost, "danh hiệu"))
        return [f"{n} {what} đã được chuyển hoặc gỡ sau khi hợp nhất" for n, what in words if n]

    def restore(self, moved: dict, source_id: int, target_id: int) -> None:
        Product.objects.filter(pk__in=moved["products"]).update(establishment_id=source_id)
        for award, product, _ in moved["awards"]:
            Award.objects.filter(pk=award).update(product_id=product)
        for certificate, product, twin in moved["certificates"]:
            Certificate.objects.filter(pk=certificate, product=twin).update(product_id=product)


class PaperMover:
    """Papers and photographs, removed ones too: they belong to the record that stays in use."""

    name = "files.Attachment.owner"

    def move(self, source_id: int, target_id: int) -> list[int]:
        rows = self._of(source_id)
        ids = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        Attachment.objects.filter(pk__in=ids).update(owner_id=target_id)
        return ids

    def in_the_way(self, moved: list[int], target_id: int) -> list[str]:
        gone = len(moved) - self._of(target_id).filter(pk__in=moved).count()
        return [f"{gone} giấy tờ đã được chuyển sau khi hợp nhất"] if gone else []

    def restore(self, moved: list[int], source_id: int, target_id: int) -> None:
        Attachment.objects.filter(pk__in=moved).update(owner_id=source_id)

    def _of(self, establishment_id: int):
        kind = ContentType.objects.get_for_model(Establishment)
        return Attachment.objects.filter(owner_type=kind, owner_id=establishment_id)
